"""Coming in and bringing in: join, attach, invite, admit, sockets."""

from typing import Annotated, Literal, cast

from pydantic import Field
from rest_framework.response import Response

from accounts.actors import CsrActor
from accounts.api import describe_site
from accounts.authentication import CsrAuthentication
from accounts.permissions import Permission
from sessions.authentication import SESSION_AUTHENTICATION, find_customer_endpoint, set_cookie
from sessions.http import Body, SessionView, address_of, answer, answer_snapshot, read
from sessions.infos import participant_info
from sessions.models import AttachPurpose, InvitationChannel, Participant
from sessions.selectors.access import access_session
from sessions.selectors.snapshot import get_snapshot
from sessions.services.attach import attach_support_manager, create_attach_code
from sessions.services.invitations import create_invitation
from sessions.services.joining import admit_participant, join_as_csr, join_as_customer, refuse_participant
from sessions.services.presence import open_endpoint
from sessions.text import describe_browser
from sessions.tickets import TICKET_SECONDS, Ticket, issue_ticket
from sessions.views_downloads import LINUX_FILE
from supportsite.core.api import ApiRequest, ApiView, Open
from supportsite.core.errors import not_found
from supportsite.core.tenancy import absolute_url, origin_of
from supportsite.protocol.base import PublicId
from supportsite.protocol.objects import ParticipantInfo, SessionSnapshot
from supportsite.protocol.socket import SUPPORT_MANAGER_HEARTBEAT_SECONDS

NumberText = Annotated[str, Field(max_length=100)]


class JoinBody(Body):
    """What a customer enters."""

    number: NumberText
    name: Annotated[str, Field(max_length=200)]
    language: Literal["en", "ja"] = "en"


class JoinAsCsrBody(Body):
    """What a CSR enters."""

    number: NumberText


class AttachBody(Body):
    """What a Support Manager brings."""

    code: Annotated[str, Field(max_length=40)]
    public_key: Annotated[str, Field(max_length=64)]
    label: Annotated[str, Field(max_length=120)] = ""


class AttachCodeBody(Body):
    """What the code is for."""

    purpose: AttachPurpose


class InvitationBody(Body):
    """How to invite."""

    channel: InvitationChannel
    address: Annotated[str, Field(max_length=254)] = ""
    language: Literal["en", "ja"] = "en"


class TicketBody(Body):
    """Which socket: of a session, or (null) of the console."""

    session: PublicId | None = None
    endpoint: PublicId | None = None


class JoinView(ApiView):
    """The customer's door."""

    permissions = {"POST": Open.ANYONE}
    bodies = {"POST": JoinBody}
    authentication_classes = []
    repeatable = False

    def post(self, request: ApiRequest) -> Response:
        """Join by number."""
        body = read(request, JoinBody)
        joined = join_as_customer(
            site=request.site,
            number=body.number,
            name=body.name,
            language=body.language,
            address=address_of(request),
            label=describe_browser(request.headers.get("User-Agent", "")),
            known=find_customer_endpoint(request._request),  # noqa: SLF001
        )
        public_id = joined.access.support_session.public_id
        response = Response({"session": public_id, "url": f"/s/{public_id}/"}, status=201)
        if joined.secret is not None:
            set_cookie(response, joined.secret)
        return response


class JoinAsCsrView(ApiView):
    """The CSR's door to a colleague's session."""

    permissions = {"POST": Permission.SESSION_ASSIST}
    bodies = {"POST": JoinAsCsrBody}
    answers = {"POST": SessionSnapshot}
    authentication_classes = [CsrAuthentication]

    def post(self, request: ApiRequest) -> Response:
        """Join by number."""
        body = read(request, JoinAsCsrBody)
        actor = cast(CsrActor, request.actor)
        access = join_as_csr(actor, site=request.site, number=body.number, address=address_of(request))
        return answer_snapshot(access)


