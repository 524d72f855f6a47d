"""Tables of support sessions. All rows are of one site, by scoped manager and by row-level security."""

from sessions.models.consent import ActionRequest, Grant
from sessions.models.log import SessionEvent
from sessions.models.people import (
    AttachCode,
    AttachPurpose,
    Endpoint,
    Invitation,
    InvitationChannel,
    Participant,
)
from sessions.models.session import GENESIS_HASH, NUMBER_DIGITS, SupportSession
from sessions.models.talk import ChatMessage, Note, NoteVersion

__all__ = [
    "GENESIS_HASH",
    "NUMBER_DIGITS",
    "ActionRequest",
    "AttachCode",
    "AttachPurpose",
    "ChatMessage",
    "Endpoint",
    "Grant",
    "Invitation",
    "InvitationChannel",
    "Note",
    "NoteVersion",
    "Participant",
    "SessionEvent",
    "SupportSession",
]
