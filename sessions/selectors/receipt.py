"""What a customer keeps: who was there, what was asked, allowed, used and how it ended, in their words."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sessions.events import may_read
from sessions.infos import time_text
from sessions.labels import LABELS
from sessions.models import ActionRequest, Grant, Participant, SessionEvent, SupportSession
from sessions.selectors.access import Access
from sessions.selectors.snapshot import get_snapshot, reads_as_csr
from sessions.selectors.survey import describe_survey
from supportsite.protocol.base import Capability, EndReason, SharingQuality, StopCause
from supportsite.protocol.capabilities import SHARE

Facts = dict[str, Any]

SENTENCES: dict[str, str] = {
    "session.started": gettext_noop("The session was started by %(actor)s."),
    "session.activated": gettext_noop("The session became active."),
    "session.suspended": gettext_noop("The connection was lost; the session waited."),
    "session.resumed": gettext_noop("The session went on."),
    "session.ended": gettext_noop("The session ended: %(reason)s."),
    "participant.waiting": gettext_noop("%(person)s waited to be let in."),
    "participant.joined": gettext_noop("%(person)s joined."),
    "participant.left": gettext_noop("%(person)s left."),
    "participant.refused": gettext_noop("%(person)s was not let in."),
    "invitation.sent": gettext_noop("%(actor)s sent an invitation."),
    "request.made": gettext_noop("%(actor)s asked to %(capability)s."),
    "request.accepted": gettext_noop("%(actor)s accepted the offer to %(capability)s."),
    "request.granted": gettext_noop("%(actor)s allowed %(csr)s to %(capability)s."),
    "request.denied": gettext_noop("%(actor)s did not allow it: to %(capability)s."),
    "request.expired": gettext_noop("Nobody answered, so it was not allowed: to %(capability)s."),
    "request.cancelled": gettext_noop("The request was taken back: to %(capability)s."),
    "grant.first_used": gettext_noop("%(csr)s began to %(capability)s."),
    "grant.marked": gettext_noop("%(person)s pointed or drew on the shared picture."),
    "grant.suspended": gettext_noop("It paused: to %(capability)s (%(cause)s)."),
    "grant.resumed": gettext_noop("It went on: to %(capability)s."),
    "grant.stopped": gettext_noop("It stopped: to %(capability)s (%(cause)s)."),
    "options.changed": gettext_noop("%(actor)s set how the picture is sent: %(quality)s."),
    "screenshot.taken": gettext_noop("%(person)s saved a still of the shared picture."),
    "action.refused": gettext_noop("%(count)s actions were refused because they were not allowed."),
}

# What a CSR offers of her own computer, and what she asks for a colleague, is told in other words.
OF_SHARES: dict[str, str] = {
    "request.made": gettext_noop("%(actor)s offered to %(capability)s."),
    "request.granted": gettext_noop("%(actor)s confirmed it: to %(capability)s."),
    "request.denied": gettext_noop("%(actor)s declined the offer to %(capability)s."),
    "grant.first_used": gettext_noop("It began: to %(capability)s."),
}
OF_HANDOVERS: dict[str, str] = {
    "request.made": gettext_noop("%(actor)s asked that %(operator)s may %(capability)s."),
}


def list_sentences(
    session: SupportSession, events: Iterable[SessionEvent], *, language: str
) -> list[tuple[SessionEvent, str]]:
    """Return the events that are told in words, each with its sentence in `language`."""
    names = Names(session)
    with translation.override(language):
        told = [(event, names.facts(event)) for event in events if event.type in SENTENCES]
        return [(event, _(_choose(event.type, facts)) % facts) for event, facts in told]


def _choose(kind: str, facts: Facts) -> str:
    if facts.get("share"):
        return OF_SHARES.get(kind, SENTENCES[kind])
    if facts.get("operator"):
        return OF_HANDOVERS.get(kind, SENTENCES[kind])
    return SENTENCES[kind]


def get_receipt(access: Access, *, language: str) -> dict[str, Any]:
    """Return the receipt of a session for one participant, in `language`; live sessions have one too."""
    session: SupportSession = SupportSession.objects.get(pk=access.support_session.pk)
    reader = access.participant
    events = [
        event
        for event in SessionEvent.objects.filter(support_session=session).order_by("seq")
        if may_read(event, reader, computer=access.computer)
    ]
    names = Names(session)
    snapshot = get_snapshot(access, language=language)
    return {
        "site": snapshot.site.model_dump(mode="json"),
        "number": session.number if reads_as_csr(access) else None,
        "started_at": time_text(session.created_at),
        "ended_at": time_text(session.ended_at) if session.ended_at else None,
        "reason": session.end_reason or None,
        "csrs": names.csrs if reader is None or reader.joined_at else [],
        "items": [
            {"at": time_text(event.at), "type": event.type, "text": text}
            for event, text in list_sentences(session, events, language=language)
        ],
        "messages": [
            {**message.model_dump(mode="json"), "name": names.people.get(message.participant, "")}
            for message in snapshot.messages
        ],
        "head_hash": session.head_hash,
        "survey": describe_survey(session, reader),
    }


class Names:
    """Names of people and capabilities behind the ids in events."""

    def __init__(self, session: SupportSession) -> None:
        participants = list(Participant.objects.filter(support_session=session))
        self.people = {row.public_id: row.name for row in participants}
        self.csrs = [row.name for row in participants if row.is_csr and row.joined_at]
        requests = ActionRequest.objects.filter(support_session=session)
        self.capabilities = {row.public_id: row.capability for row in requests}
        grants = Grant.objects.select_related("holder").filter(support_session=session)
        self.grants = {row.public_id: row for row in grants}

    def facts(self, event: SessionEvent) -> Facts:
        """Return what the sentence of an event needs."""
        finders: dict[str, Callable[[Any], Facts]] = {
            "participant": self._person,
            "request": self._request,
            "grant": self._grant,
            "reason": lambda reason: {"reason": self._reason(reason)},
            "cause": lambda cause: {"cause": str(LABELS[StopCause(cause)]) if cause in set(StopCause) else ""},
            "count": lambda count: {"count": count},
            "options": lambda options: {"quality": str(LABELS[SharingQuality(options["quality"])])},
            "screenshot": lambda screenshot: self._person(screenshot["participant"]),
        }
        facts: Facts = {"actor": event.actor["name"] or _("The system")}
        for key, value in event.data.items():
            if key in finders:
                facts |= finders[key](value)
        return facts

    def _person(self, value: Any) -> Facts:
        return {"person": value["name"] if isinstance(value, dict) else self.people.get(value, "")}

    def _request(self, value: Any) -> Facts:
        if not isinstance(value, dict):
            return self._capability(self.capabilities.get(value))
        operator = value.get("operator", value["requester"])  # events of earlier versions name none
        handed = operator != value["requester"]
        return self._capability(value["capability"]) | {"operator": self.people.get(operator, "") if handed else ""}

    def _grant(self, value: Any) -> Facts:
        grant = self.grants[value["id"] if isinstance(value, dict) else value]
        return self._capability(grant.capability) | {"csr": grant.holder.name}

    @staticmethod
    def _capability(capability: str | None) -> Facts:
        if capability is None:
            return {}
        return {"capability": str(LABELS[Capability(capability)]), "share": capability in SHARE}

    @staticmethod
    def _reason(reason: str) -> str:
        return str(LABELS[EndReason(reason)]) if reason in set(EndReason) else ""
