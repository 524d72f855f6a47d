"""The console's list of sessions: newest first, in pages."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import get_language

from accounts.models import Membership, Role
from sessions.infos import time_text
from sessions.models import ActionRequest, Call, ChatMessage, Participant, SupportSession
from supportsite.core.clock import now
from supportsite.protocol.base import Audience, ParticipantRole, ParticipantState, RequestState, SessionState

PAGE_SIZE = 50
MESSAGE_PREVIEW = 120


def list_sessions(
    member: Membership | None, *, state: str | None, mine: bool, cursor: int | None
) -> tuple[list[dict[str, Any]], int | None]:
    """Return one page of sessions and the cursor of the next.

    Args:
        member: sees the sessions in which they take part; managers and administrators see all, as do tokens (None).
        state: "live", "ended" or None for both.
        mine: only sessions in which the member takes part.
        cursor: as returned for the page before.
    """
    sessions: QuerySet[SupportSession] = SupportSession.objects.select_related("session_type").order_by("-id")
    own = Participant.objects.filter(support_session=OuterRef("pk"), membership=member)
    if member is not None and (mine or member.role == Role.CSR):
        sessions = sessions.filter(Exists(own))
    if state == "live":
        sessions = sessions.exclude(state=SessionState.ENDED)
    elif state == "ended":
        sessions = sessions.filter(state=SessionState.ENDED)
    if cursor is not None:
        sessions = sessions.filter(pk__lt=cursor)
    rows = list(_annotated(sessions)[: PAGE_SIZE + 1])
    following = rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None
    return [_row(row) for row in rows[:PAGE_SIZE]], following


def list_calls(member: Membership) -> list[dict[str, Any]]:
    """Return the open calls to a member, with the names that an answer needs."""
    calls = Call.objects.select_related("support_session", "caller").filter(
        member=member, closed_at=None, expires_at__gt=now()
    )
    customers = Participant.objects.filter(role=ParticipantRole.PRIMARY_CUSTOMER, state=ParticipantState.JOINED)
    return [
        {
            "id": call.public_id,
            "session": call.support_session.public_id,
            "kind": call.kind,
            "caller": call.caller.name,
            "customer": next((person.name for person in customers.filter(support_session=call.support_session)), ""),
            "note": call.note,
            "made_at": time_text(call.made_at),
            "expires_at": time_text(call.expires_at),
        }
        for call in calls.order_by("id")
    ]


def _annotated(sessions: QuerySet[SupportSession]) -> Any:
    mine = {"support_session": OuterRef("pk")}
    customer = Participant.objects.filter(**mine, role=ParticipantRole.PRIMARY_CUSTOMER).order_by("id")
    messages = ChatMessage.objects.filter(**mine, audience=Audience.EVERYONE).order_by("-id")
    lobby = (
        Participant.objects.filter(**mine, state=ParticipantState.LOBBY)
        .order_by()
        .values("support_session")
        .annotate(count=Count("pk"))
    )
    return sessions.annotate(
        customer_name=Subquery(customer.values("name")[:1]),
        asking=Exists(ActionRequest.objects.filter(Q(**mine), state=RequestState.REQUESTED)),
        lobby=Subquery(lobby.values("count")[:1]),
        last_text=Subquery(messages.values("text")[:1]),
        last_at=Subquery(messages.values("at")[:1]),
    )


def _row(row: Any) -> dict[str, Any]:
    kind = row.session_type
    return {
        "id": row.public_id,
        "number": row.number,
        "state": row.state,
        "session_type": kind.name_in(get_language() or "en") if kind else "",
        "customer_name": row.customer_name,
        "created_at": time_text(row.created_at),
        "activated_at": time_text(row.activated_at) if row.activated_at else None,
        "suspended_until": time_text(row.suspended_until) if row.suspended_until else None,
        "ended_at": time_text(row.ended_at) if row.ended_at else None,
        "end_reason": row.end_reason or None,
        "unread": False,
        "pending_request": row.asking,
        "lobby": row.lobby or 0,
        "last_message": {"text": row.last_text[:MESSAGE_PREVIEW], "at": time_text(row.last_at)}
        if row.last_at
        else None,
        "seq": row.seq,
    }
