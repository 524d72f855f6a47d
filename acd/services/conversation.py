"""The support session of a customer's visit: opened once, right after the customer is in the line."""

from django.db import transaction

from acd.models import Contact
from sessions.models import SupportSession
from sessions.services.holding import Held, held_by_system, lock
from sessions.services.inbound import start_inbound_session
from sessions.services.joining import Joined
from supportsite.core.clock import now
from supportsite.core.errors import AppError


def open_conversation(contact: Contact, *, title: str, label: str = "", secret: str = "") -> Joined | None:
    """Start the visit's session; None where it has one. `secret` is the customer's way in.

    The line comes first and the conversation after it, in a transaction of its own: the offer is out by then. Until the
    customer's page connects it counts as lost.
    """
    with transaction.atomic():
        # Not the site's row: every new row of the site refers to it, and would wait.
        rows = Contact.objects.select_for_update(of=("self",), no_key=True).select_related("site")
        locked: Contact = rows.get(pk=contact.pk)
        if locked.support_session_id is not None:
            return None
        joined = start_inbound_session(
            site=locked.site, name=locked.name, language=locked.language, label=label, title=title, secret=secret
        )
        locked.support_session = joined.access.support_session
        locked.lost_at = now()
        locked.save(update_fields=["support_session", "lost_at"])
    return joined


def lock_conversation(contact: Contact, *, title: str) -> Held:
    """Lock the visit's session, started now where the customer's page has not done it yet.

    Raises AppError entry_gone (409) where it ended.
    """
    if contact.support_session_id is None:
        open_conversation(contact, title=title)
        contact.refresh_from_db()
    support_session = lock(SupportSession.objects.select_related("site").get(pk=contact.support_session_id))
    if support_session is None or not support_session.live:
        raise AppError("entry_gone", status=409)
    return held_by_system(support_session)
