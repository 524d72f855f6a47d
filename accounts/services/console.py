"""What a member chooses for their own console, and what an administrator sets for it."""

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.console import ConsoleStyle, validate_tab_order
from accounts.models import Membership
from accounts.permissions import Privilege
from accounts.selectors import privilege_allowed
from supportsite.core.errors import AppError


@transaction.atomic
def choose_console(
    membership: Membership, *, style: ConsoleStyle | None = None, tab_order: list[str] | None = None
) -> Membership:
    """Keep a member's own choice of style or order of tabs; None leaves it as it is. Locks the membership.

    Raises AppError privilege_missing where the administrator has fixed the style, invalid for a bad order.
    """
    membership = (
        Membership.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user", "site")
        .get(pk=membership.pk)
    )
    if style is not None:
        if not privilege_allowed(membership, Privilege.CONSOLE_SWITCH):
            raise AppError("privilege_missing", status=403, privilege=str(Privilege.CONSOLE_SWITCH))
        membership.chosen_style = style
    if tab_order is not None:
        try:
            validate_tab_order(tab_order)
        except ValidationError as error:
            raise AppError("invalid", fields={"tab_order": "unknown"}) from error
        membership.tab_order = tab_order
    membership.save(update_fields=["chosen_style", "tab_order"])
    return membership
