"""Writes a site's log: dense numbers, one hash chain per site, never a fork."""

import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from accounts.chain import GENESIS_HASH, link
from accounts.models import ApiToken, AuditEntry, AuditHead, Membership, Site, StaffSession, User
from supportsite.core import clock

LOCK_CLASS = 0x41554454  # "AUDT": the first half of the advisory lock's key, the site is the second
SYSTEM_ACTOR: dict[str, Any] = {"kind": "system"}


def describe_member(membership: Membership) -> dict[str, Any]:
    """Return the actor of a line written for a member of the site."""
    return {"kind": membership.role, "id": membership.public_id, "name": membership.user.name}


def describe_person(user: User, membership: Membership | None) -> dict[str, Any]:
    """Return the actor of a line about somebody's sign-in: a member, or platform staff without a staff session."""
    if membership is not None:
        return describe_member(membership)
    return {"kind": "platform_staff", "id": user.public_id, "name": user.name}


def describe_staff(staff_session: StaffSession) -> dict[str, Any]:
    """Return the two actors of a line: the platform's person, on behalf of the site that was opened to them."""
    return {
        **describe_person(staff_session.user, None),
        "on_behalf_of": {"kind": "site", "staff_session": staff_session.pk, "reason": staff_session.reason},
    }


def describe_token(token: ApiToken) -> dict[str, Any]:
    """Return the actor of a line written for an integrator."""
    return {"kind": "api", "id": token.public_id, "name": token.name}


def entry_payload(
    *, site_id: int, n: int, at: datetime, type_: str, actor: Mapping[str, Any], data: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the hash of a line covers."""
    return {"site": site_id, "n": n, "at": at.isoformat(), "type": type_, "actor": actor, "data": data}


def head_mac(*, site_id: int, n: int, hash_: str) -> str:
    """Return the keyed hash of a chain's end; the key is the installation's secret, not in the database."""
    return salted_hmac("accounts.audit_head", f"{site_id}:{n}:{hash_}", algorithm="sha256").hexdigest()


def head_is_genuine(head: AuditHead) -> bool:
    """Tell whether the head was written by this installation."""
    return hmac.compare_digest(head.mac, head_mac(site_id=head.site_id, n=head.n, hash_=head.hash))


@transaction.atomic
def record_audit(site: Site, *, type: str, actor: Mapping[str, Any], data: Mapping[str, Any]) -> AuditEntry:  # noqa: A002
    """Write one line into the site's log, in the caller's transaction.

    Takes the site's advisory lock until that transaction ends: call it late. `type` is dotted and in the past
    tense; `actor` and `data` are JSON without floats and without secrets. Needs the site's scope.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, site.pk])
    actor, data = json.loads(json.dumps([actor, data], default=str))
    head = AuditHead.objects.filter(site=site).first()
    n, prev_hash = (head.n + 1, head.hash) if head else (1, GENESIS_HASH)
    at = clock.now()
    hash_ = link(prev_hash, entry_payload(site_id=site.pk, n=n, at=at, type_=type, actor=actor, data=data))
    entry: AuditEntry = AuditEntry.objects.create(
        site=site, n=n, at=at, type=type, actor=actor, data=data, prev_hash=prev_hash, hash=hash_
    )
    AuditHead.objects.update_or_create(
        site=site, defaults={"n": n, "hash": hash_, "mac": head_mac(site_id=site.pk, n=n, hash_=hash_)}
    )
    return entry
