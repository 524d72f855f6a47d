from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("support_sessions", "0005_operator_required"),
    ]

    operations = [
        migrations.AddField(
            model_name="grant",
            name="marked_by",
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name="actionrequest",
            name="capability",
            field=models.CharField(
                choices=[
                    ("screen.view.desktop", "see the desktop"),
                    ("screen.control.desktop", "operate the desktop"),
                    ("screen.view.application", "see chosen applications"),
                    ("screen.control.application", "operate chosen applications"),
                    ("share.view.desktop", "show their own desktop"),
                    ("share.control.desktop", "hand over control of their own desktop"),
                    ("share.view.application", "show their own applications"),
                    ("share.control.application", "hand over control of their own applications"),
                    ("clipboard.to_csr", "read the clipboard once"),
                    ("clipboard.to_customer", "write the clipboard once"),
                ],
                max_length=40,
                verbose_name="capability",
            ),
        ),
        migrations.AlterField(
            model_name="grant",
            name="capability",
            field=models.CharField(
                choices=[
                    ("screen.view.desktop", "see the desktop"),
                    ("screen.control.desktop", "operate the desktop"),
                    ("screen.view.application", "see chosen applications"),
                    ("screen.control.application", "operate chosen applications"),
                    ("share.view.desktop", "show their own desktop"),
                    ("share.control.desktop", "hand over control of their own desktop"),
                    ("share.view.application", "show their own applications"),
                    ("share.control.application", "hand over control of their own applications"),
                    ("clipboard.to_csr", "read the clipboard once"),
                    ("clipboard.to_customer", "write the clipboard once"),
                ],
                max_length=40,
                verbose_name="capability",
            ),
        ),
        migrations.AlterField(
            model_name="grant",
            name="stop_cause",
            field=models.CharField(
                blank=True,
                choices=[
                    ("owner_stop", "stopped by the owner of the computer"),
                    ("stop_everything", "everything was stopped by the customer"),
                    ("csr_release", "given back"),
                    ("superseded", "replaced by a newer share"),
                    ("endpoint_lost", "the sharing program did not come back"),
                    ("connection_lost", "the connection was lost"),
                    ("idle", "not used for a long time"),
                    ("expired", "the time was over"),
                    ("session_ended", "the session ended"),
                    ("participant_left", "the participant left"),
                    ("source_closed", "the shared source was closed"),
                    ("used", "used once, as allowed"),
                ],
                max_length=20,
                verbose_name="cause",
            ),
        ),
    ]
