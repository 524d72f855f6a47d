"""What several people do in the same instant, each over a connection of their own."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction

from accounts.actors import CsrActor
from acd.invariants import find_violations
from acd.models import Contact, Offer, QueueEntry
from acd.routing import Strategy
from acd.services import router
from acd.services.conversation import open_conversation
from acd.services.entering import Entered, Visit, enter_queue
from acd.services.offers import accept_offer, pick_entry
from acd.services.passing import transfer_session
from acd.services.waiting import follow_presence, lose_customers
from acd.tests.factories import enter, make_csr, make_queue
from sessions.models import Participant, SupportSession
from sessions.selectors.access import Access
from sessions.services.lifecycle import end_session, leave_session
from sessions.tests.e2e.waiting import until
from supportsite.core import clock
from supportsite.core.errors import AppError
from supportsite.core.tenancy import site_scope

ROUNDS = range(4)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _sound(site):
    yield
    router.tick(site)
    assert find_violations(site.pk, clock.now(), quiet=True) == {}


def run(site, call):
    """Return what a call answered, or the code of its refusal."""
    try:
        with site_scope(site):
            return call()
    except AppError as error:
        return error.code
    finally:
        connection.close()


def at_once(site, *calls):
    """Make the calls in the same instant; return their answers."""
    start = threading.Barrier(len(calls))

    def begin(call):
        start.wait(10)
        return run(site, call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, calls))


def while_the_other_is_not_done(site, first, second):
    """Begin the second call after the first, before that is committed; return the second's answer."""

    def waits():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return cursor.fetchone()[0]

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            answer = pool.submit(run, site, second)
            until(lambda: answer.done() or waits(), "the second one waits for the first")
        return answer.result(30)


def offer_of(csr, entry):
    return Offer.objects.get(csr=csr, entry=entry, state="pending").public_id


def accepting(csr, entry):
    return partial(accept_offer, CsrActor(csr), offer_of(csr, entry))


def primaries(entry):
    """Return how many CSRs ever had the customer's session."""
    entry.refresh_from_db()
    return Participant.objects.filter(role="primary_csr", support_session=entry.contact.support_session).count()


def visit(site, queue, name="Hannah"):
    """A customer with a conversation; the entry and the customer's way into the session."""
    entry = enter(site, queue, name=name)
    open_conversation(entry.contact, title=queue.name)
    session = Contact.objects.get(pk=entry.contact_id).support_session
    return entry, Access(session, Participant.objects.get(support_session=session, role="primary_customer"))


def test_a_csr_who_accepts_two_at_the_limit_gets_both(site):
    site.settings.session_mode, site.settings.session_limit = "multi", 2
    site.settings.save()
    queue = make_queue(site)
    csr = make_csr(site, queue, cap=2)
    first, second = enter(site, queue), enter(site, queue)
    answer = while_the_other_is_not_done(
        site,
        accepting(csr, first),
        accepting(csr, second),
    )
    assert isinstance(answer, Access), answer
    assert Participant.objects.filter(membership=csr, role="primary_csr", state="joined").count() == 2


def test_a_double_click_on_accept_makes_one_session_with_one_csr(site):
    for _ in ROUNDS:
        queue = make_queue(site)
        csr = make_csr(site, queue)
        entry = enter(site, queue)
        answers = at_once(site, *[accepting(csr, entry)] * 2)
        assert sorted(isinstance(answer, Access) for answer in answers) == [False, True]
        assert "offer_gone" in answers
        entry.refresh_from_db()
        assert (entry.state, entry.csr_id) == ("active", csr.pk)
        assert Participant.objects.filter(membership=csr).count() == 1


def test_of_two_csrs_who_accept_what_everybody_was_offered_one_has_the_customer(site):
    for _ in ROUNDS:
        queue = make_queue(site, strategy=Strategy.EVERYBODY)
        csrs = [make_csr(site, queue), make_csr(site, queue)]
        entry = enter(site, queue)
        answers = at_once(site, *[accepting(csr, entry) for csr in csrs])
        assert sorted(isinstance(answer, Access) for answer in answers) == [False, True]
        entry.refresh_from_db()
        assert entry.csr_id in [csr.pk for csr in csrs]
        assert (
            Participant.objects.filter(role="primary_csr", support_session=entry.contact.support_session).count() == 1
        )


def test_a_customer_who_leaves_as_the_csr_accepts_is_helped_or_gone_never_both(site):
    for _ in ROUNDS:
        queue = make_queue(site)
        csr = make_csr(site, queue)
        entry, customer = visit(site, queue)
        accepted, _ = at_once(site, accepting(csr, entry), partial(leave_session, customer))
        entry.refresh_from_db()
        session = SupportSession.objects.get(pk=customer.support_session.pk)
        if isinstance(accepted, Access):
            assert entry.state in ("done", "wrap", "active")
        else:
            assert (accepted in ("entry_gone", "offer_gone"), entry.state) == (True, "abandoned")
            assert not session.live


def test_a_pick_and_an_accept_of_the_same_customer_seat_one_csr(site):
    for _ in ROUNDS:
        queue = make_queue(site, allow_pick=True)
        picker = make_csr(site, queue, presence="away")
        csr = make_csr(site, queue)
        entry = enter(site, queue)
        router.command(site, "presence", picker.pk, presence="draining")
        at_once(site, accepting(csr, entry), partial(pick_entry, CsrActor(picker), entry.public_id))
        entry.refresh_from_db()
        assert entry.state == "active"
        assert (
            Participant.objects.filter(role="primary_csr", support_session=entry.contact.support_session).count() == 1
        )


def test_a_customer_who_comes_back_as_they_are_given_up_is_offered_again(site):
    entry, customer = visit(site, make_queue(site))
    Contact.objects.filter(pk=entry.contact_id).update(lost_at=clock.now() - timedelta(minutes=1))
    back = partial(follow_presence, customer.support_session, customer.participant, connected=True)
    while_the_other_is_not_done(site, back, partial(lose_customers, site))
    entry.refresh_from_db()
    assert entry.state == "waiting"

    Contact.objects.filter(pk=entry.contact_id).update(lost_at=clock.now() - timedelta(minutes=1))
    while_the_other_is_not_done(site, partial(lose_customers, site), transaction.atomic(back))
    entry.refresh_from_db()
    assert entry.state == "waiting"


def test_a_tab_that_asks_twice_at_once_is_one_visit(site):
    for _ in ROUNDS:
        queue = make_queue(site)
        asked = Visit(secrets.token_urlsafe(24), "Camille", "en", {})
        answers = at_once(site, *[partial(enter_queue, site, queue, asked)] * 3)
        assert all(isinstance(answer, Entered) for answer in answers), answers
        assert len({answer.entry.pk for answer in answers}) == 1
        assert len({answer.support_session.pk for answer in answers}) == 1
        assert len({answer.secret for answer in answers}) == 1
    assert QueueEntry.objects.count() == SupportSession.objects.count() == len(ROUNDS)


def test_a_session_that_is_passed_on_and_ended_at_once_leaves_nobody_in_the_line(site):
    for _ in ROUNDS:
        queue = make_queue(site)
        csr = make_csr(site, queue)
        entry, _customer = visit(site, queue)
        access = accept_offer(CsrActor(csr), offer_of(csr, entry))
        at_once(
            site,
            partial(transfer_session, access, queue=queue.public_id, csrs=[], note=""),
            partial(end_session, access),
        )
        entry.refresh_from_db()
        assert entry.state not in ("waiting", "offered"), entry.state
        assert not QueueEntry.objects.filter(contact=entry.contact, state__in=("waiting", "offered")).exists()
