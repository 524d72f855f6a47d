"""Form fields for what JSON columns hold: three-state privileges, lists of choices."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from accounts.console import ConsoleTab, validate_tab_order
from accounts.permissions import Privilege

STATES = (("inherit", _("Inherit")), ("allow", _("Allow")), ("deny", _("Deny")))
PREFIX = "privilege_"


def privilege_field_name(privilege: Privilege) -> str:
    """Return the name of the form field for a privilege."""
    return PREFIX + privilege.value.replace(".", "_")


PRIVILEGE_FIELDS = tuple(privilege_field_name(privilege) for privilege in Privilege)


class PrivilegesForm(forms.ModelForm):  # type: ignore[type-arg]
    """Shows a row's `privileges` as one choice per privilege."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored: Mapping[str, str] = self.instance.privileges or {}
        for privilege in Privilege:
            self.fields[privilege_field_name(privilege)].initial = stored.get(privilege, "inherit")

    def clean(self) -> dict[str, Any]:
        """Collect the choices into `privileges`."""
        cleaned: dict[str, Any] = super().clean() or {}
        chosen = {str(item): cleaned.get(privilege_field_name(item)) or "inherit" for item in Privilege}
        self.instance.privileges = {name: state for name, state in chosen.items() if state != "inherit"}
        return cleaned


for _privilege in Privilege:
    PrivilegesForm.base_fields[privilege_field_name(_privilege)] = forms.ChoiceField(
        label=cast(str, _privilege.label), choices=STATES, widget=UnfoldAdminSelectWidget, required=False
    )
    PrivilegesForm.declared_fields[privilege_field_name(_privilege)] = PrivilegesForm.base_fields[
        privilege_field_name(_privilege)
    ]


class TabOrderWidget(forms.MultiWidget):
    """One choice for each place in the row of tabs."""

    def decompress(self, value: Any) -> list[str]:
        """Show a list place by place."""
        return list(value or [])


class TabOrderField(forms.MultiValueField):
    """The order of the console's tabs: which one stands first, second, third, fourth."""

    def __init__(self, **kwargs: Any) -> None:
        places = [forms.ChoiceField(choices=ConsoleTab.choices) for _tab in ConsoleTab]
        selects = [
            UnfoldAdminSelectWidget(choices=ConsoleTab.choices, attrs={"aria-label": _("Tab %s") % place})
            for place, _tab in enumerate(ConsoleTab, 1)
        ]
        super().__init__(places, widget=TabOrderWidget(selects), validators=[validate_tab_order], **kwargs)

    def compress(self, data_list: list[Any]) -> list[str]:
        """Return the places as a list."""
        return list(data_list)


class LinesField(forms.CharField):
    """A list of texts, one a line; empty lines do not count."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the lines as a list."""
        lines = str(value or "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare lists."""
        return bool((initial or []) != self.to_python(data))
