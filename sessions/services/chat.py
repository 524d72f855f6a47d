"""Chat: who may write to whom, and each message once."""

from sessions.events import record_event
from sessions.infos import message_info
from sessions.models import ChatMessage, Participant
from sessions.selectors.access import Access, access_participant
from sessions.services.holding import Held, hold
from sessions.text import clean_text
from supportsite.core.errors import AppError
from supportsite.protocol.base import Audience
from supportsite.protocol.events import ChatSent


def send_message(
    access: Access, *, text: str, audience: Audience, to: str | None, client_id: str
) -> tuple[ChatMessage, bool]:
    """Send a chat message; return it and whether it is new.

    Args:
        access: the sender, who must be inside.
        text: 1 to 4000 characters after trimming.
        audience: everyone; csrs only from CSRs; participant with `to`.
        to: the addressee's id.
        client_id: the sender's own key; the same one again is the same message.

    Raises AppError session_ended, audience_not_allowed, invalid.
    """
    with hold(access) as held:
        held.require_person()
        known = ChatMessage.objects.select_related("participant", "to").filter(
            participant=held.person, client_id=client_id
        )
        if (earlier := known.first()) is not None:
            return earlier, False
        held.require_live()
        body = clean_text(text)
        if not body:
            raise AppError("invalid", fields={"text": "missing"})
        addressee = _addressee(access, held, audience, to)
        message: ChatMessage = ChatMessage.objects.create(
            site=held.support_session.site,
            support_session=held.support_session,
            participant=held.person,
            client_id=client_id,
            audience=audience,
            to=addressee,
            text=body,
            at=held.now,
        )
        record_event(
            held.support_session,
            ChatSent,
            actor=held.actor,
            audience=audience,
            readers=[held.person, addressee] if addressee else [],
            message=message_info(message),
        )
        held.touch()
        return message, True


def _addressee(access: Access, held: Held, audience: Audience, to: str | None) -> Participant | None:
    """Return the one person that the message is for; None for a group. Customers write to CSRs or to all."""
    if (audience is Audience.PARTICIPANT) != (to is not None):
        raise AppError("invalid", fields={"to": "missing" if to is None else "unexpected"})
    if audience is Audience.CSRS and not held.person.is_csr:
        raise AppError("audience_not_allowed", status=403)
    if to is None:
        return None
    addressee = access_participant(access, to)
    if not addressee.joined or addressee.pk == held.person.pk or not (addressee.is_csr or held.person.is_csr):
        raise AppError("audience_not_allowed", status=403)
    return addressee
