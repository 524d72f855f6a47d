"""Whether a customer is asked at the end, and what they answered."""

from typing import Any

from accounts.models import SiteSettings
from sessions.models import Participant, SupportSession, SurveyAnswer
from supportsite.protocol.base import SessionState


def is_asked(session: SupportSession, person: Participant, settings: SiteSettings) -> bool:
    """Tell whether the survey is for this participant: a customer of an ended session in which somebody helped."""
    ended = session.state == SessionState.ENDED and session.activated_at is not None
    return bool(settings.survey and ended and not person.is_csr and person.joined_at is not None)


def describe_survey(session: SupportSession, person: Participant | None) -> dict[str, Any] | None:
    """Return `{score, comment}` for who is asked (score None: not answered), None for everybody else."""
    if person is None or not is_asked(session, person, SiteSettings.objects.get(site=session.site_id)):
        return None
    answer = SurveyAnswer.objects.filter(participant=person).first()
    return {"score": answer.score if answer else None, "comment": answer.comment if answer else ""}
