"""Who may be at a relay now: asked when it is opened, at each wake-up of the session, and every few seconds.

And which stills of a session somebody may read.
"""

from dataclasses import dataclass

from django.db.models import QuerySet

from media.models import Screenshot
from media.relay_records import SOURCE, Relay, RelayTicket
from sessions.consumers.rights import find_member
from sessions.models import Endpoint, Grant, Participant, SessionEvent
from sessions.selectors.access import Access
from sessions.selectors.active import active_grants
from supportsite.core.errors import not_found
from supportsite.core.tenancy import get_site_by_id
from supportsite.protocol.base import EndpointKind, ParticipantState
from supportsite.protocol.capabilities import CLIPBOARD, CONTROL, SCREEN
from supportsite.protocol.socket import CloseCode


@dataclass(frozen=True)
class RelayRights:
    """What a side may do. `close` is the code with which its socket must close; `operate` lets its input pass.

    `clipboard` holds the clipboard grants that the viewer may use: id and capability.
    """

    close: int | None = None
    operate: bool = False
    clipboard: frozenset[tuple[str, str]] = frozenset()


def find_active_grant(session: str, grant: str) -> Grant | None:
    """Return a grant that shows a screen while it is active, with its endpoint and the endpoint's participant."""
    rows = active_grants().select_related("endpoint__participant")
    return rows.filter(support_session__public_id=session, public_id=grant, capability__in=SCREEN).first()


def find_seen_grant(person: Participant) -> Grant | None:
    """Return the newest active grant whose picture somebody inside sees: of a screen that is not their own."""
    rows = active_grants().filter(support_session_id=person.support_session_id, capability__in=SCREEN)
    return rows.exclude(endpoint__participant=person).order_by("-id").first()


def list_screenshots(access: Access) -> QuerySet[Screenshot]:
    """Return the stills that a person may read, oldest first: those taken while they were in the session or before.

    Nothing for a program: a Support Manager shows, and keeps nothing.
    """
    person = access.person
    rows: QuerySet[Screenshot] = Screenshot.objects.select_related("participant", "grant").filter(
        support_session=access.support_session
    )
    is_program = access.endpoint is not None and access.endpoint.kind != EndpointKind.BROWSER
    if is_program or person.joined_at is None or person.state in (ParticipantState.LOBBY, ParticipantState.REFUSED):
        return rows.none()
    if person.left_seq is not None:
        left = SessionEvent.objects.get(support_session=access.support_session, seq=person.left_seq)
        rows = rows.filter(at__lte=left.at)
    return rows.order_by("id")


def access_screenshot(access: Access, public_id: str) -> Screenshot:
    """Return one of the stills that a person may read. AppError `not_found`."""
    shot = list_screenshots(access).filter(public_id=public_id).first()
    if shot is None:
        raise not_found()
    return shot


def may_watch(person: Participant, grant: Grant) -> bool:
    """Tell whether somebody may see what an active grant shows: everyone who is inside, except its owner."""
    return bool(person.joined and person.pk != grant.endpoint.participant_id)


def read_rights(ticket: RelayTicket, relay: Relay) -> RelayRights:
    """Return what the ticket's side may do now."""
    signed_out = ticket.membership_id is not None and find_member(ticket) is None
    if signed_out or not get_site_by_id(relay.site_id).active:
        return RelayRights(CloseCode.UNAUTHENTICATED)
    grant = find_active_grant(relay.session, relay.grant)
    if grant is None or grant.endpoint.public_id != relay.endpoint or not _holds(ticket):
        return RelayRights(CloseCode.FORBIDDEN)
    if ticket.side == SOURCE:
        fits = ticket.endpoint_id == relay.endpoint and grant.endpoint.participant.joined
        return RelayRights(None if fits else CloseCode.FORBIDDEN)
    person = Participant.objects.filter(support_session__public_id=relay.session, public_id=relay.participant).first()
    if person is None or not may_watch(person, grant):
        return RelayRights(CloseCode.FORBIDDEN)
    held = active_grants().filter(
        support_session_id=grant.support_session_id, endpoint_id=grant.endpoint_id, holder=person
    )
    names = held.filter(capability__in=CLIPBOARD).values_list("public_id", "capability")
    return RelayRights(operate=held.filter(capability__in=CONTROL).exists(), clipboard=frozenset(names))


def _holds(ticket: RelayTicket) -> bool:
    """Tell whether the program that came (a CSR's page has none of its own) was not replaced by another."""
    if ticket.endpoint_id is None:
        return True
    return bool(Endpoint.objects.filter(public_id=ticket.endpoint_id, replaced_at=None).exists())
