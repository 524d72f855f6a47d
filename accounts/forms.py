"""Forms of sign-in and password reset."""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.core import context
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.adapter import may_sign_in, not_a_member
from accounts.models import User


class SignInForm(LoginForm):
    """E-mail address and password; says clearly when a right password belongs to another site."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("remember", None)
        self.fields["login"].label = _("E-mail address")
        self.fields["password"].help_text = ""  # the page has its own link

    def clean(self) -> dict[str, Any]:
        """Check the password, then the membership: nobody learns of accounts without the password."""
        cleaned: dict[str, Any] = super().clean()
        if self.user is not None and not self.errors and not may_sign_in(self.user, self.request.site):
            raise not_a_member(self.request.site, get_language() or "en")
        return cleaned


class ResetForm(ResetPasswordForm):
    """Asks for an e-mail address; only people of this site get a mail, and the answer never tells."""

    users: list[User]
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))

    def clean_email(self) -> str:
        """Keep only those who may sign in here."""
        email: str = super().clean_email()
        self.users = [user for user in self.users if may_sign_in(user, context.request.site)]
        return email
