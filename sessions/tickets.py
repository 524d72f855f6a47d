"""One-use tickets for sockets: fetched by an authenticated POST, shown once in the first frame, 30 s long.

A ticket names everything that the socket may be; the socket itself reads no cookie.
"""

import json
import secrets
from dataclasses import asdict, dataclass
from typing import TypeVar

from accounts.secret_tokens import hash_secret
from supportsite.core import valkey

TICKET_SECONDS = 30
TICKET_BYTES = 32


@dataclass(frozen=True)
class Ticket:
    """What a socket will be: of a site, for a session's endpoint or (session None) for a member's console."""

    site_id: int
    session_id: str | None
    endpoint_id: str | None
    membership_id: int | None
    login: str = ""


TicketT = TypeVar("TicketT", bound=Ticket)


def issue_ticket(ticket: Ticket) -> str:
    """Keep a ticket for 30 s and return its text; only the hash is stored."""
    text = secrets.token_urlsafe(TICKET_BYTES)
    valkey.client().set(_key(type(ticket), text), json.dumps(asdict(ticket)), ex=TICKET_SECONDS)
    return text


def redeem_ticket(text: str, kind: type[TicketT]) -> TicketT | None:
    """Return the ticket and use it up; None for an unknown, used or old one, and for one of another kind."""
    kept = valkey.client().getdel(_key(kind, text))
    return kind(**json.loads(str(kept))) if kept else None


def _key(kind: type[Ticket], text: str) -> str:
    return valkey.key(kind.__name__.lower(), hash_secret(text))
