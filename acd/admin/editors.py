"""Form fields that show JSON columns to people: hours, holidays, lists."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from acd.hours import DAYS, validate_holidays, validate_hours
from acd.rules import validate_skills

DAY_NAMES = {
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
    "sat": _("Saturday"),
    "sun": _("Sunday"),
}
_SEPARATORS = re.compile(r"[,、;\n]+")
_DASHES = re.compile(r"\s*[-–—~〜～]\s*")
_HOLIDAY = re.compile(r"(?P<date>\d{4}-\d{2}-\d{2})\s*(?P<rest>.*)")
_HOURS_AT_END = re.compile(r"(?P<name>.*?)\s*(?P<hours>\d{1,2}:\d{2}\s*[-–—~〜～].*)?")


def split_list(text: str) -> list[str]:
    """Return the texts of one line with commas between them, each once."""
    parts = (part.strip() for part in _SEPARATORS.split(text))
    return list(dict.fromkeys(part for part in parts if part))


def read_day(text: str) -> list[list[str]]:
    """Return "9:00-12:00, 13:00-17:00" as intervals; a part that is none stays as it is, to be refused."""
    return [[_clock(time) for time in _DASHES.split(part)] for part in split_list(text)]


def write_day(intervals: Any) -> str:
    """Return intervals as people write them."""
    return ", ".join("-".join(interval) for interval in intervals)


def _clock(time: str) -> str:
    return time.zfill(5) if re.fullmatch(r"\d:\d\d", time) else time


class HoursWidget(forms.MultiWidget):
    """A line per day."""

    template_name = "acd/widgets/hours.html"

    def __init__(self) -> None:
        super().__init__({day: UnfoldAdminTextInputWidget() for day in DAYS})

    def decompress(self, value: Any) -> list[str]:
        """Show the lines; a queue that is open day and night has none."""
        return [write_day((value or {}).get(day, [])) for day in DAYS]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Name the lines by their days."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        for part, day in zip(context["widget"]["subwidgets"], DAYS, strict=True):
            part["day"] = DAY_NAMES[day]
        return context


class HoursField(forms.MultiValueField):
    """Hours of operation, a line per day; no line at all means day and night."""

    def __init__(self, **kwargs: Any) -> None:
        lines = [forms.CharField(required=False, max_length=200) for _day in DAYS]
        super().__init__(lines, widget=HoursWidget(), require_all_fields=False, required=False, **kwargs)

    def compress(self, data_list: list[str]) -> dict[str, Any]:
        """Return the column's value."""
        lines = dict(zip(DAYS, data_list or [""] * len(DAYS), strict=True))
        hours = {day: read_day(text) for day, text in lines.items() if text.strip()}
        validate_hours(hours)
        return hours


class HolidaysField(forms.CharField):
    """Holidays as lines: date, name, and hours where the queue is open."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        """Show the column as lines."""
        if not isinstance(value, list):
            return value
        lines = (f"{item['date']} {item.get('name', '')} {write_day(item.get('hours', []))}" for item in value)
        return "\n".join(" ".join(line.split()) for line in lines)

    def to_python(self, value: Any) -> Any:
        """Return the lines as the column's value, in the order of the days."""
        found = []
        for line in filter(None, (line.strip() for line in str(value or "").splitlines())):
            parts = _HOLIDAY.fullmatch(line)
            if parts is None:
                raise ValidationError(_("Enter a date as 2026-12-25."), code="bad_holidays")
            rest = _HOURS_AT_END.fullmatch(parts["rest"])
            hours = read_day(rest["hours"] or "") if rest else []
            found.append({"date": parts["date"], "name": rest["name"] if rest else "", "hours": hours})
        validate_holidays(found)
        return sorted(found, key=lambda item: item["date"])

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what was typed with what was shown."""
        shown = self.prepare_value(initial or [])
        return bool(shown.split() != str(data or "").split())


class ListField(forms.CharField):
    """Short texts on one line, with commas between them."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show a list on one line."""
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the texts as a list, each once."""
        return split_list(str(value or ""))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare lists."""
        return bool((initial or []) != self.to_python(data))


class SkillsField(ListField):
    """Skills, which rules ask for."""

    default_validators = [validate_skills]
