"""Makes and revokes API tokens; the secret leaves once and is kept only as a hash."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from accounts.models import ApiToken, Site, User
from accounts.permissions import Scope
from accounts.secret_tokens import PREFIX_LENGTH, hash_secret, new_token
from accounts.services.audit import record_audit
from accounts.signals import access_changed
from supportsite.core import clock
from supportsite.core.errors import AppError

MAX_LIFE_DAYS = 90


@transaction.atomic
def create_api_token(
    site: Site,
    *,
    name: str,
    scopes: Sequence[str],
    days: int,
    actor: Mapping[str, Any],
    created_by: User | None = None,
) -> tuple[ApiToken, str]:
    """Make a token for 1 to 90 days; return it and its text `st_…`, which is never shown again."""
    if not 1 <= days <= MAX_LIFE_DAYS or not scopes or not set(scopes) <= set(Scope):
        raise AppError("invalid")
    secret = new_token()
    token: ApiToken = ApiToken.objects.create(
        site=site,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        secret_hash=hash_secret(secret),
        scopes=sorted(set(scopes)),
        created_by=created_by,
        expires_at=clock.now() + timedelta(days=days),
    )
    record_audit(
        site,
        type="api_token.created",
        actor=actor,
        data={"token": token.public_id, "name": name, "scopes": token.scopes, "expires_at": token.expires_at},
    )
    return token, secret


@transaction.atomic
def revoke_api_token(token: ApiToken, *, actor: Mapping[str, Any]) -> ApiToken:
    """End a token at once; revoking twice changes nothing."""
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        record_audit(token.site, type="api_token.revoked", actor=actor, data={"token": token.public_id})
        transaction.on_commit(lambda: access_changed.send(ApiToken, site_id=token.site_id, user_id=None))
    return token
