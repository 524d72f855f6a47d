"""The customer's answer to the question at the end."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from sessions.models.people import Participant
from sessions.models.session import SessionOwned

MIN_SCORE, MAX_SCORE = 1, 5
MAX_COMMENT = 1000


class SurveyAnswer(SessionOwned):
    """Whether the problem was solved, 1 (not at all) to 5 (fully), and a word to the team; one per customer."""

    participant = models.OneToOneField(
        Participant, on_delete=models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    score = models.PositiveSmallIntegerField(
        _("score"), validators=[MinValueValidator(MIN_SCORE), MaxValueValidator(MAX_SCORE)]
    )
    comment = models.CharField(_("comment"), max_length=MAX_COMMENT, blank=True)
    first_at = models.DateTimeField(_("answered"))
    at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("survey answer")
        verbose_name_plural = _("survey answers")
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(score__range=(MIN_SCORE, MAX_SCORE)), name="score_in_range")
        ]
