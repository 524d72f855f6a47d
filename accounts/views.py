"""Sign-in pages where allauth's own need a word from us."""

from typing import Any

from allauth.account.views import LoginView

from accounts.tenancy import site_of


class SignInView(LoginView):
    """allauth's sign-in; the template variable `site` stays the tenant, as on every page."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Put our site back."""
        return {**super().get_context_data(**kwargs), "site": site_of(self.request)}
