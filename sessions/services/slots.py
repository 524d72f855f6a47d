"""How many customers a CSR serves at once. The one place that counts and refuses, for starts and for accepts."""

from collections.abc import Callable

from accounts.models import Membership
from accounts.selectors import get_session_limit
from sessions.models import Participant
from supportsite.core.errors import AppError
from supportsite.protocol.base import ParticipantRole, ParticipantState, SessionState


def count_taken_slots(membership: Membership) -> int:
    """Return in how many live sessions the member is primary CSR; assisting takes no slot."""
    own = Participant.objects.filter(
        membership=membership, role=ParticipantRole.PRIMARY_CSR, state=ParticipantState.JOINED
    )
    count: int = own.exclude(support_session__state=SessionState.ENDED).count()
    return count


def require_free_slot(membership: Membership, *, reserved: Callable[[], int] = lambda: 0) -> None:
    """Refuse one more customer where the member's limit is reached.

    Locks the membership until the end of the caller's transaction, so that of two starts at once the second one
    counts the first. Call it before the row that takes the slot is written.

    Args:
        membership: whose slot it is.
        reserved: counts the slots that apps above hold besides live sessions, such as other offers and wrap-ups; called
            under the lock, so that what becomes a session meanwhile is not counted twice.

    Raises AppError single_session or session_limit (409) with `limit` and `used`.
    """
    # No key changes, so writing a participant, which only refers to the member, does not wait for this lock.
    Membership.objects.select_for_update(of=("self",), no_key=True).get(pk=membership.pk)
    limit, used = get_session_limit(membership), count_taken_slots(membership) + reserved()
    if used >= limit:
        code = "single_session" if limit == 1 else "session_limit"
        raise AppError(code, status=409, limit=limit, used=used)
