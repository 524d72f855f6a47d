"""The monitor: what a manager sees is what is, and what they do is done, logged, and refused to everybody else."""

from datetime import timedelta

import pytest
from django.db.models import F

from accounts.actors import CsrActor
from accounts.models import AuditEntry, Role
from accounts.permissions import Scope
from accounts.tests.factories import MembershipFactory
from acd.metrics import Segment, SegmentOutcome, measure_queue
from acd.models import CsrState, Offer, QueueEntry, QueueManager
from acd.selectors.monitor import get_monitor
from acd.services import router
from acd.services.conversation import open_conversation
from acd.services.offers import accept_offer
from acd.tests.factories import enter, make_csr, make_queue
from sessions.models import ChatMessage, Participant, SessionEvent, SupportSession
from sessions.tests.callers import anonymous, member, token
from supportsite.core.tenancy import site_scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(site, manager):
    return member(site, manager)


def seen(manager):
    return get_monitor(manager, language="en")


def helped(site, queue, csr):
    """A customer who is helped by the CSR: entry and session."""
    entry = enter(site, queue)
    open_conversation(entry.contact, title=queue.name)
    access = accept_offer(CsrActor(csr), Offer.objects.get(csr=csr, state="pending").public_id)
    entry.refresh_from_db()
    return entry, access.support_session


def state(entry):
    return QueueEntry.objects.get(pk=entry.pk).state


def audited(kind):
    line = AuditEntry.objects.order_by("-n").first()
    return line is not None and line.type == f"monitor.{kind}"


def test_the_wall_shows_lines_csrs_and_sessions_as_they_are(site, manager, clock):
    queue, other = make_queue(site, name="Printing", name_ja="印刷"), make_queue(site, strategy="round_robin")
    csr, away = make_csr(site, queue), make_csr(site, other, presence="away")
    _entry, session = helped(site, queue, csr)
    clock.advance(seconds=10)
    enter(site, queue, name="Kenji")
    enter(site, other)
    clock.advance(seconds=10)
    monitor = seen(manager)
    printing, second = monitor.queues
    assert (printing.name, printing.waiting, printing.longest_since) == (
        "Printing",
        1,
        clock.at - timedelta(seconds=10),
    )
    assert (printing.csrs_ready, printing.csrs, second.waiting, second.wait) == (0, 1, 1, None)
    assert (printing.offered, printing.answered, printing.in_time, printing.service_level) == (2, 1, 1, 1.0)
    assert printing.wait.low_s <= printing.wait.median_s <= printing.wait.high_s
    activities = {row.id: (row.activity, row.sessions, row.capacity) for row in monitor.csrs}
    assert activities == {csr.public_id: ("busy", 1, 1), away.public_id: ("away", 0, 1)}
    (row,) = monitor.sessions
    assert (row.id, row.customer, row.csr, row.queue) == (session.public_id, "Hannah", csr.user.name, "Printing")
    (quarter,) = monitor.quarters
    assert (quarter.queue, quarter.in_time, quarter.later, quarter.left) == (printing.id, 1, 0, 0)
    assert monitor.quarters_from <= quarter.at <= monitor.now
    assert get_monitor(manager, language="ja").queues[0].name == "印刷"


def test_a_csrs_activity_follows_the_router(site, manager, clock):
    queue = make_queue(site, wrapup_s=60)
    csr = make_csr(site, queue)

    def activity():
        (row,) = seen(manager).csrs
        return row.activity, row.since, row.until

    assert activity()[0] == "ready"
    entry = enter(site, queue)
    assert activity() == ("offered", clock.at, clock.at + timedelta(seconds=20))
    router.command(site, "decline", Offer.objects.get().pk, csr=csr.pk)
    router.command(site, "abandon", entry.pk)
    assert activity()[0] == "paused"
    assert activity()[2] == clock.at + timedelta(seconds=5)
    clock.advance(seconds=6)
    router.tick(site)
    second = enter(site, queue)
    router.accept(site, offer=Offer.objects.get(entry=second, state="pending").pk, csr=csr.pk)
    assert activity() == ("busy", clock.at, None)
    router.command(site, "finish", second.pk)
    assert activity() == ("wrap_up", clock.at, clock.at + timedelta(seconds=60))
    clock.advance(seconds=61)
    router.tick(site)
    assert activity()[0] == "lost"  # its lease has run out meanwhile
    router.command(site, "presence", csr.pk, presence="away", reason="break")
    assert activity()[0] == "away"


def test_while_a_csr_is_ready_the_next_customer_does_not_wait(site, manager):
    queue = make_queue(site)
    make_csr(site, queue)
    assert seen(manager).queues[0].wait.high_s == 0


