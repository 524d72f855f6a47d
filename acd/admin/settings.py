"""WebACD settings of the site: where the widget may stand, its secret, what holds for all queues."""

import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.admin.fields import LinesField
from accounts.tenancy import site_of
from acd.admin.base import RouterAdmin
from acd.models import AcdSettings

MAX_ORIGINS = 50
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def validate_origins(value: list[str]) -> None:
    """Accept exact origins: scheme, host and, where it is not the usual one, port."""
    if len(value) > MAX_ORIGINS:
        raise ValidationError(_("Enter at most 50 addresses."), code="bad_origins")
    for text in value:
        parts = urlsplit(text)
        try:
            plain = f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}"
        except ValueError:
            plain = ""
        if parts.scheme not in ("https", "http") or not _HOST.fullmatch(parts.hostname or "") or plain != text:
            raise ValidationError(
                _("“%(text)s” is no origin such as https://www.example.com."), code="bad_origins", params={"text": text}
            )


class AcdSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Origins as lines."""

    widget_origins = LinesField(
        label=_("Web pages that may show the button"),
        required=False,
        validators=[validate_origins],
        help_text=_("One origin a line, such as https://www.example.com. No other page can show the button."),
    )

    class Meta:
        model = AcdSettings
        fields = ("widget_origins",)


@admin.register(AcdSettings)
class AcdSettingsAdmin(RouterAdmin):
    """The site's one row."""

    form = AcdSettingsForm
    can_delete = False
    readonly_fields = ("widget_key", "secret")
    fieldsets = (
        (_("Button on web pages"), {"fields": ("widget_key", "widget_origins", "secret")}),
        (
            _("All queues"),
            {"fields": ("global_fifo", "csr_grace_s", "limbo_s", "transfer_timeout_s", "fallback_queue")},
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: the page makes the one row."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Go to the one row; it exists from the first look on."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row, _made = AcdSettings.objects.get_or_create(site=site_of(request))
        return HttpResponseRedirect(reverse("admin:acd_acdsettings_change", args=[row.pk]))

    def get_urls(self) -> list[URLPattern]:
        """Add the page that makes a secret."""
        page = path("secret/", self.admin_site.admin_view(self.secret_view), name="acd_context_secret")
        return [page, *super().get_urls()]

    @admin.display(description=_("Secret for signed context"))
    def secret(self, obj: AcdSettings) -> SafeString:
        """Say whether there is one, and offer a new one; it is shown once."""
        state = _("There is one. It was shown when it was made.") if obj.context_secret else _("There is none.")
        return format_html(
            '{} <button type="submit" class="text-link underline" formaction="{}" formnovalidate>{}</button>',
            state,
            reverse("admin:acd_context_secret"),
            _("Make a new one; the old one stops working"),
        )

    @method_decorator(require_POST)
    def secret_view(self, request: HttpRequest) -> HttpResponse:
        """Make a new secret and show it once."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        row, _made = AcdSettings.objects.get_or_create(site=site_of(request))
        row.context_secret = secrets.token_urlsafe(32)
        row.save(update_fields=["context_secret"])
        self._log(request, row, "acd.secret_made", "")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Secret for signed context"),
            "opts": self.opts,
            "text": row.context_secret,
        }
        answer = TemplateResponse(request, "admin/acd/secret_made.html", context)
        answer["Cache-Control"] = "no-store"
        return answer
