"""One-use codes that bring a Support Manager or a second device to a participant."""

import base64
import binascii
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Site
from accounts.secret_tokens import hash_secret
from sessions.infos import participant_actor
from sessions.models import ActionRequest, AttachCode, AttachPurpose, Endpoint, Grant, Participant
from sessions.selectors.access import Access
from sessions.services import guessing
from sessions.services.holding import Held, hold, lock
from sessions.services.joining import SECRET_BYTES
from sessions.services.presence import INSIDE, create_endpoint, mark_gone
from sessions.services.stopping import close_request, stop_one_grant
from sessions.state import RequestStep
from supportsite.core.clock import now
from supportsite.core.errors import AppError
from supportsite.protocol.base import EndpointKind, GrantState, RequestState, StopCause

CODE_LIFE_SECONDS = 600
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 O 1 I
CODE_LENGTH = 8
TOKEN_MARK = "sm_"  # noqa: S105 - marks the kind of token
KEY_BYTES = 32


@dataclass(frozen=True)
class Attached:
    """A new endpoint and the secret that it authenticates with, which is not kept."""

    access: Access
    secret: str


def create_attach_code(access: Access, *, purpose: AttachPurpose) -> tuple[str, datetime]:
    """Return a code like K7QM-2XPD and when it ends; it works once, for this participant.

    A CSR gets one for her own computer only: another device of hers signs in. Raises AppError invalid.
    """
    with hold(access) as held:
        held.require_person()
        held.require_live()
        if purpose == AttachPurpose.DEVICE and held.person.is_csr:
            raise AppError("invalid", fields={"purpose": "unexpected"})
        letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        expires_at = held.now + timedelta(seconds=CODE_LIFE_SECONDS)
        AttachCode.objects.create(
            site=held.support_session.site,
            support_session=held.support_session,
            participant=held.person,
            purpose=purpose,
            code_hash=hash_secret(letters),
            expires_at=expires_at,
        )
        return f"{letters[:4]}-{letters[4:]}", expires_at


def attach_support_manager(*, site: Site, code: str, public_key: str, label: str, address: str) -> Attached:
    """Bring a Support Manager to the participant of a code; an earlier one of theirs is replaced.

    Args:
        site: the site whose host was asked.
        code: as typed; case, spaces and hyphens do not matter.
        public_key: base64 of 32 bytes Ed25519, which signs its grants.
        label: what the program calls itself.
        address: the client's network address, for the limits.

    Raises AppError code_invalid (404), invalid, too_many_tries (429).
    """
    _check_key(public_key)
    with transaction.atomic():
        held = _redeem(site, code=code, purpose=AttachPurpose.SUPPORT_MANAGER, address=address)
        _replace_earlier(held)
        secret = TOKEN_MARK + secrets.token_urlsafe(SECRET_BYTES)
        endpoint = create_endpoint(
            held.person,
            kind=EndpointKind.SUPPORT_MANAGER,
            label=label,
            secret_hash=hash_secret(secret),
            public_key=public_key,
        )
        return Attached(Access(held.support_session, held.person, endpoint), secret)


def redeem_device_code(*, site: Site, code: str, label: str, address: str) -> Attached:
    """Bring a second browser to the participant of a code. Raises AppError code_invalid (404), too_many_tries."""
    with transaction.atomic():
        held = _redeem(site, code=code, purpose=AttachPurpose.DEVICE, address=address)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        endpoint = create_endpoint(held.person, kind=EndpointKind.BROWSER, label=label, secret_hash=hash_secret(secret))
        return Attached(Access(held.support_session, held.person, endpoint), secret)


def _redeem(site: Site, *, code: str, purpose: AttachPurpose, address: str) -> Held:
    """Use up a code and return its locked session with the participant acting."""
    guessing.check_try(site_id=site.pk, address=address, purpose="attach")
    letters = "".join(c for c in code[:40].upper() if c.isalnum())
    found = (
        AttachCode.objects.select_related("support_session", "participant")
        .filter(code_hash=hash_secret(letters), purpose=purpose, used_at=None, expires_at__gt=now())
        .first()
    )
    support_session = lock(found.support_session) if found else None
    # One use: the update counts, under the session's lock.
    fresh = AttachCode.objects.filter(pk=found.pk, used_at=None) if found else None
    if support_session is None or found is None or fresh is None or not support_session.live:
        raise _wrong_code(site, address)
    participant = Participant.objects.get(pk=found.participant_id)
    if participant.state not in INSIDE or not fresh.update(used_at=now()):
        raise _wrong_code(site, address)
    return Held(support_session, participant, None, participant_actor(participant), now())


def _wrong_code(site: Site, address: str) -> AppError:
    guessing.record_failure(site_id=site.pk, address=address, purpose="attach")
    return AppError("code_invalid", status=404)


def _replace_earlier(held: Held) -> None:
    """Retire the participant's earlier Support Managers: their grants stop, their sockets close."""
    earlier = Endpoint.objects.select_related("participant").filter(
        participant=held.person, kind=EndpointKind.SUPPORT_MANAGER, replaced_at=None
    )
    for endpoint in earlier:
        for request in ActionRequest.objects.filter(source=endpoint, state=RequestState.REQUESTED):
            close_request(held, request, RequestStep.CANCEL)
        grants = Grant.objects.select_related("request").filter(endpoint=endpoint)
        for grant in grants.exclude(state=GrantState.STOPPED).order_by("-id"):
            stop_one_grant(held, grant, StopCause.SUPERSEDED)
        if endpoint.connected:
            mark_gone(held, endpoint)
        # Read again: stopping a grant has moved the epoch on.
        Endpoint.objects.filter(pk=endpoint.pk).update(replaced_at=held.now)


def _check_key(public_key: str) -> None:
    try:
        fits = len(base64.b64decode(public_key, validate=True)) == KEY_BYTES
    except (binascii.Error, ValueError):
        fits = False
    if not fits:
        raise AppError("invalid", fields={"public_key": "invalid"})
