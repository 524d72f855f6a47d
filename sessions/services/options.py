"""Session options: what the CSR sets for the shares of a session, in both directions."""

from sessions.events import record_event
from sessions.models import SupportSession
from sessions.selectors.access import Access
from sessions.services.holding import hold
from supportsite.protocol.base import SharingQuality
from supportsite.protocol.events import OptionsChanged
from supportsite.protocol.objects import SessionOptions


def set_options(access: Access, *, quality: SharingQuality) -> SupportSession:
    """Set how pictures are sent, live; the primary CSR only. The same again changes nothing.

    Raises AppError session_ended, not_primary_csr.
    """
    with hold(access) as held:
        held.require_live()
        held.require_primary_csr()
        session = held.support_session
        if session.quality != quality:
            session.quality = quality
            session.save(update_fields=["quality"])
            record_event(session, OptionsChanged, actor=held.actor, options=SessionOptions(quality=quality))
            held.touch()
        return session
