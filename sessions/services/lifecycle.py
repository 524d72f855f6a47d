"""Beginning and end of a session, and keeping it."""

import secrets
from collections.abc import Mapping
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.actors import CsrActor, TokenActor
from accounts.models import Site
from accounts.permissions import Privilege
from accounts.selectors import get_settings, list_session_types, list_tracking_codes, privilege_allowed
from accounts.services import record_audit
from sessions.events import record_event
from sessions.infos import SYSTEM, participant_actor, participant_info
from sessions.models import (
    NUMBER_DIGITS,
    ActionRequest,
    AttachCode,
    Endpoint,
    Grant,
    Participant,
    SupportSession,
)
from sessions.selectors.access import Access
from sessions.services.holding import Held, hold
from sessions.services.slots import require_free_slot
from sessions.services.stopping import cancel_calls, close_request, stop_one_grant
from sessions.signals import primary_changed, session_ended
from sessions.state import UNVERIFIED_SESSIONS_PER_DAY, RequestStep, SessionStep, step_session
from supportsite.core.clock import now
from supportsite.core.errors import AppError
from supportsite.protocol.base import (
    ActorKind,
    EndpointKind,
    EndReason,
    GrantState,
    ParticipantRole,
    ParticipantState,
    RequestState,
    StopCause,
)
from supportsite.protocol.events import ParticipantJoined, ParticipantLeft, SessionEnded, SessionStarted
from supportsite.protocol.objects import Actor

NUMBER_TRIES = 20
PRIMARY_LOST_SECONDS = 60
MAX_TRACKING_LENGTH = 200


def start_outbound_session(
    actor: CsrActor | TokenActor,
    *,
    site: Site,
    session_type: str,
    tracking: Mapping[str, str],
    customer_language: str,
) -> Access:
    """Start a session and give it a number; the CSR becomes its primary CSR, a token stays outside.

    Raises AppError privilege_missing, site_unverified (the daily limit), single_session or session_limit (no free
    slot), or invalid (type, tracking codes).
    """
    membership = actor.membership if isinstance(actor, CsrActor) else None
    if membership is not None and not privilege_allowed(membership, Privilege.SESSION_START_OUTBOUND):
        raise AppError("privilege_missing", status=403, privilege=str(Privilege.SESSION_START_OUTBOUND))
    kind = list_session_types(site).filter(public_id=session_type).first()
    if kind is None:
        raise AppError("invalid", fields={"session_type": "unknown"})
    values = _check_tracking(site, tracking)
    with transaction.atomic():
        _check_unverified_limit(site)
        if membership is not None:
            require_free_slot(membership)
        support_session = insert_session(
            site,
            session_type=kind,
            tracking=values,
            customer_language=customer_language,
            started_by=membership,
            started_by_token=actor.token if isinstance(actor, TokenActor) else None,
        )
        participant = None
        who = Actor(kind=ActorKind.API, name=actor.token.name) if isinstance(actor, TokenActor) else None
        if membership is not None:
            participant = Participant.objects.create(
                site=site,
                support_session=support_session,
                role=ParticipantRole.PRIMARY_CSR,
                state=ParticipantState.JOINED,
                name=membership.user.name,
                language=membership.user.language,
                membership=membership,
                created_at=now(),
                joined_at=now(),
            )
            who = participant_actor(participant)
        assert who is not None
        record_event(
            support_session,
            SessionStarted,
            actor=who,
            session_type=kind.name,
            number_expires_at=support_session.number_expires_at,
        )
        if participant is not None:
            record_event(support_session, ParticipantJoined, actor=who, participant=participant_info(participant))
    return Access(support_session, participant, token=actor if isinstance(actor, TokenActor) else None)


def end_session(access: Access) -> SupportSession:
    """End the session for all: by its primary CSR or by a token. Ending twice changes nothing."""
    with hold(access) as held:
        if held.participant is not None:
            held.require_primary_csr()
        if held.support_session.live:
            finish(held, EndReason.CSR_END)
        return held.support_session


def leave_session(access: Access) -> None:
    """Leave; the primary customer's leaving ends the session. A last CSR who leaves suspends it (sweep)."""
    with hold(access) as held:
        held.require_person()
        if not held.support_session.live:
            return
        if held.person.role == ParticipantRole.PRIMARY_CUSTOMER:
            finish(held, EndReason.CUSTOMER_LEAVE)
            return
        was_primary = held.person.role == ParticipantRole.PRIMARY_CSR
        close_participant(held, held.person)
        if was_primary:
            promote_assistant(held)


def promote_assistant(held: Held) -> None:
    """Make the longest-present assisting CSR primary; nothing happens where there is none."""
    assistants = Participant.objects.filter(
        support_session=held.support_session,
        role=ParticipantRole.ASSISTING_CSR,
        state=ParticipantState.JOINED,
    )
    heir: Participant | None = assistants.order_by("joined_at").first()
    if heir is not None:
        promote(held, heir)


def promote(held: Held, heir: Participant) -> None:
    """Make an assisting CSR primary in a locked session without one."""
    heir.role = ParticipantRole.PRIMARY_CSR
    heir.save(update_fields=["role"])
    seen = Endpoint.objects.filter(participant=heir, lease_until__isnull=False)
    record_event(held.support_session, ParticipantJoined, actor=SYSTEM, participant=participant_info(heir, seen))
    primary_changed.send(SupportSession, support_session=held.support_session, giver=None, taker=heir.membership)


