import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("support_sessions", "0002_row_level_security"),
    ]

    operations = [
        migrations.RenameField(
            model_name="grant",
            old_name="csr",
            new_name="holder",
        ),
        migrations.AddField(
            model_name="actionrequest",
            name="accepted_at",
            field=models.DateTimeField(null=True, verbose_name="accepted"),
        ),
        migrations.AddField(
            model_name="actionrequest",
            name="operator",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="support_sessions.participant",
            ),
        ),
        migrations.AddField(
            model_name="actionrequest",
            name="source",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="support_sessions.endpoint"
            ),
        ),
        migrations.AddField(
            model_name="supportsession",
            name="quality",
            field=models.CharField(
                choices=[("standard", "Standard"), ("sampling", "Screen sampling"), ("auto", "Auto")],
                default="auto",
                max_length=10,
                verbose_name="sharing quality",
            ),
        ),
        migrations.AlterField(
            model_name="actionrequest",
            name="capability",
            field=models.CharField(
                choices=[
                    ("screen.view.desktop", "see the desktop"),
                    ("screen.control.desktop", "operate the desktop"),
                    ("screen.view.application", "see one application"),
                    ("screen.control.application", "operate one application"),
                    ("share.view.desktop", "show the CSR's desktop"),
                    ("share.control.desktop", "hand over control of the CSR's desktop"),
                    ("share.view.application", "show one of the CSR's applications"),
                    ("share.control.application", "hand over control of one of the CSR's applications"),
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
                    ("screen.view.application", "see one application"),
                    ("screen.control.application", "operate one application"),
                    ("share.view.desktop", "show the CSR's desktop"),
                    ("share.control.desktop", "hand over control of the CSR's desktop"),
                    ("share.view.application", "show one of the CSR's applications"),
                    ("share.control.application", "hand over control of one of the CSR's applications"),
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
                    ("owner_stop", "stopped by the customer"),
                    ("stop_everything", "everything was stopped by the customer"),
                    ("csr_release", "given back by the CSR"),
                    ("superseded", "replaced by a newer share"),
                    ("endpoint_lost", "the customer's program did not come back"),
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
