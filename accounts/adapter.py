"""Sign-in as this product wants it: no open sign-up, members of this host's site only, mails in the reader's language.

Platform staff may sign in on every host; without a membership they see nothing but the admin's staff page.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Site, User
from accounts.selectors import find_membership
from accounts.tenancy import site_of
from supportsite.core.language import speaking
from supportsite.core.tenancy import absolute_url

NOT_A_MEMBER = _("This account does not belong to %(site)s. Check the address of the page, or ask an administrator.")


def may_sign_in(user: User, site: Site) -> bool:
    """Tell whether a person has anything to do on this site."""
    return user.is_active and (user.is_staff or find_membership(user, site) is not None)


def not_a_member(site: Site, language: str) -> ValidationError:
    """Return the refusal for somebody whose password is right and whose place is elsewhere."""
    return ValidationError(NOT_A_MEMBER, code="not_a_member", params={"site": site.name_in(language)})


class AccountAdapter(DefaultAccountAdapter):
    """Hooks of allauth."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by administrators only."""
        return False

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Stop every way in (password, second factor, links) for those who are not members here."""
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        if answer is None and not may_sign_in(user, site_of(request)):
            return redirect(reverse("account_login"))
        return answer

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Send members to the console, platform staff to the admin."""
        member = find_membership(request.user, site_of(request))
        return str(settings.LOGIN_REDIRECT_URL) if member else reverse("admin:index")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link in the site's own, fixed origin; never from the request's headers."""
        uid, _dash, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return absolute_url(site_of(self.request), path)

    def format_email_subject(self, subject: str) -> str:
        """Keep subjects as they are: the site's name is in them."""
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write to a person in their language."""
        user = context.get("user")
        language = user.language if isinstance(user, User) else None
        site = site_of(self.request)
        with speaking(language):
            named = {"site_name": site.name_in(language or "en"), "site_url": absolute_url(site, "/")}
            super().send_mail(template_prefix, email, {**context, **named})
