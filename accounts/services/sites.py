"""Makes a site with everything that it needs to start."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import Membership, Role, SessionType, Site, SiteSettings, User
from accounts.services.audit import SYSTEM_ACTOR, record_audit
from supportsite.core.tenancy import site_scope

FIRST_SESSION_TYPE = ("Technical support", "テクニカルサポート")


@transaction.atomic
def create_site(
    *,
    host: str,
    name: str,
    admin_email: str,
    admin_name: str,
    admin_password: str | None = None,
    actor: Mapping[str, Any] = SYSTEM_ACTOR,
    **fields: Any,
) -> tuple[Site, Membership]:
    """Make a site, its settings, a first session type and its first administrator.

    A person with that e-mail address who exists already is taken, their password stays. Without a password a new
    administrator sets one by "Forgot your password?". Raises ValidationError on a bad or taken host.
    """
    site = Site(host=host.lower(), name=name, **fields)
    site.full_clean()
    site.save()
    user = User.objects.filter(email=admin_email.lower()).first()
    if user is None:
        user = User.objects.create_user(admin_email, admin_password, name=admin_name, language=site.default_language)
    with site_scope(site):
        SiteSettings.objects.create(site=site)
        SessionType.objects.create(site=site, name=FIRST_SESSION_TYPE[0], name_ja=FIRST_SESSION_TYPE[1])
        membership: Membership = Membership.objects.create(site=site, user=user, role=Role.ADMIN)
        record_audit(
            site, type="site.created", actor=actor, data={"host": site.host, "administrator": membership.public_id}
        )
    return site, membership