def test_todays_figures_are_those_of_the_reports(site, manager, clock):
    clock.at = clock.at.replace(hour=12)
    queue = make_queue(site, sl_seconds=20, short_abandon_s=5)
    answered, gone = (0, 4, 10, 18, 20, 35, 90), (3, 15, 60)
    segments = []
    for wait in answered:
        entry = enter(site, queue)
        QueueEntry.objects.filter(pk=entry.pk).update(
            state="active", answered_at=F("enqueued_at") + timedelta(seconds=wait), wait_ms=wait * 1000
        )
        segments.append(Segment(SegmentOutcome.ANSWERED, 0, wait))
    for wait in gone:
        entry = enter(site, queue)
        QueueEntry.objects.filter(pk=entry.pk).update(state="abandoned", wait_ms=wait * 1000)
        segments.append(Segment(SegmentOutcome.ABANDONED, 0, wait))
    figures = measure_queue(segments, within_s=20, short_s=5)
    (row,) = seen(manager).queues
    assert row.service_level == figures.service_level.genesys == 0.5
    assert (row.offered, row.answered, row.left, row.left_short) == (10, 7, 3, 1)
    clock.advance(hours=13)
    assert seen(manager).queues[0].offered == 0  # another day


def test_a_day_begins_at_the_queues_own_midnight(site, manager, clock):
    clock.at = clock.at.replace(hour=14, minute=30)  # 23:30 in Tokyo
    queue = make_queue(site, timezone="Asia/Tokyo")
    enter(site, queue)
    assert seen(manager).queues[0].offered == 1
    clock.advance(minutes=40)
    assert seen(manager).queues[0].offered == 0


# ---------------------------------------------------------------- who may

PATHS = [
    ("GET", "monitor/", None),
    ("POST", "monitor/ticket/", {}),
    ("GET", "monitor/queues/{queue}/", None),
    ("GET", "monitor/queues/{queue}/staffing/", None),
    ("POST", "monitor/queues/{queue}/open/", {"override": "closed"}),
    ("POST", "monitor/entries/{entry}/priority/", {"priority": 9}),
    ("POST", "monitor/entries/{entry}/move/", {"queue": "{other}"}),
    ("POST", "monitor/entries/{entry}/assign/", {"csr": "{csr}"}),
    ("POST", "monitor/entries/{entry}/cancel/", {"reason": "test"}),
    ("POST", "monitor/csrs/{csr}/presence/", {"presence": "away", "reason": "meeting"}),
    ("POST", "monitor/sessions/{session}/join/", {}),
    ("POST", "monitor/sessions/{session}/whisper/", {"text": "Ask for the model"}),
]


class Wall:
    """Two queues, a CSR who is ready, one who helps, a customer who waits and one who is helped."""

    def __init__(self, site):
        self.queue, self.other = make_queue(site), make_queue(site)
        self.busy = make_csr(site, self.queue)
        _, self.session = helped(site, self.queue, self.busy)
        self.entry = enter(site, self.queue, skills=["none has it"])
        self.csr = make_csr(site, self.queue, cap=3)

    def ids(self):
        return {
            "queue": self.queue.public_id,
            "other": self.other.public_id,
            "entry": self.entry.public_id,
            "csr": self.csr.public_id,
            "session": self.session.public_id,
        }

    def ask(self, call, method, path, body):
        ids = self.ids()
        filled = {key: value.format(**ids) if isinstance(value, str) else value for key, value in (body or {}).items()}
        return call(method, path.format(**ids), filled if body is not None else None)


@pytest.fixture
def wall(site):
    return Wall(site)


@pytest.mark.parametrize(("method", "path", "body"), PATHS, ids=lambda part: str(part)[:60])
@pytest.mark.parametrize(
    "who", ["manager", "admin", "chosen", "csr", "busy", "other_queue", "anonymous", "token", "foreign"]
)
def test_only_managers_of_the_queue_get_in_and_nobody_else_changes_anything(
    site, other_site, wall, who, method, path, body
):
    wanted = {"manager", "admin", "chosen"} | ({"other_queue"} if path in ("monitor/", "monitor/ticket/") else set())
    limited = {"queue.manage_all": "deny"}
    if who in ("chosen", "other_queue"):
        person = MembershipFactory(site=site, role=Role.MANAGER, privileges=limited)
        for queue in [wall.queue, wall.other] if who == "chosen" else [wall.other]:
            QueueManager.objects.create(site=site, queue=queue, manager=person)
        call = member(site, person)
    elif who == "foreign":
        with site_scope(other_site):
            call = member(other_site, MembershipFactory(site=other_site, role=Role.ADMIN))
        wanted |= {"foreign"} if path in ("monitor/", "monitor/ticket/") else set()
    elif who == "anonymous":
        call = anonymous(site)
    elif who == "token":
        call = token(site, *Scope)
    else:
        person = wall.busy if who == "busy" else MembershipFactory(site=site, role=who)
        call = member(site, person)
    before = AuditEntry.objects.filter(type__startswith="monitor.").count()
    answer = wall.ask(call, method, path, body)
    if who in wanted:
        assert answer.status_code in {200, 201, 204}, answer.content
    else:
        assert answer.status_code in {401, 403, 404}
        assert AuditEntry.objects.filter(type__startswith="monitor.").count() == before
        wall.entry.refresh_from_db()
        assert (wall.entry.state, wall.entry.priority) == ("waiting", 0)


