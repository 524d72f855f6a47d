"""A customer enters: first the line (so that the offer leaves at once), then the conversation. Two transactions."""

import hashlib
import hmac
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import transaction

from accounts.models import Site, new_public_id
from accounts.secret_tokens import hash_secret
from acd.context import ContextRefusedError, read_context
from acd.forms import read_answers
from acd.hours import find_opening
from acd.models import AcdSettings, Contact, FormField, Queue, QueueEntry
from acd.selectors import routing
from acd.services import router
from acd.services.conversation import open_conversation
from sessions.models import Endpoint, SupportSession
from sessions.text import clean_name
from supportsite.core import clock
from supportsite.core.errors import AppError
from supportsite.core.ratelimit import require
from supportsite.protocol.base import EndpointKind, ParticipantRole

WINDOW_SECONDS = 60

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Visit:
    """What a page sends of a customer, as typed. `tab` is the browser tab's random key: the same one enters once."""

    tab: str
    name: str
    language: str
    form: dict[str, str]
    entry_url: str = ""
    referrer: str = ""
    customer_key: str = ""
    context: str = ""
    label: str = ""


@dataclass(frozen=True)
class Entered:
    """The customer is in: their entry, its conversation, and the secret of their cookie."""

    entry: QueueEntry
    support_session: SupportSession
    secret: str


def check_rate(site: Site, address: str) -> None:
    """Count a try to enter. Raises AppError rate_limited (429) with `retry_after_s`."""
    require(f"enter:address:{site.pk}:{address}", rate=settings.ENTRIES_PER_ADDRESS, per_s=WINDOW_SECONDS)
    require(f"enter:site:{site.pk}", rate=settings.ENTRIES_PER_SITE, per_s=WINDOW_SECONDS)


def enter_queue(site: Site, queue: Queue, visit: Visit) -> Entered:
    """Let a customer into a queue; the same tab again is the same visit.

    Raises AppError name_missing; invalid (fields form.KEY, codes of `acd.forms`); queue_closed, queue_full,
    queue_unstaffed (409; data: `behaviour`, `next_opening`).
    """
    name = clean_name(visit.name)
    if not name:
        raise AppError("name_missing", fields={"name": "missing"})
    answers = read_answers(FormField.objects.filter(queue=queue, active=True), visit.form)
    if answers.errors:
        raise AppError("invalid", fields={f"form.{key}": error for key, error in answers.errors.items()})
    context = verify_context(site, visit.context)
    customer_key = _customer_key(site, visit.customer_key, context)
    known = routing.Visit(visit.language, visit.entry_url, visit.referrer, customer_key, context)
    way = routing.route_entry(queue, answers.values, known)
    contact = {
        "public_id": new_public_id(),
        "name": name,
        "language": visit.language,
        "form": answers.values,
        "context": context,
        "entry_url": visit.entry_url,
        "referrer": visit.referrer,
        "customer_key": customer_key,
        "browser_key": queue.public_id,
        "secret_hash": hash_secret(visit.tab),
    }
    answer = router.enqueue(site, queue=way.queue.pk, contact=contact, route=way.route)
    if answer.more["outcome"] == "rejected":
        raise refusal(way.queue, answer.more["reason"])
    entry = QueueEntry.objects.select_related("contact").get(pk=answer.more["entry"])
    return _open(entry, way.queue.name_in(visit.language), visit)


def refusal(queue: Queue, reason: str) -> AppError:
    """Return what a customer is told who was not let in; `reason` is the router's: closed, full, unstaffed."""
    behaviour = queue.full_behaviour if reason == "full" else queue.closed_behaviour
    opening = find_opening(queue.hours, queue.holidays, queue.timezone, clock.now(), queue.override)
    opens = opening.until.isoformat() if reason == "closed" and opening.until else None
    return AppError(f"queue_{reason}", status=409, behaviour=behaviour, next_opening=opens)


def verify_context(site: Site, text: str) -> dict[str, str]:
    """Return what the host page vouches for; nothing, and a line in the log, where it cannot be believed."""
    if not text:
        return {}
    row = AcdSettings.objects.filter(site=site).only("context_secret", "site").first()
    try:
        return read_context(text, row.context_secret if row else "", clock.now())
    except ContextRefusedError as refused:
        log.warning("entry.context_refused", reason=refused.reason)
        return {}


def _open(entry: QueueEntry, title: str, visit: Visit) -> Entered:
    """Open the visit's conversation, or find it where a CSR was quicker or the page asks again."""
    contact: Contact = entry.contact
    secret = _cookie_secret(contact, visit.tab)
    joined = open_conversation(contact, title=title, label=visit.label, secret=secret)
    if joined is not None:
        return Entered(entry, joined.access.support_session, secret)
    with transaction.atomic():
        contact.refresh_from_db()
        support_session = SupportSession.objects.get(pk=contact.support_session_id)
        own = Endpoint.objects.filter(
            support_session=support_session,
            participant__role=ParticipantRole.PRIMARY_CUSTOMER,
            kind=EndpointKind.BROWSER,
            replaced_at=None,
        )
        Endpoint.objects.filter(pk__in=own.order_by("id").values("pk")[:1]).update(secret_hash=hash_secret(secret))
    return Entered(entry, support_session, secret)


def _cookie_secret(contact: Contact, tab: str) -> str:
    """Return the cookie of a visit: the same for the same tab asking again, nobody else's."""
    text = f"visit:{contact.public_id}:{tab}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _customer_key(site: Site, given: str, context: dict[str, str]) -> str:
    """Return what recognises a customer next time: who the host page says they are, else their browser's own key."""
    known = f"user:{context['user']}" if context.get("user") else f"browser:{given}" if given else ""
    return hash_secret(f"{site.pk}:{known}") if known else ""
