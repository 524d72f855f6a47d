"""Writes sign-ins into the site's log and turns sign-out and new passwords into `access_changed`."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import Site, User
from accounts.selectors import find_membership
from accounts.services import describe_person, record_audit
from accounts.signals import access_changed
from supportsite.core.tenancy import site_scope


def _site_of(request: HttpRequest | None) -> Site | None:
    return getattr(request, "site", None)


@receiver(user_logged_in, dispatch_uid="accounts.signed_in")
def log_sign_in(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """Log who came in, on the site where they did."""
    if site := _site_of(request):
        record_audit(site, type="member.signed_in", actor=describe_person(user, find_membership(user, site)), data={})


@receiver(user_login_failed, dispatch_uid="accounts.sign_in_failed")
def log_failed_sign_in(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Log a wrong password of a member; addresses of strangers are not kept."""
    site = _site_of(request)
    user = User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
    member = find_membership(user, site) if site and user else None
    if site and user and member:
        record_audit(site, type="member.sign_in_failed", actor=describe_person(user, member), data={})


@receiver(user_logged_out, dispatch_uid="accounts.signed_out")
def check_after_sign_out(sender: Any, request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    """Log it, and have the person's sockets on this site checked: those of the closed browser session end."""
    site = _site_of(request)
    if site and user:
        record_audit(site, type="member.signed_out", actor=describe_person(user, find_membership(user, site)), data={})
        access_changed.send(User, site_id=site.pk, user_id=user.pk)


@receiver([password_changed, password_set, password_reset], dispatch_uid="accounts.password_changed")
def check_after_new_password(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Log it; a new password ends every other sign-in of the person, on all sites."""
    if site := _site_of(request):
        actor = describe_person(user, find_membership(user, site))
        record_audit(site, type="member.password_changed", actor=actor, data={})
    for other in Site.objects.filter(active=True):
        with site_scope(other):
            if find_membership(user, other):
                access_changed.send(User, site_id=other.pk, user_id=user.pk)
