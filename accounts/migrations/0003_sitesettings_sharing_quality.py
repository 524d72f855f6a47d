from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_row_level_security"),
    ]

    operations = [
        migrations.AddField(
            model_name="sitesettings",
            name="sharing_quality",
            field=models.CharField(
                choices=[
                    ("standard", "Standard: sharp first"),
                    ("sampling", "Screen sampling: fast first"),
                    ("auto", "Auto: by what moves"),
                ],
                default="auto",
                help_text="What a session starts with; its CSR can change it.",
                max_length=10,
                verbose_name="sharing quality",
            ),
        ),
    ]
