"""The tickets of WebACD's sockets: a waiting customer's, a CSR's inbox, a manager's monitor."""

from dataclasses import dataclass

from sessions.tickets import Ticket


@dataclass(frozen=True)
class WaitingTicket(Ticket):
    """Names the entry whose place the socket tells."""

    entry_id: str = ""


@dataclass(frozen=True)
class InboxTicket(Ticket):
    """One member's inbox, told in `language`."""

    language: str = "en"


@dataclass(frozen=True)
class MonitorTicket(Ticket):
    """One manager's monitor, told in `language`."""

    language: str = "en"
