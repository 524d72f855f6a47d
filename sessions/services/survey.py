"""Customers answer the question at the end of a session; for a short time they may change it."""

from datetime import timedelta

from django.db import transaction

from accounts.models import SiteSettings
from sessions.models import Participant, SupportSession, SurveyAnswer
from sessions.selectors.access import Access
from sessions.selectors.survey import is_asked
from supportsite.core.clock import now
from supportsite.core.errors import AppError

# The first answer may come while the cookie lives; it may be changed for so long.
CHANGE_FOR = timedelta(minutes=15)


def answer_survey(access: Access, *, score: int, comment: str) -> SurveyAnswer:
    """Keep a customer's answer; the same one again changes nothing. The session's log has ended and is not written to.

    Args:
        access: a customer of the ended session.
        score: 1 to 5.
        comment: at most 1000 characters; those that cannot be shown are left out.

    Raises AppError survey_not_asked (403) for CSRs, sessions that still go on, that nobody helped in, or a site without
    a survey; survey_closed (409) after the time for changes.
    """
    with transaction.atomic():
        # One answer at a time: two posts at once must not both be the first.
        session = SupportSession.objects.select_for_update().get(pk=access.support_session.pk)
        person: Participant | None = access.participant
        settings = SiteSettings.objects.get(site=session.site_id)
        if person is None or not is_asked(session, person, settings):
            raise AppError("survey_not_asked", status=403)
        text = "".join(character for character in comment if character.isprintable() or character == "\n").strip()
        found = SurveyAnswer.objects.filter(participant=person).first()
        if found is None:
            first: SurveyAnswer = SurveyAnswer.objects.create(
                site_id=session.site_id,
                support_session=session,
                participant=person,
                score=score,
                comment=text,
                first_at=now(),
                at=now(),
            )
            return first
        answer: SurveyAnswer = found
        if (answer.score, answer.comment) == (score, text):
            return answer
        if now() - answer.first_at > CHANGE_FOR:
            raise AppError("survey_closed", status=409)
        answer.score, answer.comment, answer.at = score, text, now()
        answer.save(update_fields=["score", "comment", "at"])
        return answer
