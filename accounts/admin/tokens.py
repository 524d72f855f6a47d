"""API tokens: the text is shown once, on the page that answers the form; ended by an action, never changed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminIntegerFieldWidget

from accounts.admin.base import SiteScopedAdmin
from accounts.admin_access import actor_of
from accounts.models import ApiToken
from accounts.permissions import Scope
from accounts.services import create_api_token, revoke_api_token
from accounts.services.tokens import MAX_LIFE_DAYS
from accounts.tenancy import site_of

SCOPE_LABELS = (
    (Scope.SESSIONS_READ.value, _("Read sessions")),
    (Scope.SESSIONS_WRITE.value, _("Start and end sessions")),
    (Scope.QUEUES_READ.value, _("Read queues and who waits")),
    (Scope.QUEUES_WRITE.value, _("Change queues, their CSRs, forms and rules")),
)


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, scopes, life."""

    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=SCOPE_LABELS, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    days = forms.IntegerField(
        label=_("Valid for, days"),
        initial=30,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_LIFE_DAYS)],
        widget=UnfoldAdminIntegerFieldWidget,
    )

    class Meta:
        model = ApiToken
        fields = ("name", "scopes")


@admin.register(ApiToken)
class ApiTokenAdmin(SiteScopedAdmin):
    """Keys of integrators."""

    form = TokenForm
    list_display = ("name", "prefix", "created_by", "expires_at", "last_used_at", "revoked_at")
    search_fields = ("name", "prefix")
    fields = ("name", "prefix", "scopes", "created_by", "created_at", "expires_at", "last_used_at", "revoked_at")
    add_fieldsets = ((None, {"fields": ("name", "scopes", "days")}),)
    can_change = False
    can_delete = False
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Fetch the makers along."""
        return super().get_queryset(request).select_related("created_by", "site")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Let those who edit the site end tokens."""
        return self.has_add_permission(request)

    @admin.action(description=_("Revoke the chosen tokens"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """End tokens at once."""
        for token in queryset:
            revoke_api_token(token, actor=actor_of(request))
        self.message_user(request, _("The tokens have ended."))

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:  # noqa: FBT001
        """Make the token; its text is kept on the request for the answer."""
        data = form.cleaned_data
        token, secret = create_api_token(
            site_of(request),
            name=data["name"],
            scopes=data["scopes"],
            days=data["days"],
            actor=actor_of(request),
            created_by=request.user,  # type: ignore[arg-type]  # admin views have a signed-in user
        )
        obj.__dict__.update(token.__dict__)
        request._token_text = secret  # type: ignore[attr-defined] # noqa: SLF001 - read in response_add, nowhere else

    def response_add(self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None) -> HttpResponse:
        """Show the text once, without a redirect that would need it stored."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("API token made"),
            "opts": self.opts,
            "token": obj,
            "text": request._token_text,  # type: ignore[attr-defined] # noqa: SLF001
        }
        return TemplateResponse(request, "admin/token_created.html", context)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Nothing: the service has logged it."""

    def history_filter(self, obj: ApiToken) -> dict[str, Any]:
        """Find the lines about this token."""
        return {"data__token": obj.public_id}
