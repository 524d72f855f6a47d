"""GET sessions/ID/ice/, POST sessions/ID/relays/ and …/relays/ID/join/; stills at sessions/ID/screenshots/."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.storage import default_storage
from django.http import HttpResponse
from rest_framework.parsers import BaseParser
from rest_framework.response import Response

from accounts.actors import CsrActor
from accounts.permissions import Permission
from media.ice import list_ice_servers
from media.infos import screenshot_info
from media.relay_records import SOURCE, VIEWER, Relay, RelayTicket
from media.selectors import access_screenshot, list_screenshots
from media.services import join_relay, open_relay, take_screenshot
from sessions.http import Body, SessionView, answer, read
from sessions.selectors.access import Access
from sessions.tickets import TICKET_SECONDS, issue_ticket
from supportsite.core.api import ApiRequest
from supportsite.core.errors import AppError
from supportsite.core.tenancy import origin_of
from supportsite.protocol.base import PublicId
from supportsite.protocol.objects import ScreenshotInfo
from supportsite.protocol.relay import RelayInfo


class IceView(SessionView):
    """How media may travel."""

    permissions = {"GET": Permission.MEDIA_CONNECT}

    def get(self, request: ApiRequest, session_id: str) -> Response:
        """Answer the ICE servers of a participant who is inside."""
        access = self.inside(request)
        return Response({"ice_servers": list_ice_servers(access.person.public_id)})


class RelayBody(Body):
    """What the viewer wants to see."""

    grant: PublicId


class RelaysView(SessionView):
    """Relays for viewers whom no peer connection reaches."""

    permissions = {"POST": Permission.MEDIA_CONNECT}
    bodies = {"POST": RelayBody}
    answers = {"POST": RelayInfo}
    repeatable = False

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Open a relay; its id goes to the source with the viewer's `view_request`."""
        access = self.inside(request)
        relay = open_relay(access, read(request, RelayBody).grant)
        return _info(request, access, relay, VIEWER)


class RelayJoinView(SessionView):
    """The source's way in."""

    permissions = {"POST": Permission.MEDIA_CONNECT}
    answers = {"POST": RelayInfo}
    repeatable = False

    def post(self, request: ApiRequest, session_id: str, relay_id: str) -> Response:
        """Join a relay as the program that the grant is about."""
        access = self.inside(request)
        return _info(request, access, join_relay(access, relay_id), SOURCE)


class PngParser(BaseParser):
    """The body as bytes, bounded by settings.SCREENSHOT_MAX_BYTES."""

    media_type = "image/png"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the body. Raises RequestDataTooBig (413)."""
        body: bytes = stream.read(settings.SCREENSHOT_MAX_BYTES + 1)
        if len(body) > settings.SCREENSHOT_MAX_BYTES:
            raise RequestDataTooBig
        return body


class ScreenshotsView(SessionView):
    """Stills of the shared picture."""

    permissions = {"GET": Permission.PICTURE_READ, "POST": Permission.PICTURE_TAKE}
    answers = {"POST": ScreenshotInfo}
    parser_classes = [PngParser]
    repeatable = False  # a repeated picture is known by its hash

    def get(self, request: ApiRequest, session_id: str) -> Response:
        """List those that the caller may read, oldest first."""
        shots = list_screenshots(self.readable(request))
        return Response({"results": [screenshot_info(shot).model_dump(mode="json") for shot in shots]})

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Save the PNG file of the body; everyone in the session is told."""
        access = self.inside(request)
        body: Any = request.data
        if not isinstance(body, bytes):  # without a body there is nothing to parse
            raise AppError("picture_invalid", reason="empty")
        return answer(screenshot_info(take_screenshot(access, body)), status=201)


class ScreenshotView(SessionView):
    """One still."""

    permissions = {"GET": Permission.PICTURE_READ}

    def get(self, request: ApiRequest, session_id: str, screenshot_id: str) -> HttpResponse:
        """Send the file to be saved; no browser shows or runs it as a page of this site."""
        shot = access_screenshot(self.readable(request), screenshot_id)
        with default_storage.open(shot.key) as stored:
            response = HttpResponse(stored.read(), content_type="image/png")
        response["Content-Disposition"] = f'attachment; filename="screenshot-{shot.public_id}.png"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response["Cache-Control"] = "private, no-store"
        return response


def _info(request: ApiRequest, access: Access, relay: Relay, side: str) -> Response:
    actor = request.actor
    member = actor.membership if isinstance(actor, CsrActor) else None
    ticket = RelayTicket(
        site_id=request.site.pk,
        session_id=relay.session,
        endpoint_id=access.endpoint.public_id if access.endpoint else None,
        membership_id=member.pk if member else None,
        login=(request._request.session.session_key or "") if member else "",  # noqa: SLF001
        relay=relay.id,
        side=side,
        participant=access.person.public_id,
    )
    info = RelayInfo(
        id=relay.id,
        url=f"{origin_of(request.site).replace('http', 'ws', 1)}/ws/relay/{relay.id}/",
        ticket=issue_ticket(ticket),
        expires_in_s=TICKET_SECONDS,
        participant=relay.participant,
    )
    return answer(info, status=201)
