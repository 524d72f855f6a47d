"""A session's log as one reader may know it."""

from typing import Any

from sessions.events import as_read
from sessions.models import Participant, SessionEvent, SupportSession
from sessions.selectors.access import Access


def get_seq(session_pk: int) -> int:
    """Return the newest `seq` of a session."""
    return int(SupportSession.objects.values_list("seq", flat=True).get(pk=session_pk))


def read_log(access: Access, *, after: int, limit: int) -> tuple[list[dict[str, Any]], Participant | None]:
    """Return at most `limit` events after `after` in order, and the reader as they are now (None for a token).

    What the reader may not see is there as withheld. The reader is read after the events: somebody let in between the
    two would otherwise have the event of their own coming withheld, for good.
    """
    session, reader = access.support_session, access.participant
    events = list(SessionEvent.objects.filter(support_session=session, seq__gt=after).order_by("seq")[:limit])
    if reader is not None:
        reader = Participant.objects.get(pk=reader.pk)
    told = [as_read(event, reader, session_id=session.public_id, computer=access.computer) for event in events]
    return told, reader