def test_a_manager_of_chosen_queues_sees_nothing_of_the_others(site, wall):
    person = MembershipFactory(site=site, role=Role.MANAGER, privileges={"queue.manage_all": "deny"})
    QueueManager.objects.create(site=site, queue=wall.other, manager=person)
    monitor = seen(person)
    assert [row.id for row in monitor.queues] == [wall.other.public_id]
    assert (monitor.csrs, monitor.sessions) == ([], [])
    assert monitor.quarters == []


def test_nothing_of_another_site_is_on_the_wall(site, other_site, manager):
    with site_scope(other_site):
        theirs = make_queue(other_site)
        make_csr(other_site, theirs)
        enter(other_site, theirs)
    monitor = seen(manager)
    assert (monitor.queues, monitor.csrs, monitor.sessions) == ([], [], [])


# ---------------------------------------------------------------- what they do


def test_priority_is_raised_and_the_line_shows_it(site, wall, call):
    later = enter(site, wall.queue, name="Later", skills=["none has it"])
    assert call("POST", f"monitor/entries/{later.public_id}/priority/", {"priority": 7}).status_code == 204
    line = call("GET", f"monitor/queues/{wall.queue.public_id}/").json()
    assert [(row["name"], row["priority"]) for row in line["entries"]] == [("Later", 7), ("Hannah", 0)]
    assert audited("priority_set")


def test_a_moved_customer_keeps_the_time_of_coming(site, wall, call):
    assert wall.ask(call, "POST", "monitor/entries/{entry}/move/", {"queue": "{other}"}).status_code == 204
    moved = QueueEntry.objects.get(previous=wall.entry)
    assert (moved.queue, moved.seq, state(wall.entry)) == (wall.other, wall.entry.seq, "overflowed")
    again = wall.ask(call, "POST", "monitor/entries/{entry}/move/", {"queue": "{other}"})
    assert (again.status_code, again.json()["code"]) == (409, "entry_gone")


def test_an_assigned_customer_is_with_the_csr_at_once(site, wall, call):
    open_conversation(wall.entry.contact, title="x")
    assert wall.ask(call, "POST", "monitor/entries/{entry}/assign/", {"csr": "{csr}"}).status_code == 204
    wall.entry.refresh_from_db()
    assert (wall.entry.state, wall.entry.csr) == ("active", wall.csr)
    session = SupportSession.objects.get(contact=wall.entry.contact_id)
    people = Participant.objects.filter(support_session=session, state="joined")
    assert {person.role for person in people} == {"primary_csr", "primary_customer"}
    assert session.state == "active"
    assert CsrState.objects.get(csr=wall.csr).used == 1
    assert audited("entry_assigned")


def test_nobody_is_assigned_to_a_csr_who_is_full_or_not_there(site, wall, call, clock):
    full = {"csr": wall.busy.public_id}
    path = f"monitor/entries/{wall.entry.public_id}/assign/"
    assert call("POST", path, full).status_code == 409
    gone = make_csr(site, wall.queue, presence="offline")
    assert call("POST", path, {"csr": gone.public_id}).json()["code"] == "csr_not_ready"
    assert state(wall.entry) == "waiting"
    assert not AuditEntry.objects.filter(type="monitor.entry_assigned").exists()


def test_a_cancelled_customer_leaves_the_line_and_their_session_ends(site, wall, call):
    open_conversation(wall.entry.contact, title="x")
    assert wall.ask(call, "POST", "monitor/entries/{entry}/cancel/", {"reason": "spam"}).status_code == 204
    assert state(wall.entry) == "cancelled"
    assert SupportSession.objects.get(contact=wall.entry.contact_id).state == "ended"


