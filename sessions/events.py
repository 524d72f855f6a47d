"""How a service writes an event, and which events a reader may see.

Only services call `record_event`, inside the transaction that holds the session's lock.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sessions.chain import event_hash
from sessions.infos import time_text
from sessions.models import Participant, SessionEvent, SupportSession
from supportsite.core import wake
from supportsite.core.clock import now
from supportsite.protocol.base import Audience, ParticipantState
from supportsite.protocol.events import EventBase
from supportsite.protocol.objects import Actor

ENVELOPE = {"session", "seq", "at", "actor", "hash", "type"}


def record_event(
    support_session: SupportSession,
    kind: type[EventBase],
    *,
    actor: Actor,
    audience: Audience = Audience.EVERYONE,
    readers: Iterable[Participant] = (),
    at: datetime | None = None,
    **fields: Any,
) -> SessionEvent:
    """Append an event to the log of a locked session and wake its listeners on commit.

    Args:
        support_session: locked by the caller; its `seq` and `head_hash` are moved on and saved.
        kind: the event's class.
        actor: who caused it.
        audience: who may read it.
        readers: participants who may read it although the audience leaves them out.
        at: the time, where a row carries the same; now where not given.
        **fields: the event's own fields beside the envelope.
    """
    seq, at = support_session.seq + 1, at or now()
    message = kind(session=support_session.public_id, seq=seq, at=at, actor=actor, **fields)
    row = SessionEvent(
        site_id=support_session.site_id,
        support_session=support_session,
        seq=seq,
        type=str(message.model_dump()["type"]),
        actor=actor.model_dump(mode="json"),
        at=at,
        data=message.model_dump(mode="json", exclude=ENVELOPE),
        audience=audience,
        readers=[reader.public_id for reader in readers],
        salt=secrets.token_hex(16),
        prev_hash=support_session.head_hash,
    )
    row.hash = event_hash(row, session_id=support_session.public_id)
    row.save(force_insert=True)
    support_session.seq, support_session.head_hash = seq, row.hash
    support_session.save(update_fields=["seq", "head_hash"])
    _wake(support_session, seq)
    return row


def _wake(support_session: SupportSession, seq: int) -> None:
    public_id = support_session.public_id
    members = Participant.objects.filter(support_session=support_session, membership__isnull=False)
    consoles = [wake.group("console", str(key)) for key in members.values_list("membership__public_id", flat=True)]
    wake.wake_all([wake.session_group(public_id), *consoles], session=public_id, seq=seq)


def may_read(event: SessionEvent, reader: Participant | None, *, computer: bool = False) -> bool:
    """Tell whether a participant may read an event; None is an integrator's token, which reads what CSRs read.

    `computer` is the CSR's Support Manager, which reads what is for everyone.
    """
    if reader is None:
        return event.audience != Audience.PARTICIPANT
    if computer and event.audience != Audience.EVERYONE:
        return False
    if reader.public_id in event.readers:
        return True
    if reader.left_seq is not None and event.seq > reader.left_seq:
        return False
    if reader.state in (ParticipantState.LOBBY, ParticipantState.REFUSED):
        return False
    if event.audience == Audience.CSRS:
        return reader.is_csr
    return event.audience == Audience.EVERYONE


def as_read(
    event: SessionEvent, reader: Participant | None, *, session_id: str, computer: bool = False
) -> dict[str, Any]:
    """Return the JSON object of an event for one reader; `withheld` where the reader may not see it."""
    envelope = {"session": session_id, "seq": event.seq, "at": time_text(event.at)}
    if not may_read(event, reader, computer=computer):
        actor = {"kind": "system", "participant": None, "name": ""}
        return {**envelope, "type": "withheld", "actor": actor, "hash": "0" * 64}
    return {**envelope, "type": event.type, "actor": event.actor, "hash": event.hash, **event.data}
