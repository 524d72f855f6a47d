"""Tables of the kernel."""

from django.conf import settings
from django.db import models
from django_scopes import ScopedManager


class IdempotencyRecord(models.Model):
    """The answer given to a command that carried an idempotency key; kept for a day."""

    site = models.ForeignKey(settings.SITE_MODEL, on_delete=models.CASCADE, related_name="+")
    actor = models.CharField(max_length=80)
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    at = models.DateTimeField()

    objects = ScopedManager(site="site")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "actor", "key"], name="idempotency_one_answer_per_key"),
        ]
        indexes = [models.Index(fields=["site", "at"], name="idempotency_age")]
