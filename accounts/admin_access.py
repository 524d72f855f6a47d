"""Who may use the admin of a site, decided once per request.

A site administrator, by membership. Platform staff, while their staff session on this site runs. Nobody else.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from accounts.models import Membership, Role, StaffSession
from accounts.selectors import find_membership, find_staff_session
from accounts.services import describe_member, describe_person, describe_staff
from accounts.tenancy import site_of


@dataclass(frozen=True)
class AdminAccess:
    """What somebody is to the admin of this request's site."""

    membership: Membership | None
    staff_session: StaffSession | None
    is_staff: bool

    @property
    def edits_site(self) -> bool:
        """Tell whether the site's rows are open to them."""
        return self.membership is not None or self.staff_session is not None

    @property
    def enters(self) -> bool:
        """Tell whether they may see the admin at all."""
        return self.edits_site or self.is_staff


def access_of(request: HttpRequest) -> AdminAccess:
    """Return the access of the request's user; kept on the request."""
    known: AdminAccess | None = getattr(request, "_admin_access", None)
    if known is None:
        membership = find_membership(request.user, site_of(request))
        known = AdminAccess(
            membership=membership if membership is not None and membership.role == Role.ADMIN else None,
            staff_session=find_staff_session(request.user, site_of(request)),
            is_staff=bool(request.user.is_authenticated and request.user.is_active and request.user.is_staff),
        )
        request._admin_access = known  # type: ignore[attr-defined] # noqa: SLF001 - the place for a per-request cache
    return known


def actor_of(request: HttpRequest) -> dict[str, Any]:
    """Return the actor of what this request does, for the log: two actors in a staff session."""
    access = access_of(request)
    if access.membership is not None:
        return describe_member(access.membership)
    if access.staff_session is not None:
        return describe_staff(access.staff_session)
    return describe_person(request.user, None)  # type: ignore[arg-type]  # admin views have a signed-in user
