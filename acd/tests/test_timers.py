"""Timers: what is due is done on time, through lost wake-ups and a lost database, and sessions follow."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from structlog.testing import capture_logs

from acd.models import Contact, QueueEntry, SiteRouter
from acd.routing import EntryState
from acd.services import router
from acd.services.conversation import open_conversation
from acd.services.following import end_unserved
from acd.services.timers import Timers, tick_site
from acd.tests.factories import enter, make_csr, make_queue
from acd.tests.test_router import pending, state
from sessions.models import SupportSession
from sessions.tests.e2e.waiting import until
from supportsite.core.health import TIMERS_APPLICATION


def visit(site, queue):
    """A customer who waits, with a session."""
    entry = enter(site, queue)
    open_conversation(Contact.objects.get(pk=entry.contact_id), title=queue.name)
    return entry


def session_of(entry):
    return SupportSession.objects.get(contact__entries=entry)


@pytest.mark.django_db
def test_a_customer_who_waited_too_long_is_told_so_and_the_session_ends(site, clock):
    entry = visit(site, make_queue(site, max_wait_s=60))
    tick_site(site)
    assert session_of(entry).state == "waiting"
    clock.advance(seconds=60)
    tick_site(site)
    assert state(entry) == "timed_out"
    assert (session_of(entry).state, session_of(entry).end_reason) == ("ended", "unanswered")


@pytest.mark.django_db
def test_a_customer_who_stays_lost_ends_as_a_lost_connection(site, clock):
    entry = visit(site, make_queue(site))
    router.command(site, "lose_customer", entry.pk)
    clock.advance(seconds=60)
    tick_site(site)
    assert (state(entry), session_of(entry).end_reason) == ("abandoned", "orphaned")


@pytest.mark.django_db
def test_a_crash_between_the_queue_and_the_session_is_mended_once(site, clock):
    entry = visit(site, make_queue(site, max_wait_s=60))
    clock.advance(seconds=60)
    router.tick(site)
    assert session_of(entry).state == "waiting"
    assert end_unserved(site) == 1
    assert end_unserved(site) == 0
    assert session_of(entry).end_reason == "unanswered"


@pytest.mark.django_db
def test_a_transfer_that_comes_back_ends_nothing(site, clock):
    queue, other = make_queue(site), make_queue(site)
    giver = make_csr(site, queue)
    entry = visit(site, queue)
    router.accept(site, offer=pending(entry)[0].pk, csr=giver.pk)
    router.command(site, "transfer", entry.pk, queue=other.pk)
    clock.advance(seconds=121)
    router.heartbeat(site, csr=giver.pk, lease_s=30)
    tick_site(site)
    assert end_unserved(site) == 0
    assert session_of(entry).state == "waiting"
    assert state(entry) == "active"


@contextmanager
def running_timers():
    """A thread that runs the timers on connections of its own, as the process does."""
    stop = threading.Event()

    def run():
        Timers(stop.is_set).run()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def in_wrap(site, queue):
    """An entry whose wrap-up of one second has just begun."""
    csr = make_csr(site, queue)
    entry = enter(site, queue)
    router.accept(site, offer=pending(entry)[0].pk, csr=csr.pk)
    router.command(site, "finish", entry.pk)
    return QueueEntry.objects.get(pk=entry.pk)


def done(entry):
    return lambda: state(entry) == EntryState.DONE


@pytest.mark.django_db(transaction=True)
def test_a_deadline_is_met_within_a_quarter_of_a_second(site):
    queue = make_queue(site, wrapup_s=1)
    with running_timers():
        entry = in_wrap(site, queue)
        until(done(entry), "the wrap-up ended", 5)
    row = QueueEntry.objects.get(pk=entry.pk)
    assert timedelta(0) <= row.ended_at - entry.deadline_at < timedelta(seconds=0.25)


@pytest.mark.django_db(transaction=True)
def test_a_lost_wake_up_costs_a_second_and_raises_an_alarm(site):
    queue = make_queue(site, wrapup_s=1)
    entry = in_wrap(site, queue)
    SiteRouter.objects.filter(site=site).update(due_at=timezone.now() + timedelta(hours=1))
    with capture_logs() as logs, running_timers():
        until(lambda: "acd.timers.listening" in {line["event"] for line in logs}, "the timers listen", 5)
        until(lambda: SiteRouter.objects.get(site=site).due_at < timezone.now() + timedelta(minutes=1), "swept", 5)
        until(done(entry), "the wrap-up ended", 5)

        def alarmed():
            SiteRouter.objects.filter(site=site).update(due_at=timezone.now() - timedelta(seconds=2))
            return "acd.timers.wake_up_missed" in {line["event"] for line in logs}

        until(alarmed, "the alarm", 10, step=0.7)


@pytest.mark.django_db(transaction=True)
def test_timers_come_back_when_the_database_does_and_two_of_them_do_no_harm(site):
    queue = make_queue(site, wrapup_s=1)
    with capture_logs() as logs, running_timers(), running_timers():
        until(lambda: sum(line["event"] == "acd.timers.listening" for line in logs) == 2, "both listen", 5)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = %s",
                [TIMERS_APPLICATION],
            )
        entry = in_wrap(site, queue)
        until(done(entry), "the wrap-up ended", 8)
        until(lambda: sum(line["event"] == "acd.timers.listening" for line in logs) >= 4, "both listen again", 5)
    assert not [line for line in logs if line["event"] == "acd.timers.failed"]


@pytest.mark.django_db(transaction=True)
def test_the_probe_knows_whether_timers_live(site, client):
    assert client.get("/readyz").json()["timers"] is False
    with running_timers():
        until(lambda: client.get("/readyz").json()["timers"], "the timers live", 5)
