"""Inviting a customer: by phone, by e-mail, by any messenger; in the customer's language."""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from celery import current_app
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from sessions.events import record_event
from sessions.models import Invitation, InvitationChannel, SupportSession
from sessions.selectors.access import Access
from sessions.services.holding import hold
from sessions.text import show_number
from supportsite.core.clock import now
from supportsite.core.errors import AppError
from supportsite.core.language import speaking
from supportsite.core.ratelimit import require
from supportsite.core.tenancy import absolute_url
from supportsite.protocol.base import Audience
from supportsite.protocol.events import InvitationSent

MAILS_PER_HOUR = 30
MAIL_TASK = "sessions.tasks.mail_invitation"  # by name: tasks call services, not the reverse


@dataclass(frozen=True)
class InvitationText:
    """What the customer gets: a link, the number as read out, and a text around them."""

    link: str
    number: str
    subject: str
    text: str


def create_invitation(access: Access, *, channel: InvitationChannel, address: str, language: str) -> InvitationText:
    """Make an invitation and log it; after the commit the worker hands a mail over to the mail server.

    Args:
        access: a CSR of the session.
        channel: e-mail needs `address`, the others take none.
        address: e-mail address of the customer; logged only as a keyed hash.
        language: of the text, "en" or "ja".

    Raises AppError session_ended, invalid (address), rate_limited.
    """
    with hold(access) as held:
        held.require_csr()
        held.require_live()
        by_mail = channel == InvitationChannel.EMAIL
        if by_mail:
            _check_address(address)
            require(f"invite:{held.person.membership_id}", rate=MAILS_PER_HOUR, per_s=3600)
        address_hash = hash_address(address) if by_mail else ""
        invitation: Invitation = Invitation.objects.create(
            site=held.support_session.site,
            support_session=held.support_session,
            participant=held.person,
            channel=channel,
            address=address if by_mail else "",
            address_hash=address_hash,
            language=language,
            created_at=held.now,
        )
        record_event(
            held.support_session,
            InvitationSent,
            actor=held.actor,
            audience=Audience.CSRS,
            channel=str(channel),
            address_hash=address_hash,
        )
        held.touch()
        if by_mail:
            facts = {"site_id": invitation.site_id, "invitation_id": invitation.pk}
            transaction.on_commit(lambda: current_app.send_task(MAIL_TASK, kwargs=facts), robust=True)
        return describe_invitation(held.support_session, csr=held.person.name, language=language)


def describe_invitation(support_session: SupportSession, *, csr: str, language: str) -> InvitationText:
    """Return the texts of an invitation in the customer's language."""
    site = support_session.site
    link = absolute_url(site, f"/?number={support_session.number}")
    number = show_number(support_session.number)
    with speaking(language):
        facts = {"csr": csr, "site": site.name_in(language), "link": link, "number": number}
        subject = _("Your support session with %(site)s") % facts
        text = (
            _(
                "%(csr)s of %(site)s invites you to a support session.\n\n"
                "Open this address and enter your name:\n%(link)s\n\n"
                "Your support number is %(number)s.\n\n"
                "Nobody can see or operate your computer before you allow it. "
                "If you did not ask for help, ignore this message."
            )
            % facts
        )
    return InvitationText(link=link, number=number, subject=subject, text=text)


def send_invitation(invitation_id: int) -> bool:
    """Hand an e-mail invitation over to the mail server, once; then forget the address.

    Returns whether a mail went out. Locks the invitation's row. Needs the site's scope.
    """
    with transaction.atomic():
        rows = Invitation.objects.select_for_update(of=("self",)).select_related("support_session", "participant")
        invitation = rows.get(pk=invitation_id)
        if invitation.sent_at is not None or not invitation.support_session.live:
            return False
        words = describe_invitation(
            invitation.support_session, csr=invitation.participant.name, language=invitation.language
        )
        EmailMessage(words.subject, words.text, settings.DEFAULT_FROM_EMAIL, [invitation.address]).send()
        invitation.sent_at, invitation.address = now(), ""
        invitation.save(update_fields=["sent_at", "address"])
        return True


def hash_address(address: str) -> str:
    """Return the keyed hash of an e-mail address, so that a log line can be found but not read."""
    return hmac.new(settings.SECRET_KEY.encode(), address.strip().lower().encode(), sha256).hexdigest()


def _check_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise AppError("invalid", fields={"address": "invalid"}) from error
