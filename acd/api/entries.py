"""Customers at a queue: enter, leave a message, and what they do while they wait."""

from typing import Annotated, Literal, cast

from django.utils.translation import get_language
from pydantic import Field
from rest_framework.response import Response

from accounts.permissions import Permission
from acd.models import Contact, QueueEntry
from acd.selectors.queues import describe_queue
from acd.selectors.wait import get_expected_wait
from acd.selectors.waiting import access_entry, access_entry_of_session, describe_waiting, find_queue
from acd.services.entering import Visit, check_rate, enter_queue
from acd.services.messages import leave_message
from acd.services.waiting import ask_callback
from acd.tickets import WaitingTicket
from sessions.actors import ParticipantActor
from sessions.authentication import CustomerAuthentication, is_embedded, set_cookie
from sessions.http import Body, address_of, answer, read
from sessions.selectors.access import Access
from sessions.services.lifecycle import leave_session
from sessions.text import describe_browser
from sessions.tickets import TICKET_SECONDS, issue_ticket
from supportsite.core.api import ApiRequest, ApiView, Open
from supportsite.core.tenancy import origin_of
from supportsite.protocol.entering import QueueInfo
from supportsite.protocol.waiting import WaitingInfo

Key = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
Line = Annotated[str, Field(max_length=200)]
Address = Annotated[str, Field(max_length=500)]
SignedContext = Annotated[str, Field(max_length=4096)]


class EntryBody(Body):
    """What a page sends of a customer who wants to wait. `tab`: 22 to 64 random characters, new for each visit."""

    tab: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22,64}$")]
    name: Line
    language: Literal["en", "ja"] = "en"
    form: Annotated[dict[Key, Annotated[str, Field(max_length=2000)]], Field(max_length=40)] = {}
    entry_url: Address = ""
    referrer: Address = ""
    customer_key: Annotated[str, Field(max_length=64)] = ""
    context: SignedContext = ""


class MessageBody(Body):
    """A message, or a wish to be called back."""

    kind: Literal["message", "callback"]
    name: Line
    email: Annotated[str, Field(max_length=254)] = ""
    phone: Annotated[str, Field(max_length=60)] = ""
    text: Annotated[str, Field(max_length=4000)] = ""
    language: Literal["en", "ja"] = "en"
    entry_url: Address = ""
    context: SignedContext = ""


class CallbackBody(Body):
    """Where to call; empty takes the wish back."""

    phone: Annotated[str, Field(max_length=60)]


class QueueView(ApiView):
    """A queue as its customers see it."""

    permissions = {"GET": Open.ANYONE}
    answers = {"GET": QueueInfo}
    authentication_classes = []

    def get(self, request: ApiRequest, queue_id: str) -> Response:
        """Read name, entry form, and whether it is open."""
        return answer(describe_queue(find_queue(queue_id), get_language() or "en"))


class EntriesView(ApiView):
    """The door of a queue."""

    permissions = {"POST": Open.ANYONE}
    bodies = {"POST": EntryBody}
    authentication_classes = []
    repeatable = False

    def post(self, request: ApiRequest, queue_id: str) -> Response:
        """Enter; the offer leaves before the conversation is opened."""
        body = read(request, EntryBody)
        check_rate(request.site, address_of(request))
        label = describe_browser(request.headers.get("User-Agent", ""))
        entered = enter_queue(request.site, find_queue(queue_id), Visit(**body.model_dump(), label=label))
        session = entered.support_session.public_id
        embedded = is_embedded(request._request)  # noqa: SLF001 - as in the other views that set the cookie
        url = f"/embed/s/{session}/?lang={body.language}" if embedded else f"/s/{session}/"
        response = Response({"entry": entered.entry.public_id, "session": session, "url": url}, status=201)
        set_cookie(response, entered.secret, embedded=embedded)
        return response


class LeftMessagesOfQueueView(ApiView):
    """The letter box of a queue."""

    permissions = {"POST": Open.ANYONE}
    bodies = {"POST": MessageBody}
    authentication_classes = []

    def post(self, request: ApiRequest, queue_id: str) -> Response:
        """Leave a message."""
        body = read(request, MessageBody)
        check_rate(request.site, address_of(request))
        message = leave_message(request.site, find_queue(queue_id), **body.model_dump())
        return Response({"message": message.public_id}, status=201)


class _EntryView(ApiView):
    """A view below `entries/ID/`, for the customer who waits there."""

    authentication_classes = [CustomerAuthentication]

    def entry(self, request: ApiRequest) -> QueueEntry:
        """Return the caller's own entry."""
        return access_entry(cast(ParticipantActor, request.actor), self.kwargs["entry_id"])

    def told(self, request: ApiRequest, status: int = 200) -> Response:
        """Answer where the caller stands now."""
        return self.tell(request, self.entry(request), status)

    def tell(self, request: ApiRequest, entry: QueueEntry, status: int = 200) -> Response:
        """Answer where an entry of the caller stands."""
        language = request.actor.endpoint.participant.language
        phone = Contact.objects.values_list("callback_phone", flat=True).get(pk=entry.contact_id)
        found = get_expected_wait(entry)
        return answer(describe_waiting(entry, language, found, callback_phone=phone), status=status)


class EntryView(_EntryView):
    """A customer's place."""

    permissions = {"GET": Permission.ENTRY_OWN}
    answers = {"GET": WaitingInfo}

    def get(self, request: ApiRequest, entry_id: str) -> Response:
        """Read it."""
        return self.told(request)


class SessionEntryView(_EntryView):
    """The place to which a session belongs."""

    permissions = {"GET": Permission.ENTRY_OWN}
    answers = {"GET": WaitingInfo}

    def get(self, request: ApiRequest, session_id: str) -> Response:
        """Read it; missing for a session that no queue led to."""
        return self.tell(request, access_entry_of_session(request.actor, session_id))


class EntryLeaveView(_EntryView):
    """The way out of the line."""

    permissions = {"POST": Permission.ENTRY_OWN}
    answers = {"POST": None}

    def post(self, request: ApiRequest, entry_id: str) -> Response:
        """Leave; the session ends with it."""
        self.entry(request)
        endpoint = request.actor.endpoint
        leave_session(Access(endpoint.support_session, endpoint.participant, endpoint))
        return Response(status=204)


class EntryCallbackView(_EntryView):
    """A place that is kept for a telephone."""

    permissions = {"POST": Permission.ENTRY_OWN}
    bodies = {"POST": CallbackBody}
    answers = {"POST": WaitingInfo}

    def post(self, request: ApiRequest, entry_id: str) -> Response:
        """Ask to be called when it is one's turn."""
        ask_callback(self.entry(request), read(request, CallbackBody).phone)
        return self.told(request, status=201)


class EntryTicketView(_EntryView):
    """Tickets for `ws/waiting/ID/`."""

    permissions = {"POST": Permission.ENTRY_OWN}
    repeatable = False

    def post(self, request: ApiRequest, entry_id: str) -> Response:
        """Make a ticket."""
        entry = self.entry(request)
        endpoint = request.actor.endpoint
        ticket = WaitingTicket(
            site_id=request.site.pk,
            session_id=endpoint.support_session.public_id,
            endpoint_id=endpoint.public_id,
            membership_id=None,
            entry_id=entry.public_id,
        )
        return Response(
            {
                "ticket": issue_ticket(ticket),
                "endpoint": None,
                "url": origin_of(request.site).replace("http", "ws", 1) + f"/ws/waiting/{entry.public_id}/",
                "expires_in_s": TICKET_SECONDS,
            },
            status=201,
        )
