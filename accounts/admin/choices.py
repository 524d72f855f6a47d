"""Session types and tracking codes."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import SiteScopedAdmin
from accounts.admin.fields import LinesField
from accounts.models import SessionType, TrackingCode
from accounts.validators import validate_choices


@admin.register(SessionType)
class SessionTypeAdmin(SiteScopedAdmin):
    """What CSRs choose from at the start. Types in use are switched off, not deleted."""

    list_display = ("name", "name_ja", "position", "active")
    list_filter = ("active",)
    search_fields = ("name", "name_ja")
    fields = ("name", "name_ja", "position", "active")
    can_delete = False


class TrackingCodeForm(forms.ModelForm):  # type: ignore[type-arg]
    """Choices as lines."""

    choices = LinesField(
        label=_("Choices"),
        required=False,
        validators=[validate_choices],
        help_text=_("One a line. Without choices the code is free text."),
    )

    class Meta:
        model = TrackingCode
        fields = ("name", "name_ja", "choices", "required", "position", "active")


@admin.register(TrackingCode)
class TrackingCodeAdmin(SiteScopedAdmin):
    """Fields that CSRs fill at the start."""

    form = TrackingCodeForm
    list_display = ("name", "name_ja", "required", "position", "active")
    list_filter = ("required", "active")
    search_fields = ("name", "name_ja")
    fields = ("name", "name_ja", "choices", "required", "position", "active")
