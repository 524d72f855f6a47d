"""Words for the router's states, as CSRs, managers and administrators read them."""

from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from acd.routing import EntryState, OfferState, PlaceReason, Strategy
from supportsite.protocol.inbox import Presence, Resolution

LABELS: dict[StrEnum, Promise] = {
    EntryState.WAITING: _("Waiting in the queue"),
    EntryState.OFFERED: _("Offered"),
    EntryState.LIMBO: _("Connection lost, place kept"),
    EntryState.ACTIVE: _("Being helped"),
    EntryState.WRAP: _("Wrap-up"),
    EntryState.DONE: _("Done"),
    EntryState.ABANDONED: _("Left the queue"),
    EntryState.TIMED_OUT: _("Waited too long"),
    EntryState.OVERFLOWED: _("Passed to another queue"),
    EntryState.CANCELLED: _("Taken out by a manager"),
    EntryState.REJECTED: _("Not let in"),
    OfferState.PENDING: _("Open"),
    OfferState.ACCEPTED: _("Accepted"),
    OfferState.DECLINED: _("Declined"),
    OfferState.EXPIRED: _("Missed"),
    OfferState.REVOKED: _("Withdrawn"),
    OfferState.SUPERSEDED: _("Taken by another CSR"),
    Resolution.SOLVED: _("Solved"),
    Resolution.FOLLOW_UP: _("Follow-up"),
    Resolution.PASSED_ON: _("Passed on"),
    Resolution.NOT_SOLVED: _("Not solved"),
    Presence.OFFLINE: _("Offline"),
    Presence.AVAILABLE: _("Available"),
    Presence.AWAY: _("Away"),
    Presence.DRAINING: _("Finish and take no more"),
    Strategy.MOST_IDLE: _("Most idle"),
    Strategy.EVERYBODY: _("Everybody"),
    Strategy.ROUND_ROBIN: _("Round robin"),
    Strategy.FEWEST_CONTACTS: _("Fewest customers"),
    Strategy.LEAST_BUSY: _("Least busy"),
    Strategy.PRIORITY: _("By position"),
    Strategy.RANDOM: _("At random"),
    PlaceReason.URGENT: _("Somebody with a more urgent matter came before you."),
    PlaceReason.PASSED: _("Somebody who had waited before was passed on to this queue."),
    PlaceReason.CHANGED: _("The order of the queue was changed."),
}


def choices_of(enumeration: type[StrEnum]) -> list[tuple[str, Any]]:
    """Return the choices of a model field for an enumeration of the router."""
    return [(member.value, LABELS[member]) for member in enumeration]
