"""Draws the fields of sign-in forms as the product's inputs."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def as_input(field: BoundField) -> SafeString:
    """Return the field's widget with the product's class, tied to its error and its help."""
    attrs: dict[str, str | bool] = {} if field.widget_type in {"checkbox", "radioselect"} else {"class": "input"}
    if field.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{field.id_for_label}-error"}
    field.field.widget.attrs.pop("placeholder", None)
    return field.as_widget(attrs=attrs)
