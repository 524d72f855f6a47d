"""The rule tester: fill in a form, see which rule would fire, and why not the ones before it. Nothing changes."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.admin.fields import LinesField
from accounts.models import Language
from acd.admin.words import describe_opening, describe_step, describe_target, form_labels
from acd.forms import ERROR_TEXTS, read_answers
from acd.hours import zone_of
from acd.models import FormField, Queue
from acd.selectors.routing import Route, Visit, route_entry
from supportsite.core import clock

PREFIX = "answer_"


class TesterForm(forms.Form):
    """A made-up visit. The form's own fields are added below."""

    language = forms.ChoiceField(label=_("Language"), choices=Language.choices, widget=UnfoldAdminSelectWidget)
    entry_url = forms.CharField(
        label=_("Address of the page"), required=False, max_length=500, widget=UnfoldAdminTextInputWidget
    )
    referrer = forms.CharField(
        label=_("Referrer of the page"), required=False, max_length=500, widget=UnfoldAdminTextInputWidget
    )
    returning = forms.ChoiceField(
        label=_("Returning customer"),
        choices=(("no", _("no")), ("yes", _("yes"))),
        widget=UnfoldAdminSelectWidget,
    )
    hour = forms.IntegerField(
        label=_("Hour of the day in the queue’s time zone"),
        required=False,
        min_value=0,
        max_value=23,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Empty: now."),
    )
    context = LinesField(
        label=_("Signed context"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("One a line, such as plan=gold."),
    )

    def __init__(self, queue: Queue, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue = queue
        self.questions = list(FormField.objects.filter(queue=queue, active=True))
        own: dict[str, forms.Field] = {}
        for field in self.questions:
            label = field.name_in(get_language() or "en")
            if field.kind == "choice":
                choices = [("", "–"), *((choice, choice) for choice in field.choices)]
                own[PREFIX + field.key] = forms.ChoiceField(
                    label=label, choices=choices, required=False, widget=UnfoldAdminSelectWidget
                )
            else:
                own[PREFIX + field.key] = forms.CharField(
                    label=label, required=False, max_length=2000, widget=UnfoldAdminTextInputWidget
                )
        self.fields = {**own, **self.fields}

    def clean(self) -> dict[str, Any]:
        """Judge the answers as the entry form does; what is missing may be missing here."""
        cleaned: dict[str, Any] = super().clean() or {}
        given = {field.key: cleaned.get(PREFIX + field.key, "") for field in self.questions}
        answers = read_answers(self.questions, given)
        for key, code in answers.errors.items():
            if code != "missing":
                self.add_error(PREFIX + key, str(ERROR_TEXTS[code]))
        cleaned["answers"] = answers.values
        return cleaned

    def route(self) -> Route:
        """Return where this visit would go."""
        data = self.cleaned_data
        pairs = (line.partition("=") for line in data["context"])
        visit = Visit(
            language=data["language"],
            entry_url=data["entry_url"],
            referrer=data["referrer"],
            returning=data["returning"] == "yes",
            context={key.strip(): value.strip() for key, _equals, value in pairs},
        )
        return route_entry(self.queue, data["answers"], visit, at=self._moment())

    def _moment(self) -> datetime:
        now = clock.now()
        hour = self.cleaned_data["hour"]
        if hour is None:
            return now
        local = now.astimezone(zone_of(self.queue.timezone))
        return now + timedelta(hours=hour - local.hour)


def rule_tester_view(page: Any, request: HttpRequest, queue_id: int) -> HttpResponse:
    """Show the form and, once it is filled in, what the rules do with it."""
    queue = page.get_queryset(request).filter(pk=queue_id).first()
    if not page.has_view_permission(request):
        raise PermissionDenied
    if queue is None:
        raise Http404
    form = TesterForm(queue, request.GET if "try" in request.GET else None)
    context = {
        **page.admin_site.each_context(request),
        "title": _("Rule tester"),
        "subtitle": queue.name_in(get_language() or "en"),
        "opts": page.opts,
        "queue": queue.name_in(get_language() or "en"),
        "form": form,
        "opening": describe_opening(queue, clock.now()),
    }
    if form.is_bound and form.is_valid():
        route = form.route()
        labels = form_labels(None)
        names = {row.public_id: row.name_in(get_language() or "en") for row in Queue.objects.all()}
        context["steps"] = [
            {"queue": names.get(step.queue, ""), "step": step, "lines": describe_step(step, labels)}
            for step in route.trail
        ]
        context["route"] = route
        context["route_queue"] = route.queue.name_in(get_language() or "en")
        context["result"] = describe_target(route.target)
    request.current_app = page.admin_site.name
    return TemplateResponse(request, "admin/acd/rule_tester.html", context)