def replace_lost_primary(held: Held) -> None:
    """Make an assistant who is connected primary where the primary CSR has been away for a minute."""
    primary = held.find(ParticipantRole.PRIMARY_CSR)
    if primary is None:
        return
    pages = Endpoint.objects.filter(kind=EndpointKind.BROWSER, replaced_at=None)
    away_since = held.now - timedelta(seconds=PRIMARY_LOST_SECONDS)
    here = pages.filter(participant=primary)
    if not here.exists() or here.filter(Q(connected=True) | Q(gone_since__gt=away_since)).exists():
        return
    assisting = {"role": ParticipantRole.ASSISTING_CSR, "state": ParticipantState.JOINED}
    others = Participant.objects.filter(support_session=held.support_session, **assisting)
    heir = others.filter(pk__in=pages.filter(connected=True).values("participant")).order_by("joined_at").first()
    if heir is None:
        return
    primary.role = ParticipantRole.ASSISTING_CSR
    primary.save(update_fields=["role"])
    record_event(held.support_session, ParticipantJoined, actor=SYSTEM, participant=participant_info(primary, here))
    promote(held, heir)


def close_participant(held: Held, participant: Participant) -> None:
    """Take a participant out of a locked session: event, endpoints, their requests, calls and grants."""
    cancel_calls(held, caller=participant)
    asked = Q(requester=participant) | Q(operator=participant)
    for request in ActionRequest.objects.filter(asked, state=RequestState.REQUESTED):
        close_request(held, request, RequestStep.CANCEL)
    part = Q(holder=participant) | Q(request__requester=participant)
    for grant in Grant.objects.filter(part).exclude(state=GrantState.STOPPED).order_by("-id"):
        stop_one_grant(held, grant, StopCause.PARTICIPANT_LEFT)
    event = record_event(held.support_session, ParticipantLeft, actor=held.actor, participant=participant.public_id)
    participant.state, participant.left_seq = ParticipantState.LEFT, event.seq
    participant.save(update_fields=["state", "left_seq"])
    Endpoint.objects.filter(participant=participant, connected=True).update(
        connected=False, socket="", gone_since=held.now
    )


def keep_session(access: Access) -> None:
    """Answer the idle warning."""
    with hold(access) as held:
        held.require_person()
        held.require_live()
        held.touch()


def finish(held: Held, reason: EndReason) -> None:
    """End a locked live session: requests, grants, codes; the last hash goes into the site's audit chain."""
    support_session = held.support_session
    for request in ActionRequest.objects.filter(support_session=support_session, state=RequestState.REQUESTED):
        close_request(held, request, RequestStep.CANCEL)
    live = Grant.objects.filter(support_session=support_session).exclude(state=GrantState.STOPPED)
    for grant in live.order_by("-id"):
        stop_one_grant(held, grant, StopCause.SESSION_ENDED)
    cancel_calls(held)
    AttachCode.objects.filter(support_session=support_session, used_at=None).update(used_at=held.now)
    support_session.state = step_session(support_session.state, SessionStep.END)
    support_session.end_reason = reason
    support_session.ended_at = held.now
    support_session.suspended_until = support_session.idle_ends_at = None
    support_session.denials = {}
    support_session.transfer = None
    support_session.save()
    record_event(support_session, SessionEnded, actor=held.actor, at=held.now, reason=reason)
    record_audit(
        support_session.site,
        type="session.ended",
        actor=held.actor.model_dump(mode="json"),
        data={
            "session": support_session.public_id,
            "reason": str(reason),
            "seq": support_session.seq,
            "head_hash": support_session.head_hash,
        },
    )
    session_ended.send(SupportSession, support_session=support_session)


def insert_session(site: Site, **fields: object) -> SupportSession:
    """Insert a session under a fresh random number, unique among the site's live ones."""
    settings = get_settings(site)
    fields.setdefault("number_expires_at", now() + timedelta(minutes=settings.number_life_min))
    for _ in range(NUMBER_TRIES):
        number = str(secrets.randbelow(10**NUMBER_DIGITS)).zfill(NUMBER_DIGITS)
        try:
            with transaction.atomic():
                created: SupportSession = SupportSession.objects.create(
                    site=site,
                    number=number,
                    created_at=now(),
                    last_activity_at=now(),
                    quality=settings.sharing_quality,
                    **fields,
                )
        except IntegrityError as error:
            if "live_number_once_per_site" not in str(error):
                raise
        else:
            return created
    raise AppError("unavailable", status=503)


def _check_tracking(site: Site, given: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the values to keep, by the code's id: name and value. Raises AppError invalid with the fields."""
    kept, wrong = {}, {}
    codes = {code.public_id: code for code in list_tracking_codes(site)}
    wrong.update({f"tracking.{key}": "unknown" for key in given if key not in codes})
    for key, code in codes.items():
        value = given.get(key, "").strip()[:MAX_TRACKING_LENGTH]
        if not value:
            if code.required:
                wrong[f"tracking.{key}"] = "missing"
        elif code.choices and value not in code.choices:
            wrong[f"tracking.{key}"] = "unknown"
        else:
            kept[key] = {"name": code.name, "name_ja": code.name_ja, "value": value}
    if wrong:
        raise AppError("invalid", fields=wrong)
    return kept


def _check_unverified_limit(site: Site) -> None:
    if site.verified:
        return
    recent = SupportSession.objects.filter(site=site, created_at__gt=now() - timedelta(days=1)).count()
    if recent >= UNVERIFIED_SESSIONS_PER_DAY:
        raise AppError("site_unverified", status=403, per_day=UNVERIFIED_SESSIONS_PER_DAY)
