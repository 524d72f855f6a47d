import django.db.models.deletion
from django.db import migrations, models

import accounts.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_sitesettings_sharing_quality"),
        ("support_sessions", "0006_marks_and_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="Screenshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=accounts.models.new_public_id, editable=False, max_length=22, unique=True),
                ),
                ("width", models.PositiveIntegerField(verbose_name="width")),
                ("height", models.PositiveIntegerField(verbose_name="height")),
                ("size", models.PositiveIntegerField(verbose_name="size")),
                ("sha256", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=100, unique=True)),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="support_sessions.grant"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="support_sessions.participant",
                        verbose_name="taken by",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.site",
                    ),
                ),
                (
                    "support_session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="support_sessions.supportsession",
                        verbose_name="support session",
                    ),
                ),
            ],
            options={
                "verbose_name": "screenshot",
                "verbose_name_plural": "screenshots",
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("support_session", "participant", "sha256"), name="screenshot_saved_once"
                    )
                ],
            },
        ),
    ]
