"""Opening a relay and joining it; saving a still of a shared picture."""

import hashlib
import secrets
from contextlib import suppress

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError

from accounts.permissions import Privilege
from media.infos import screenshot_info
from media.models import Screenshot
from media.png import read_size
from media.relay_records import Relay, create_relay, find_relay
from media.selectors import find_active_grant, find_seen_grant, may_watch
from sessions.events import record_event
from sessions.models import Grant
from sessions.selectors.access import Access, access_grant
from sessions.services.asking import check_privilege
from sessions.services.holding import Held, hold
from supportsite.core import ratelimit
from supportsite.core.errors import AppError, not_found
from supportsite.protocol.base import EndpointKind
from supportsite.protocol.capabilities import SCREEN
from supportsite.protocol.events import ScreenshotTaken

OPENED_PER_MINUTE = 20
SCREENSHOTS_PER_SESSION = 50
TAKEN_PER_MINUTE = 20
KEY_BYTES = 24


def open_relay(access: Access, grant_id: str) -> Relay:
    """Make a relay for a viewer who may see what the grant shows.

    AppError: `not_found`, `grant_not_active`, `forbidden` for the owner and for Support Managers, which are looked at
    and do not look, `endpoint_unfit` where a browser is the source, `rate_limited`.
    """
    person, support_session = access.person, access.support_session
    access_grant(access, grant_id)
    grant = find_active_grant(support_session.public_id, grant_id)
    if grant is None or grant.capability not in SCREEN:
        raise AppError("grant_not_active", status=409)
    is_program = access.endpoint is not None and access.endpoint.kind != EndpointKind.BROWSER
    if is_program or not may_watch(person, grant):
        raise AppError("forbidden", status=403)
    if grant.endpoint.kind != EndpointKind.SUPPORT_MANAGER:
        raise AppError("endpoint_unfit", status=409)
    ratelimit.require(f"relay:{person.pk}", rate=OPENED_PER_MINUTE, per_s=60)
    return create_relay(
        site_id=support_session.site_id,
        session=support_session.public_id,
        grant=grant.public_id,
        participant=person.public_id,
        endpoint=grant.endpoint.public_id,
    )


def join_relay(access: Access, relay_id: str) -> Relay:
    """Return the relay for the program that is its source. AppError `not_found` for everybody else."""
    session = access.support_session
    relay = find_relay(relay_id, site_id=session.site_id, session=session.public_id)
    if relay is None or access.endpoint is None or access.endpoint.public_id != relay.endpoint:
        raise not_found()
    if find_active_grant(relay.session, relay.grant) is None:
        raise AppError("grant_not_active", status=409)
    return relay


def take_screenshot(access: Access, png: bytes) -> Screenshot:
    """Save a still to the session and tell everyone; the same picture again is the same screenshot.

    Args:
        access: a CSR with the privilege, who sees a live grant now.
        png: the whole file.

    Raises AppError not_found, privilege_missing, session_ended, grant_not_active, picture_invalid,
    screenshot_limit, rate_limited.
    """
    digest = hashlib.sha256(png).hexdigest()
    with hold(access) as held:
        known = _known(held, digest)
        if known is not None:
            return known
        _check_may_take(held)
    ratelimit.require(f"screenshot:{access.person.pk}", rate=TAKEN_PER_MINUTE, per_s=60)
    try:
        width, height = read_size(png)
    except ValueError as error:
        raise AppError("picture_invalid", reason=str(error)) from error
    # Written before the lock is taken again: a slow storage must not hold up the session.
    key = default_storage.save(f"screenshots/{secrets.token_hex(KEY_BYTES)}.png", ContentFile(png))
    try:
        with hold(access) as held:
            grant = _check_may_take(held)
            shot: Screenshot = Screenshot.objects.create(
                site=held.support_session.site,
                support_session=held.support_session,
                participant=held.person,
                grant=grant,
                width=width,
                height=height,
                size=len(png),
                sha256=digest,
                key=key,
                at=held.now,
            )
            record_event(held.support_session, ScreenshotTaken, actor=held.actor, screenshot=screenshot_info(shot))
            held.touch()
            return shot
    except BaseException as error:
        with suppress(OSError):
            default_storage.delete(key)
        if isinstance(error, IntegrityError):  # the same picture came twice at once
            with hold(access) as held:
                known = _known(held, digest)
            if known is not None:
                return known
        raise


def _known(held: Held, digest: str) -> Screenshot | None:
    """Return the screenshot that this CSR took of the very same picture, or None."""
    held.require_csr()
    mine = Screenshot.objects.select_related("participant", "grant").filter(participant=held.person)
    shot: Screenshot | None = mine.filter(support_session=held.support_session, sha256=digest).first()
    return shot


def _check_may_take(held: Held) -> Grant:
    """Return the grant whose picture the CSR sees."""
    held.require_csr()
    held.require_live()
    check_privilege(held.person, Privilege.SCREENSHOT)
    grant = find_seen_grant(held.person)
    if grant is None:
        raise AppError("grant_not_active", status=409)
    if Screenshot.objects.filter(support_session=held.support_session).count() >= SCREENSHOTS_PER_SESSION:
        raise AppError("screenshot_limit", status=409)
    return grant
