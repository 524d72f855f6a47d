"""Tables of support sessions. All rows are of one site, by scoped manager and by row-level security."""

from sessions.models.calls import Call
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
from sessions.models.survey import SurveyAnswer
from sessions.models.talk import ChatMessage, Note, NoteVersion

__all__ = [
    "GENESIS_HASH",
    "NUMBER_DIGITS",
    "ActionRequest",
    "AttachCode",
    "AttachPurpose",
    "Call",
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
    "SurveyAnswer",
]
