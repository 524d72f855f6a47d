"""Sessions: start, list, read, keep, leave, end, receipt."""

from typing import Annotated, Literal

from pydantic import Field
from rest_framework.response import Response

from accounts.actors import CsrActor
from accounts.permissions import Permission
from sessions.authentication import MEMBER_AUTHENTICATION
from sessions.http import Body, SessionView, answer, answer_snapshot, language, read, read_query
from sessions.models.survey import MAX_COMMENT, MAX_SCORE, MIN_SCORE
from sessions.selectors.lists import list_sessions
from sessions.selectors.log import get_seq, read_log
from sessions.selectors.receipt import get_receipt
from sessions.services.lifecycle import end_session, keep_session, leave_session, start_outbound_session
from sessions.services.options import set_options
from sessions.services.requests import stop_everything
from sessions.services.survey import answer_survey
from supportsite.core.api import ApiRequest, ApiView
from supportsite.protocol.base import SharingQuality
from supportsite.protocol.objects import SessionOptions, SessionSnapshot


class StartBody(Body):
    """What a CSR chooses at the start."""

    session_type: Annotated[str, Field(max_length=40)]
    tracking: dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=200)]] = {}
    customer_language: Literal["en", "ja"] = "en"


class ListQuery(Body):
    """What of the list is wanted."""

    state: Literal["live", "ended"] | None = None
    mine: Literal["0", "1"] = "0"
    cursor: Annotated[int, Field(ge=1, le=2**53)] | None = None


class EventsQuery(Body):
    """From where to read the log."""

    after: Annotated[int, Field(ge=0, le=2**53)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 200


class SessionsView(ApiView):
    """The sessions of the site, as far as the caller sees them."""

    permissions = {"GET": Permission.SESSION_LIST, "POST": Permission.SESSION_START}
    bodies = {"POST": StartBody}
    answers = {"POST": SessionSnapshot}
    authentication_classes = MEMBER_AUTHENTICATION

    def get(self, request: ApiRequest) -> Response:
        """List sessions, newest first."""
        query = read_query(request, ListQuery)
        member = request.actor.membership if isinstance(request.actor, CsrActor) else None
        results, following = list_sessions(member, state=query.state, mine=query.mine == "1", cursor=query.cursor)
        return Response({"results": results, "next": following})

    def post(self, request: ApiRequest) -> Response:
        """Start an outbound session."""
        body = read(request, StartBody)
        access = start_outbound_session(
            request.actor,
            site=request.site,
            session_type=body.session_type,
            tracking=body.tracking,
            customer_language=body.customer_language,
        )
        return answer_snapshot(access, status=201)


class SessionDetailView(SessionView):
    """One session."""

    permissions = {"GET": Permission.SESSION_READ}
    answers = {"GET": SessionSnapshot}

    def get(self, request: ApiRequest, session_id: str) -> Response:
        """Answer the snapshot."""
        return answer_snapshot(self.readable(request))


class EventsView(SessionView):
    """The event log, as the socket delivers it."""

    permissions = {"GET": Permission.SESSION_READ}

    def get(self, request: ApiRequest, session_id: str) -> Response:
        """Answer the events after `after` and the newest `seq`."""
        access = self.readable(request)
        query = read_query(request, EventsQuery)
        newest = get_seq(access.support_session.pk)
        events, _ = read_log(access, after=query.after, limit=query.limit)
        return Response({"events": events, "seq": newest})


class OptionsBody(Body):
    """How pictures are sent."""

    quality: SharingQuality


class OptionsView(SessionView):
    """Session options."""

    permissions = {"POST": Permission.SESSION_OPTIONS}
    bodies = {"POST": OptionsBody}
    answers = {"POST": SessionOptions}

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Set them; the sources follow at once."""
        session = set_options(self.inside(request), quality=read(request, OptionsBody).quality)
        return answer(SessionOptions(quality=SharingQuality(session.quality)))


class ReceiptView(SessionView):
    """What the participant keeps."""

    permissions = {"GET": Permission.SESSION_READ}

    def get(self, request: ApiRequest, session_id: str) -> Response:
        """Answer the receipt in the reader's language."""
        access = self.readable(request)
        return Response(get_receipt(access, language=language()))


class SurveyBody(Body):
    """Whether the problem was solved, 1 (not at all) to 5 (fully)."""

    score: Annotated[int, Field(ge=MIN_SCORE, le=MAX_SCORE)]
    comment: Annotated[str, Field(max_length=MAX_COMMENT)] = ""


class SurveyView(SessionView):
    """The question at the end."""

    permissions = {"PUT": Permission.SESSION_SURVEY}
    bodies = {"PUT": SurveyBody}

    def put(self, request: ApiRequest, session_id: str) -> Response:
        """Answer it, or change the answer."""
        access = self.readable(request)
        body = read(request, SurveyBody)
        kept = answer_survey(access, score=body.score, comment=body.comment)
        return Response({"score": kept.score, "comment": kept.comment})


class KeepView(SessionView):
    """The idle warning."""

    permissions = {"POST": Permission.SESSION_KEEP}
    answers = {"POST": None}

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Keep the session."""
        keep_session(self.inside(request))
        return Response(status=204)


class LeaveView(SessionView):
    """The way out."""

    permissions = {"POST": Permission.SESSION_LEAVE}
    answers = {"POST": None}

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Leave."""
        leave_session(self.inside(request))
        return Response(status=204)


class EndView(SessionView):
    """The end for all."""

    permissions = {"POST": Permission.SESSION_END}
    answers = {"POST": SessionSnapshot}

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """End the session."""
        access = self.readable(request)
        end_session(access)
        return answer_snapshot(access)


class StopEverythingView(SessionView):
    """The customer's red button."""

    permissions = {"POST": Permission.SESSION_STOP}
    answers = {"POST": SessionSnapshot}

    def post(self, request: ApiRequest, session_id: str) -> Response:
        """Deny every open request and stop every grant."""
        access = self.inside(request)
        stop_everything(access)
        return answer_snapshot(access)
