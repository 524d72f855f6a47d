"""The session chains for `manage.py verify_audit`: every event as written, and the end as the audit chain knows it."""

from collections.abc import Iterator

from accounts.checks_registry import Fault, register_chain_check
from accounts.models import AuditEntry, Site
from sessions.chain import event_hash
from sessions.models import GENESIS_HASH, SessionEvent, SupportSession

BATCH = 1000


def connect() -> None:
    """Offer the check."""
    register_chain_check(check_sessions)


def check_sessions(site: Site) -> Iterator[Fault]:
    """Yield every fault in the site's session logs. Needs the site's scope."""
    anchors = {
        entry.data["session"]: entry
        for entry in AuditEntry.objects.filter(site=site, type="session.ended").order_by("n")
    }
    for session in SupportSession.objects.filter(site=site).order_by("id").iterator(BATCH):
        yield from _check_session(session, anchors.pop(session.public_id, None))
    for public_id, anchor in anchors.items():
        yield Fault(f"session:{public_id}", int(anchor.data["seq"]), "the session is missing")


def _check_session(session: SupportSession, anchor: AuditEntry | None) -> Iterator[Fault]:
    name = f"session:{session.public_id}"
    seq, prev_hash = 0, GENESIS_HASH
    for event in SessionEvent.objects.filter(support_session=session).order_by("seq").iterator(BATCH):
        if event.seq != seq + 1:
            yield Fault(name, event.seq, f"follows event {seq}: events are missing, moved or added")
        if event.prev_hash != prev_hash:
            yield Fault(name, event.seq, "does not continue the event before")
        if event.hash != event_hash(event, session_id=session.public_id):
            yield Fault(name, event.seq, "was changed after it was written")
        seq, prev_hash = event.seq, event.hash
    if (session.seq, session.head_hash) != (seq, prev_hash):
        yield Fault(name, seq, f"the log should end at event {session.seq}: cut off or rewritten")
    if anchor is not None and (anchor.data["seq"], anchor.data["head_hash"]) != (seq, prev_hash):
        yield Fault(name, seq, f"the log should end at event {anchor.data['seq']}, as the audit log says")
    if anchor is None and not session.live:
        yield Fault(name, seq, "the end is not in the audit log")
