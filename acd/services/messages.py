"""Messages of customers who were not let in."""

from accounts.models import Membership, Site
from acd.models import LeftMessage, MessageKind, Queue
from acd.services.entering import verify_context
from sessions.text import clean_name, clean_text
from supportsite.core import wake
from supportsite.core.clock import now
from supportsite.core.errors import AppError

MIN_PHONE_DIGITS = 5


def leave_message(
    site: Site, queue: Queue, *, kind: str, name: str, email: str, phone: str, text: str, language: str, **origin: str
) -> LeftMessage:
    """Keep a message or a wish to be called back. `origin`: context (as signed), entry_url.

    Raises AppError invalid with the fields: a name, a way to answer, and for a message its text.
    """
    shown, number, words, address = clean_name(name), clean_name(phone)[:40], clean_text(text), email.strip()
    wrong = {}
    if not shown:
        wrong["name"] = "missing"
    if number and sum(character.isdigit() for character in number) < MIN_PHONE_DIGITS:
        wrong["phone"] = "invalid"
    if address and ("@" not in address.strip("@") or any(c.isspace() or not c.isprintable() for c in address)):
        wrong["email"] = "invalid"
    if kind == MessageKind.CALLBACK and not number:
        wrong["phone"] = "missing"
    if kind == MessageKind.MESSAGE and not words:
        wrong["text"] = "missing"
    if kind == MessageKind.MESSAGE and not (number or address):
        wrong["email"] = "missing"
    if wrong:
        raise AppError("invalid", fields=wrong)
    created: LeftMessage = LeftMessage.objects.create(
        site=site,
        queue=queue,
        kind=kind,
        name=shown,
        email=address,
        phone=number,
        text=words,
        language=language,
        context=verify_context(site, origin.get("context", "")),
        entry_url=origin.get("entry_url", ""),
        created_at=now(),
    )
    wake.wake(wake.group("monitor"))
    return created


def handle_message(member: Membership, message: LeftMessage) -> None:
    """Note that a CSR has answered a message; a second time changes nothing."""
    open_one = LeftMessage.objects.filter(pk=message.pk, handled_at=None)
    open_one.update(handled_at=now(), handled_by=member)
    message.refresh_from_db()
