"""Left messages, for CSRs: list the open ones, note that one is answered."""

from typing import Any, cast

from rest_framework.response import Response

from accounts.actors import CsrActor
from accounts.authentication import CsrAuthentication
from accounts.permissions import Permission
from acd.models import LeftMessage
from acd.selectors.waiting import access_message
from acd.services.messages import handle_message
from sessions.infos import time_text
from supportsite.core.api import ApiRequest, ApiView

PAGE_SIZE = 100


class LeftMessagesView(ApiView):
    """The messages that nobody has answered yet."""

    permissions = {"GET": Permission.MESSAGE_HANDLE}
    authentication_classes = [CsrAuthentication]

    def get(self, request: ApiRequest) -> Response:
        """List them, newest first."""
        rows = LeftMessage.objects.select_related("queue", "handled_by__user").filter(handled_at=None)[:PAGE_SIZE]
        return Response({"results": [_row(row) for row in rows]})


class LeftMessageHandledView(ApiView):
    """One message."""

    permissions = {"POST": Permission.MESSAGE_HANDLE}
    authentication_classes = [CsrAuthentication]

    def post(self, request: ApiRequest, message_id: str) -> Response:
        """Note that it is answered."""
        message = access_message(message_id)
        handle_message(cast(CsrActor, request.actor).membership, message)
        return Response(_row(message), status=201)


def _row(message: LeftMessage) -> dict[str, Any]:
    return {
        "id": message.public_id,
        "queue": {"id": message.queue.public_id, "name": message.queue.name},
        "kind": message.kind,
        "name": message.name,
        "email": message.email,
        "phone": message.phone,
        "text": message.text,
        "language": message.language,
        "context": message.context,
        "entry_url": message.entry_url,
        "at": time_text(message.created_at),
        "handled_at": time_text(message.handled_at) if message.handled_at else None,
        "handled_by": message.handled_by.user.name if message.handled_by else None,
    }
