"""How many customers a CSR serves at once: mode, limits, and what counts."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from accounts.actors import CsrActor
from accounts.models import Membership, SiteSettings
from accounts.tests.factories import MembershipFactory, SessionTypeFactory
from sessions.models import SupportSession
from sessions.services import joining, lifecycle
from sessions.services.slots import count_taken_slots, require_free_slot
from sessions.tests.scene import Scene, new_address
from supportsite.core.errors import AppError
from supportsite.core.tenancy import site_scope

ALLOWED, DENIED = {"session.multi": "allow"}, {"session.multi": "deny"}
pytestmark = pytest.mark.django_db


def start(member, kind=None):
    kind = kind or SessionTypeFactory(site=member.site)
    return lifecycle.start_outbound_session(
        CsrActor(member), site=member.site, session_type=kind.public_id, tracking={}, customer_language="en"
    )


def set_site(site, **fields):
    SiteSettings.objects.filter(site=site).update(**fields)


def started(member):
    """How many sessions the member gets until the next one is refused, and with what."""
    for count in range(30):
        try:
            start(member)
        except AppError as error:
            return count, error
    raise AssertionError("no limit")


def test_single_session_mode_refuses_the_second_start_with_the_reason(site):
    set_site(site, session_mode="single")
    count, error = started(MembershipFactory(site=site))
    assert count == 1
    assert (error.code, error.status, error.data) == ("single_session", 409, {"limit": 1, "used": 1})


def test_a_refused_start_leaves_no_session_behind(site):
    set_site(site, session_mode="single")
    started(MembershipFactory(site=site))
    assert SupportSession.objects.count() == 1


@pytest.mark.parametrize(
    ("of_site", "of_person", "expected"),
    [
        ({"session_limit": 3}, {}, (3, "session_limit")),
        ({"session_limit": 3}, {"session_limit": 4}, (4, "session_limit")),
        ({"session_limit": 4}, {"session_limit": 2}, (2, "session_limit")),
        ({"session_mode": "single"}, {"session_limit": 4}, (1, "single_session")),
        (
            {"session_mode": "single"},
            {"privileges": {"session.multi": "allow"}, "session_limit": 2},
            (2, "session_limit"),
        ),
        ({}, {"privileges": {"session.multi": "deny"}}, (1, "single_session")),
        ({"privileges": {"session.multi": "deny"}}, {"privileges": {"session.multi": "allow"}}, (1, "single_session")),
    ],
    ids=str,
)
def test_the_limit_is_that_of_the_person_then_that_of_the_site_and_a_denial_wins(site, of_site, of_person, expected):
    set_site(site, **of_site)
    count, error = started(MembershipFactory(site=site, **of_person))
    assert (count, error.code) == expected
    assert error.data == {"limit": count, "used": count}


def test_an_ended_session_frees_its_slot(site):
    set_site(site, session_mode="single")
    member = MembershipFactory(site=site)
    access = start(member)
    lifecycle.end_session(access)
    assert count_taken_slots(member) == 0
    start(member)


def test_assisting_takes_no_slot_and_becoming_primary_does(site):
    set_site(site, session_mode="single")
    scene = Scene.start(site)
    member = MembershipFactory(site=site)
    number = scene.session.number
    joining.join_as_csr(CsrActor(member), site=site, number=number, address=new_address())
    assert count_taken_slots(member) == 0
    start(member)
    assert count_taken_slots(member) == 1


def test_a_csr_without_a_slot_does_not_come_in_as_primary(site):
    set_site(site, session_mode="single")
    scene = Scene.start(site)
    scene.join()
    lifecycle.leave_session(scene.csr)
    busy, free = MembershipFactory(site=site), MembershipFactory(site=site)
    start(busy)
    with pytest.raises(AppError, match="single_session"):
        joining.join_as_csr(CsrActor(busy), site=site, number=scene.session.number, address=new_address())
    assert count_taken_slots(busy) == 1
    access = joining.join_as_csr(CsrActor(free), site=site, number=scene.session.number, address=new_address())
    assert access.person.role == "primary_csr"


def test_the_last_assistant_takes_over_although_the_limit_is_reached(site):
    set_site(site, session_mode="single")
    scene = Scene.start(site)
    scene.join()
    assistant = scene.assist()
    start(assistant.person.membership)
    lifecycle.leave_session(scene.csr)
    assistant.person.refresh_from_db()
    assert assistant.person.role == "primary_csr"
    assert count_taken_slots(assistant.person.membership) == 2


def test_what_an_app_above_holds_back_counts(site):
    set_site(site, session_limit=3)
    member = MembershipFactory(site=site)
    start(member)
    with transaction.atomic():
        require_free_slot(member, reserved=lambda: 1)
        with pytest.raises(AppError) as refusal:
            require_free_slot(member, reserved=lambda: 2)
    assert refusal.value.data == {"limit": 3, "used": 3}


@pytest.mark.django_db(transaction=True)
def test_a_second_start_waits_for_the_first_and_then_counts_it(site):
    set_site(site, session_mode="single")
    member = Membership.objects.select_related("site", "user").get(pk=MembershipFactory(site=site).pk)
    kind = SessionTypeFactory(site=site)

    def impatient_start():
        try:
            with site_scope(site), transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '50ms'")
                start(member, kind)
        except OperationalError as error:
            return str(error)
        except AppError as error:
            return error.code
        finally:
            connection.close()
        return "started"

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            start(member, kind)
            assert "lock timeout" in pool.submit(impatient_start).result(30)
        assert pool.submit(impatient_start).result(30) == "single_session"
    assert SupportSession.objects.count() == 1


def test_the_limit_does_not_leak_to_another_member_or_site(site, other_site):
    set_site(site, session_mode="single")
    with site_scope(other_site):
        set_site(other_site, session_limit=3)
        assert started(MembershipFactory(site=other_site))[0] == 3
    first, second = MembershipFactory(site=site), MembershipFactory(site=site)
    assert (started(first)[0], started(second)[0]) == (1, 1)
