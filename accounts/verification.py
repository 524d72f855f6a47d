"""Checks that a site's log is what was written: nothing edited, removed, moved, added or cut off.

Reads rows with plain queries in the site's scope; the head's keyed hash ties the end to this installation.
"""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from accounts.chain import GENESIS_HASH, link
from accounts.checks_registry import CHAIN_CHECKS, Fault
from accounts.models import AuditEntry, AuditHead, Site
from accounts.services.audit import entry_payload, head_is_genuine, head_mac

BATCH = 1000


def check_site(site: Site) -> Iterator[Fault]:
    """Yield every fault of the site's own chain, then of the chains that other apps keep. Needs the site's scope."""
    yield from _check_audit_chain(site)
    for check in CHAIN_CHECKS:
        yield from check(site)


def _check_audit_chain(site: Site) -> Iterator[Fault]:
    name = f"audit:{site.host}"
    n, prev_hash = 0, GENESIS_HASH
    for entry in AuditEntry.objects.filter(site=site).order_by("n", "id").iterator(BATCH):
        if entry.n != n + 1:
            yield Fault(name, entry.n, f"follows line {n}: lines are missing, moved or added")
        if entry.prev_hash != prev_hash:
            yield Fault(name, entry.n, "does not continue the line before")
        if entry.hash != _expected_hash(entry):
            yield Fault(name, entry.n, "was changed after it was written")
        n, prev_hash = entry.n, entry.hash
    yield from _check_head(site, name=name, n=n, hash_=prev_hash)


def _check_head(site: Site, *, name: str, n: int, hash_: str) -> Iterator[Fault]:
    head = AuditHead.objects.filter(site=site).first()
    if head is None:
        if n:
            yield Fault(name, n, "the record of the chain's end is missing")
        return
    if not head_is_genuine(head):
        yield Fault(name, head.n, "the record of the chain's end was not written by this installation")
    if (head.n, head.hash) != (n, hash_):
        yield Fault(name, n, f"the chain should end at line {head.n} with {head.hash[:12]}…: cut off or rewritten")


def _expected_hash(entry: AuditEntry) -> str:
    payload = entry_payload(
        site_id=entry.site_id, n=entry.n, at=entry.at, type_=entry.type, actor=entry.actor, data=entry.data
    )
    try:
        return link(entry.prev_hash, payload)
    except (TypeError, UnicodeEncodeError):
        return ""  # a float or a bad hash was put there: no line of ours has one


def export_head(site: Site) -> dict[str, Any] | None:
    """Return the end of a site's chain, to be kept outside of the database; None while there is no line."""
    head = AuditHead.objects.filter(site=site).first()
    return {"site": site.host, "n": head.n, "hash": head.hash, "mac": head.mac} if head else None


def check_kept_heads(site: Site, heads: Iterable[Mapping[str, Any]]) -> Iterator[Fault]:
    """Yield a fault for every kept head whose line is no longer there: an older state was put back."""
    for head in heads:
        if head["site"] != site.host:
            continue
        if not hmac.compare_digest(str(head["mac"]), head_mac(site_id=site.pk, n=head["n"], hash_=head["hash"])):
            yield Fault(f"audit:{site.host}", head["n"], "the kept head was not written by this installation")
        elif not AuditEntry.objects.filter(site=site, n=head["n"], hash=head["hash"]).exists():
            yield Fault(f"audit:{site.host}", head["n"], "differs from the kept head: an older state was put back")
