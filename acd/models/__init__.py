"""Tables of WebACD. All rows are of one site, by scoped manager and by row-level security.

`csr_id` everywhere is the key of the CSR's `Membership`. State columns change only in the router's SQL functions.
"""

from acd.models.csrs import CsrState
from acd.models.entries import AcdEvent, Contact, Offer, OfferSkip, QueueEntry
from acd.models.messages import LeftMessage, MessageKind
from acd.models.queues import (
    AcdSettings,
    FormField,
    OutcomeCode,
    Queue,
    QueueManager,
    QueueMember,
    RoutingRule,
    SiteRouter,
)

__all__ = [
    "AcdEvent",
    "AcdSettings",
    "Contact",
    "CsrState",
    "FormField",
    "LeftMessage",
    "MessageKind",
    "Offer",
    "OfferSkip",
    "OutcomeCode",
    "Queue",
    "QueueEntry",
    "QueueManager",
    "QueueMember",
    "RoutingRule",
    "SiteRouter",
]
