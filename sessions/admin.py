"""Support sessions for a site's administrators: read-only, with the whole timeline."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnlyAdmin
from sessions.models import Participant, SessionEvent, SupportSession, SurveyAnswer
from sessions.selectors.receipt import list_sentences
from supportsite.protocol.base import ParticipantRole


@admin.register(SupportSession)
class SupportSessionAdmin(ReadOnlyAdmin):
    """What happened in a session, in the words that its customer read."""

    list_display = ("shown_number", "state", "customer", "csrs", "created_at", "ended_at", "end_reason")
    list_filter = ("state", "end_reason", ("created_at", admin.DateFieldListFilter))
    search_fields = ("number", "public_id")
    search_help_text = _("Support number")
    ordering = ("-id",)
    show_full_result_count = False
    fields = (
        "shown_number",
        "public_id",
        "state",
        "session_type",
        "tracking_codes",
        "customer",
        "csrs",
        "started_by",
        "created_at",
        "activated_at",
        "ended_at",
        "end_reason",
        "timeline",
        "head_hash",
    )
    readonly_fields = fields

    def get_queryset(self, request: Any) -> Any:
        """Load what the list shows."""
        return super().get_queryset(request).select_related("session_type", "started_by__user")

    @admin.display(description=_("Support number"), ordering="number")
    def shown_number(self, obj: SupportSession) -> str:
        """Return the number as people read it."""
        return str(obj)

    @admin.display(description=_("Primary customer"))
    def customer(self, obj: SupportSession) -> str:
        """Return the customer's name."""
        return _names(obj, ParticipantRole.PRIMARY_CUSTOMER)

    @admin.display(description=_("CSRs"))
    def csrs(self, obj: SupportSession) -> str:
        """Return the names of all CSRs who were in the session."""
        return _names(obj, ParticipantRole.PRIMARY_CSR, ParticipantRole.ASSISTING_CSR)

    @admin.display(description=_("Tracking codes"))
    def tracking_codes(self, obj: SupportSession) -> str:
        """Return names and values on one line."""
        return " · ".join(f"{item['name']}: {item['value']}" for item in obj.tracking.values())

    @admin.display(description=_("Timeline"))
    def timeline(self, obj: SupportSession) -> SafeString:
        """Return every event as one line, oldest first."""
        events = SessionEvent.objects.filter(support_session=obj).order_by("seq")
        lines = list_sentences(obj, events, language=get_language() or "en")
        rows = format_html_join(
            "", "<li><time>{}</time> {}</li>", ((f"{event.at:%Y-%m-%d %H:%M:%S}", text) for event, text in lines)
        )
        return format_html("<ol>{}</ol>", rows)


def _names(session: SupportSession, *roles: ParticipantRole) -> str:
    people = Participant.objects.filter(support_session=session, role__in=roles, joined_at__isnull=False)
    return ", ".join(people.values_list("name", flat=True))


@admin.register(SurveyAnswer)
class SurveyAnswerAdmin(ReadOnlyAdmin):
    """What customers answered at the end."""

    list_display = ("score", "comment", "customer", "support_session", "at")
    list_filter = ("score", ("at", admin.DateFieldListFilter))
    search_fields = ("comment", "support_session__number")
    search_help_text = _("Comment or support number")
    ordering = ("-id",)
    fields = ("score", "comment", "customer", "support_session", "first_at", "at")
    readonly_fields = fields

    def get_queryset(self, request: Any) -> Any:
        """Load what the list shows."""
        return super().get_queryset(request).select_related("support_session", "participant")

    @admin.display(description=_("Customer"))
    def customer(self, obj: SurveyAnswer) -> str:
        """Return the customer's name."""
        return str(obj.participant.name)
