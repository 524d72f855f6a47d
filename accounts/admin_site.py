"""The admin itself: signs in through /auth/, admits pages of our base class only, belongs to the request's site."""

from typing import Any, NoReturn

from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.sites import UnfoldAdminSite

from accounts.admin_access import access_of
from accounts.tenancy import site_of


class SupportAdminSite(UnfoldAdminSite):
    """Admin of one site, chosen by the host."""

    index_title = _("Administration")
    index_template = "admin/support_index.html"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take pages built on our scoped base class; those of other packages show rows of every site."""
        from accounts.admin.base import SiteScopedAdmin

        if admin_class is not None and issubclass(admin_class, SiteScopedAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def unregister(self, model_or_iterable: Any) -> None:
        """Ignore what packages want to take back of what was never taken."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Admit site administrators and platform staff."""
        return access_of(request).enters

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send to the one sign-in page; somebody who is signed in and not admitted hears so."""
        if request.user.is_authenticated:
            if self.has_permission(request):
                return HttpResponseRedirect(reverse("admin:index"))
            raise PermissionDenied
        target = request.GET.get("next") or reverse("admin:index")
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': target})}")

    @method_decorator(require_POST)
    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign out."""
        logout(request)
        return HttpResponseRedirect(reverse("account_login"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send to the one page for that."""
        return HttpResponseRedirect(reverse("account_change_password"))

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> NoReturn:
        """Answer 404: allauth says it itself."""
        raise Http404

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> NoReturn:
        """Answer 404: the skin's search is not shown, remembers answers across sites and falls over bad input."""
        raise Http404

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the organisation's name and the running staff session to every page."""
        name = site_of(request).name_in(get_language() or "en")
        access = access_of(request)
        return {
            **super().each_context(request),
            "site_title": name,
            "site_header": name,
            "site_subheader": _("Administration"),
            "admin_access": access,
        }

    def get_urls(self) -> list[URLPattern]:
        """Add the page on which platform staff open the site."""
        from accounts.admin.staff import staff_session_view

        page = path("staff-session/", self.admin_view(staff_session_view), name="staff_session")
        return [page, *super().get_urls()]