def test_a_closed_queue_takes_nobody_until_it_is_given_back_to_its_hours(site, wall, call):
    path = f"monitor/queues/{wall.queue.public_id}/open/"
    assert call("POST", path, {"override": "closed"}).status_code == 204
    assert audited("queue_overridden")
    assert enter(site, wall.queue).state == "rejected"
    assert state(wall.entry) == "waiting"
    assert call("POST", path, {"override": ""}).status_code == 204
    assert enter(site, wall.queue).state != "rejected"
    lines = AuditEntry.objects.filter(type="monitor.queue_overridden").count()
    call("POST", path, {"override": ""})
    assert AuditEntry.objects.filter(type="monitor.queue_overridden").count() == lines


def test_a_csrs_presence_is_set_and_who_is_not_there_is_not_made_available(site, wall, call):
    path = f"monitor/csrs/{wall.csr.public_id}/presence/"
    assert call("POST", path, {"presence": "away", "reason": "team meeting"}).status_code == 204
    row = CsrState.objects.get(csr=wall.csr)
    assert (row.presence, row.reason) == ("away", "team meeting")
    assert audited("presence_set")
    absent = make_csr(site, wall.queue, presence="offline")
    answer = call("POST", f"monitor/csrs/{absent.public_id}/presence/", {"presence": "available"})
    assert (answer.status_code, answer.json()["code"]) == (409, "csr_not_ready")


def test_a_manager_joins_seen_by_all_and_whispers_to_csrs_only(site, wall, call, manager):
    answer = wall.ask(call, "POST", "monitor/sessions/{session}/join/", {})
    assert answer.status_code == 200
    mine = Participant.objects.get(support_session=wall.session, membership=manager)
    assert (mine.role, mine.state) == ("assisting_csr", "joined")
    joined = SessionEvent.objects.filter(support_session=wall.session, type="participant.joined").order_by("-seq")[0]
    assert (joined.data["participant"]["id"], joined.audience) == (mine.public_id, "everyone")
    assert (
        wall.ask(call, "POST", "monitor/sessions/{session}/whisper/", {"text": "Ask for the model"}).status_code == 200
    )
    message = ChatMessage.objects.get(support_session=wall.session)
    assert (message.audience, message.text, message.participant) == ("csrs", "Ask for the model", mine)
    assert seen(manager).sessions[0].mine


def test_a_whisper_brings_the_manager_in_visibly_first(site, wall, call, manager):
    wall.ask(call, "POST", "monitor/sessions/{session}/whisper/", {"text": "Ask for the model"})
    assert Participant.objects.get(support_session=wall.session, membership=manager).state == "joined"
    assert audited("session_joined")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("monitor/entries/{entry}/priority/", {"priority": 10}),
        ("monitor/entries/{entry}/priority/", {"priority": -1}),
        ("monitor/entries/{entry}/priority/", {}),
        ("monitor/entries/{entry}/move/", {"queue": 7}),
        ("monitor/entries/{entry}/move/", {"queue": "no-such-queue"}),
        ("monitor/entries/{entry}/move/", {"queue": "{queue}"}),
        ("monitor/entries/{entry}/assign/", {"csr": "no-such-csr"}),
        ("monitor/entries/no-such-entry/cancel/", {}),
        ("monitor/queues/{queue}/open/", {"override": "ajar"}),
        ("monitor/queues/{queue}/open/", {"override": "closed", "site": 2}),
        ("monitor/csrs/{csr}/presence/", {"presence": "asleep"}),
        ("monitor/csrs/no-such-csr/presence/", {"presence": "away"}),
        ("monitor/sessions/no-such-session/join/", {}),
        ("monitor/sessions/{session}/whisper/", {"text": ""}),
        ("monitor/sessions/{session}/whisper/", {"text": "x" * 4001}),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(site, wall, call, path, body):
    before = AuditEntry.objects.count()
    answer = wall.ask(call, "POST", path, body)
    assert answer.status_code in {400, 404, 409}
    assert {"code", "message", "data", "ref"} <= set(answer.json())
    assert (state(wall.entry), AuditEntry.objects.count()) == ("waiting", before)


def test_a_command_that_is_sent_twice_is_carried_out_once(site, wall, manager):
    from sessions.tests.callers import Call

    plain = member(site, manager)
    keyed = Call(plain.client, {**plain.headers, "idempotency-key": "once"})
    path, body = f"monitor/entries/{wall.entry.public_id}/move/", {"queue": wall.other.public_id}
    assert [keyed("POST", path, body).status_code for _ in range(2)] == [204, 204]
    assert QueueEntry.objects.filter(previous=wall.entry).count() == 1