class AttachView(ApiView):
    """The Support Manager's door."""

    permissions = {"POST": Open.ANYONE}
    bodies = {"POST": AttachBody}
    authentication_classes = []
    repeatable = False

    def post(self, request: ApiRequest) -> Response:
        """Attach by code."""
        body = read(request, AttachBody)
        attached = attach_support_manager(
            site=request.site,
            code=body.code,
            public_key=body.public_key,
            label=body.label,
            address=address_of(request),
        )
        assert attached.access.endpoint is not None
        language = attached.access.person.language  # that of the person, not of the computer's settings
        return Response(
            {
                "token": attached.secret,
                "endpoint": attached.access.endpoint.public_id,
                "session": get_snapshot(attached.access, language=language).model_dump(mode="json"),
                "site": describe_site(request.site, language).model_dump(mode="json"),
                "heartbeat_seconds": SUPPORT_MANAGER_HEARTBEAT_SECONDS,
            },
            status=201,
        )


class AttachCodesView(SessionView):
    """Codes for a Support Manager or another device."""

    permissions = {"POST": Permission.SESSION_ATTACH}
    bodies = {"POST": AttachCodeBody}
    repeatable = False

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Make a code."""
        access = self.inside(request)
        code, expires_at = create_attach_code(access, purpose=read(request, AttachCodeBody).purpose)
        site = request.site
        return Response(
            {
                "code": code,
                "expires_at": expires_at.isoformat().replace("+00:00", "Z"),
                "start": f"python3 {LINUX_FILE} --site {origin_of(site)} --code {code}",
                "command": f"python -m customer_agent --site {origin_of(site)} --code {code}",
                "download_url": absolute_url(site, "/downloads/"),
                "link": absolute_url(site, f"/s/{session_id}/resume/?code={code}"),
            },
            status=201,
        )


class InvitationsView(SessionView):
    """Inviting."""

    permissions = {"POST": Permission.SESSION_INVITE}
    bodies = {"POST": InvitationBody}

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Make an invitation; an e-mail leaves by the worker."""
        access = self.inside(request)
        body = read(request, InvitationBody)
        words = create_invitation(access, channel=body.channel, address=body.address, language=body.language)
        return Response(
            {"link": words.link, "number": words.number, "subject": words.subject, "text": words.text}, status=201
        )


class AdmitView(SessionView):
    """The lobby's door."""

    permissions = {"POST": Permission.SESSION_ADMIT}
    answers = {"POST": ParticipantInfo}

    def post(self, request: ApiRequest, session_id: str, participant_id: str) -> Response:
        """Let somebody in."""
        return _person(admit_participant(self.inside(request), participant_id))


class RefuseView(SessionView):
    """The lobby's way out."""

    permissions = {"POST": Permission.SESSION_ADMIT}
    answers = {"POST": ParticipantInfo}

    def post(self, request: ApiRequest, session_id: str, participant_id: str) -> Response:
        """Send somebody away."""
        return _person(refuse_participant(self.inside(request), participant_id))


class SocketTicketsView(ApiView):
    """Tickets for sockets."""

    permissions = {"POST": Permission.SOCKET_OPEN}
    bodies = {"POST": TicketBody}
    authentication_classes = SESSION_AUTHENTICATION
    repeatable = False

    def post(self, request: ApiRequest) -> Response:
        """Make a ticket."""
        body = read(request, TicketBody)
        socket_origin = origin_of(request.site).replace("http", "ws", 1)
        actor = request.actor
        member = actor.membership if isinstance(actor, CsrActor) else None
        endpoint_id, path = None, "/ws/console/"
        if body.session is not None:
            access = access_session(actor, body.session)
            endpoint = open_endpoint(
                access, reuse=body.endpoint, label=describe_browser(request.headers.get("User-Agent", ""))
            )
            endpoint_id, path = endpoint.public_id, f"/ws/session/{body.session}/"
        elif member is None:
            raise not_found()
        ticket = Ticket(
            site_id=request.site.pk,
            session_id=body.session,
            endpoint_id=endpoint_id,
            membership_id=member.pk if member else None,
            login=(request._request.session.session_key or "") if member else "",  # noqa: SLF001
        )
        return Response(
            {
                "ticket": issue_ticket(ticket),
                "endpoint": endpoint_id,
                "url": socket_origin + path,
                "expires_in_s": TICKET_SECONDS,
            },
            status=201,
        )


def _person(participant: Participant) -> Response:
    return answer(participant_info(participant))
