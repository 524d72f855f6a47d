"""The hash chain of a session's events: each hash covers the hash before and the whole row."""

from accounts.chain import link
from sessions.models import SessionEvent


def event_hash(event: SessionEvent, *, session_id: str) -> str:
    """Return the SHA-256 over the hash before and the row, in hexadecimal."""
    return link(
        event.prev_hash,
        {
            "actor": event.actor,
            "at": event.at.isoformat(),
            "audience": event.audience,
            "data": event.data,
            "readers": event.readers,
            "salt": event.salt,
            "seq": event.seq,
            "session": session_id,
            "type": event.type,
        },
    )
