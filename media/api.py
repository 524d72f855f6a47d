"""GET sessions/ID/ice/."""

from rest_framework.response import Response

from accounts.permissions import Permission
from media.ice import list_ice_servers
from sessions.http import SessionView
from supportsite.core.api import ApiRequest


class IceView(SessionView):
    """How media may travel."""

    permissions = {"GET": Permission.MEDIA_CONNECT}

    def get(self, request: ApiRequest, session_id: str) -> Response:
        """Answer the ICE servers of a participant who is inside."""
        access = self.inside(request)
        return Response({"ice_servers": list_ice_servers(access.person.public_id)})
