from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support_sessions", "0007_direction")]
    operations = [
        migrations.AlterField(
            model_name="supportsession",
            name="end_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("csr_end", "The CSR ended the session"),
                    ("customer_leave", "The customer left the session"),
                    ("idle", "not used for a long time"),
                    ("unjoined", "No customer joined"),
                    ("unanswered", "Nobody could help in time"),
                    ("orphaned", "The connection did not come back"),
                    ("admin", "An administrator ended the session"),
                ],
                max_length=20,
                verbose_name="reason of the end",
            ),
        ),
    ]
