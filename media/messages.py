"""Sentences of the refusals that this app raises."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "picture_invalid": _("This is not a picture that can be saved."),
    "screenshot_limit": _("No more screenshots can be saved in this session."),
}
