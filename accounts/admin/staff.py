"""The page on which platform staff open this site to themselves, with a reason, and close it again."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from accounts.admin_access import access_of
from accounts.services import end_staff_session, start_staff_session
from accounts.services.staff import MAX_MINUTES, MIN_MINUTES, MIN_REASON_LENGTH
from accounts.tenancy import site_of


class StaffSessionForm(forms.Form):
    """Why, and for how long."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The site's administrators read it in their log."),
        min_length=MIN_REASON_LENGTH,
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        initial=30,
        validators=[MinValueValidator(MIN_MINUTES), MaxValueValidator(MAX_MINUTES)],
        widget=UnfoldAdminIntegerFieldWidget,
    )


def staff_session_view(request: HttpRequest) -> HttpResponse:
    """Show, start or end the staff session of the signed-in member of staff on this site."""
    from django.contrib import admin

    access = access_of(request)
    if not access.is_staff:
        raise PermissionDenied
    form = StaffSessionForm(request.POST if request.method == "POST" and "end" not in request.POST else None)
    if request.method == "POST":
        if "end" in request.POST:
            if access.staff_session:
                end_staff_session(access.staff_session)
            return HttpResponseRedirect(reverse("admin:staff_session"))
        if form.is_valid():
            data: dict[str, Any] = form.cleaned_data
            start_staff_session(
                site_of(request),
                user=request.user,  # type: ignore[arg-type]  # admin views have a signed-in user
                reason=data["reason"],
                minutes=data["minutes"],
            )
            return HttpResponseRedirect(reverse("admin:index"))
    context = {**admin.site.each_context(request), "title": _("Staff session"), "form": form}
    return TemplateResponse(request, "admin/staff_session.html", context)
