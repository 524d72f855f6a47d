"""Words for the protocol's enumerations, as administrators and customers read them."""

from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from supportsite.protocol.base import (
    Audience,
    Capability,
    EndpointKind,
    EndReason,
    GrantState,
    ParticipantRole,
    ParticipantState,
    RequestState,
    SessionState,
    StopCause,
)

LABELS: dict[StrEnum, Promise] = {
    SessionState.WAITING: _("Waiting"),
    SessionState.ACTIVE: _("Active"),
    SessionState.SUSPENDED: _("Suspended"),
    SessionState.ENDED: _("Ended"),
    EndReason.CSR_END: _("The CSR ended the session"),
    EndReason.CUSTOMER_LEAVE: _("The customer left the session"),
    EndReason.IDLE: _("Nobody did anything for a long time"),
    EndReason.UNJOINED: _("No customer joined"),
    EndReason.ORPHANED: _("The connection did not come back"),
    EndReason.ADMIN: _("An administrator ended the session"),
    ParticipantRole.PRIMARY_CSR: _("Primary CSR"),
    ParticipantRole.ASSISTING_CSR: _("Assisting CSR"),
    ParticipantRole.PRIMARY_CUSTOMER: _("Primary customer"),
    ParticipantRole.SECONDARY_CUSTOMER: _("Secondary customer"),
    ParticipantState.LOBBY: _("In the lobby"),
    ParticipantState.JOINED: _("Joined"),
    ParticipantState.REFUSED: _("Refused"),
    ParticipantState.LEFT: _("Left"),
    EndpointKind.BROWSER: _("Browser"),
    EndpointKind.SUPPORT_MANAGER: _("Support Manager"),
    Capability.VIEW_DESKTOP: _("see the desktop"),
    Capability.CONTROL_DESKTOP: _("operate the desktop"),
    RequestState.REQUESTED: _("Requested"),
    RequestState.GRANTED: _("Granted"),
    RequestState.DENIED: _("Denied"),
    RequestState.EXPIRED: _("Expired"),
    RequestState.CANCELLED: _("Cancelled"),
    RequestState.STOPPED: _("Stopped"),
    GrantState.ACTIVE: _("Active"),
    GrantState.SUSPENDED: _("Suspended"),
    GrantState.STOPPED: _("Stopped"),
    StopCause.OWNER_STOP: _("stopped by the customer"),
    StopCause.STOP_EVERYTHING: _("everything was stopped by the customer"),
    StopCause.CSR_RELEASE: _("given back by the CSR"),
    StopCause.SUPERSEDED: _("replaced by a newer share"),
    StopCause.ENDPOINT_LOST: _("the customer's program did not come back"),
    StopCause.CONNECTION_LOST: _("the connection was lost"),
    StopCause.IDLE: _("not used for a long time"),
    StopCause.EXPIRED: _("the time was over"),
    StopCause.SESSION_ENDED: _("the session ended"),
    StopCause.PARTICIPANT_LEFT: _("the participant left"),
    StopCause.SOURCE_CLOSED: _("the shared source was closed"),
    Audience.EVERYONE: _("Everyone"),
    Audience.CSRS: _("CSRs only"),
    Audience.PARTICIPANT: _("One person"),
}


def choices_of(enumeration: type[StrEnum]) -> list[tuple[str, Any]]:
    """Return the choices of a model field for an enumeration of the protocol."""
    return [(member.value, LABELS[member]) for member in enumeration]
