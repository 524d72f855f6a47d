"""Invites members and changes what they may do; whoever's access changes, their live sockets are checked again."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, Role, Site, User
from accounts.services.audit import record_audit
from accounts.signals import access_changed


@transaction.atomic
def invite_member(
    site: Site, *, email: str, name: str, role: str, language: str, actor: Mapping[str, Any]
) -> Membership:
    """Make a person a member and mail them the way in, after commit.

    Somebody who has an account elsewhere keeps their name and password; the inviter cannot tell the difference.
    Raises ValidationError for a bad address or one that is a member already.
    """
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        user = User.objects.create_user(email, name=name, language=language)
    elif Membership.objects.filter(site=site, user=user).exists():
        raise ValidationError({"email": _("This person is a member already.")})
    membership: Membership = Membership.objects.create(site=site, user=user, role=Role(role))
    record_audit(
        site, type="member.invited", actor=actor, data={"member": membership.public_id, "role": membership.role}
    )
    transaction.on_commit(lambda: _send_invitation(site.pk, membership.pk))
    return membership


@transaction.atomic
def change_access(
    membership: Membership,
    *,
    actor: Mapping[str, Any],
    role: str | None = None,
    active: bool | None = None,
    privileges: Mapping[str, str] | None = None,
    console: Mapping[str, Any] | None = None,
) -> Membership:
    """Change a member's role, activity, privileges or console. Locks the membership.

    `console` holds both of `session_limit` (None: as the site) and `console_style` (empty: as the site). Refuses to
    leave a site without an administrator.
    """
    rows = Membership.objects.select_for_update(of=("self",), no_key=True).select_related("user", "site")
    membership = rows.get(pk=membership.pk)
    before = _describe_access(membership)
    membership.role = role or membership.role
    membership.active = membership.active if active is None else active
    membership.privileges = dict(membership.privileges if privileges is None else privileges)
    for name, value in (console or {}).items():
        setattr(membership, name, value)
    after = _describe_access(membership)
    if before == after:
        return membership
    membership.clean_fields(exclude=["user"])
    membership.save(update_fields=["role", "active", "privileges", "session_limit", "console_style"])
    if not Membership.objects.filter(site=membership.site, role=Role.ADMIN, active=True).exists():
        raise ValidationError(_("A site needs at least one active administrator."))
    record_audit(
        membership.site,
        type="member.changed",
        actor=actor,
        data={"member": membership.public_id, "before": before, "after": after},
    )
    site_id, user_id = membership.site_id, membership.user_id
    transaction.on_commit(lambda: access_changed.send(Membership, site_id=site_id, user_id=user_id))
    return membership


def _describe_access(membership: Membership) -> dict[str, Any]:
    names = ("role", "active", "privileges", "session_limit", "console_style")
    return {name: getattr(membership, name) for name in names}


def _send_invitation(site_id: int, membership_id: int) -> None:
    from accounts.tasks import send_member_invitation

    send_member_invitation.delay(site_id, membership_id)
