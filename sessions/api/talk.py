"""Chat and notes."""

from typing import Annotated

from pydantic import Field
from rest_framework.response import Response

from accounts.permissions import Permission
from sessions.http import Body, SessionView, answer, read
from sessions.infos import message_info, note_info
from sessions.selectors.snapshot import get_note
from sessions.services.chat import send_message
from sessions.services.notes import save_note
from supportsite.core.api import ApiRequest
from supportsite.protocol.base import MAX_NOTE, Audience, PublicId, Text
from supportsite.protocol.objects import ChatMessageInfo, NoteInfo


class MessageBody(Body):
    """A chat message."""

    text: Text
    audience: Audience = Audience.EVERYONE
    to: PublicId | None = None
    client_id: PublicId


class NoteBody(Body):
    """The whole note and the version that it was made from."""

    text: Annotated[str, Field(max_length=MAX_NOTE)]
    base_version: Annotated[int, Field(ge=0, le=2**31 - 1)]


class MessagesView(SessionView):
    """The chat."""

    permissions = {"POST": Permission.SESSION_CHAT}
    bodies = {"POST": MessageBody}
    answers = {"POST": ChatMessageInfo}

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Send a message."""
        access = self.inside(request)
        body = read(request, MessageBody)
        message, new = send_message(
            access, text=body.text, audience=body.audience, to=body.to, client_id=body.client_id
        )
        return answer(message_info(message), status=201 if new else 200)


class NoteView(SessionView):
    """The CSRs' note."""

    permissions = {"GET": Permission.SESSION_NOTE, "PUT": Permission.SESSION_NOTE}
    bodies = {"PUT": NoteBody}
    answers = {"GET": NoteInfo, "PUT": NoteInfo}

    def get(self, request: ApiRequest, session_id: str) -> Response:
        """Answer the note."""
        return answer(get_note(self.readable(request)))

    def put(self, request: ApiRequest, session_id: str) -> Response:
        """Save the note."""
        access = self.inside(request)
        body = read(request, NoteBody)
        return answer(note_info(save_note(access, text=body.text, base_version=body.base_version)))
