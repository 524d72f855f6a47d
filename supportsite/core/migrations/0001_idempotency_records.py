from django.conf import settings
from django.db import migrations, models

from supportsite.core.pgrls.operations import EnableRowLevelSecurity


class Migration(migrations.Migration):
    """Remember the answers given to commands with an idempotency key."""

    initial = True
    dependencies = [migrations.swappable_dependency(settings.SITE_MODEL)]
    operations = [
        migrations.CreateModel(
            name="IdempotencyRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.CharField(max_length=80)),
                ("key", models.CharField(max_length=100)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("body", models.JSONField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "site",
                    models.ForeignKey(on_delete=models.deletion.CASCADE, related_name="+", to=settings.SITE_MODEL),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["site", "at"], name="idempotency_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("site", "actor", "key"), name="idempotency_one_answer_per_key")
                ],
            },
        ),
        EnableRowLevelSecurity("IdempotencyRecord"),
    ]
