"""The end of a visit for its CSR: how it ended, in codes and words, within the queue's wrap-up time."""

from collections.abc import Sequence
from datetime import timedelta

from accounts.actors import CsrActor
from acd.models import OutcomeCode, QueueEntry
from acd.routing import EntryState
from acd.services import router
from supportsite.core.errors import AppError, not_found
from supportsite.protocol.inbox import Resolution

EXTENSION_SECONDS = 30
LONGEST = timedelta(minutes=10)


def finish_wrap_up(
    actor: CsrActor, public_id: str, *, resolution: Resolution | None, codes: Sequence[str], note: str
) -> None:
    """Save how the visit ended and free the CSR's place.

    Raises AppError invalid (an unknown code), wrap_up_over (409).
    """
    entry = _wrapping(actor, public_id)
    known = set(OutcomeCode.objects.filter(active=True, public_id__in=codes).values_list("public_id", flat=True))
    if known != set(codes):
        raise AppError("invalid", fields={"codes": "unknown"})
    answer = router.command(
        actor.membership.site,
        "wrap_up",
        entry.pk,
        csr=actor.membership.pk,
        resolution=resolution or "",
        codes=list(dict.fromkeys(codes)),
        note=note.strip(),
    )
    if not answer.ok:
        raise AppError("wrap_up_over", status=409)


def extend_wrap_up(actor: CsrActor, public_id: str) -> None:
    """Give the CSR 30 s more, up to ten minutes in all. Raises AppError wrap_up_over, wrap_up_longest (409)."""
    entry = _wrapping(actor, public_id)
    assert entry.deadline_at is not None
    assert entry.wrap_from is not None
    if entry.deadline_at + timedelta(seconds=EXTENSION_SECONDS) > entry.wrap_from + LONGEST:
        raise AppError("wrap_up_longest", status=409)
    member = actor.membership
    answer = router.command(member.site, "extend_wrap", entry.pk, csr=member.pk, seconds=EXTENSION_SECONDS)
    if not answer.ok:
        raise AppError("wrap_up_over", status=409)


def _wrapping(actor: CsrActor, public_id: str) -> QueueEntry:
    entry: QueueEntry | None = QueueEntry.objects.filter(public_id=public_id, csr=actor.membership).first()
    if entry is None:
        raise not_found()
    if entry.state != EntryState.WRAP:
        raise AppError("wrap_up_over", status=409)
    return entry
