"""What time does: silence, loss, grace, idleness. The clock is turned by hand."""

import pytest

from sessions.models import Endpoint, SessionEvent
from sessions.services import chat, lifecycle, presence, requests
from sessions.services.sweep import sweep_site
from sessions.tests.scene import CONTROL, Scene, verify_service
from supportsite.core.errors import AppError
from supportsite.protocol.base import Audience

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(site, clock):
    return Scene.start(site)


def sweep(scene):
    with verify_service(scene):
        sweep_site(scene.site)


def keep_alive(scene, clock, *accesses, minutes):
    """Let time pass while these people's sockets beat."""
    for _ in range(minutes * 6):
        clock.advance(seconds=10)
        for access in accesses:
            assert presence.renew_lease(access.endpoint, scene.sockets[access.endpoint.public_id])


def last(scene, kind):
    return SessionEvent.objects.filter(support_session=scene.session, type=kind).order_by("-seq").first()


def test_silence_is_a_denial_and_counts_for_the_pause(scene, clock):
    scene.join()
    for _ in range(3):
        request = scene.ask()
        clock.advance(seconds=59)
        sweep(scene)
        request.refresh_from_db()
        assert request.state == "requested"
        clock.advance(seconds=2)
        sweep(scene)
        request.refresh_from_db()
        assert request.state == "expired"
        resume(scene)
    with pytest.raises(AppError, match="capability_rests"):
        scene.ask()
    scene.ask(CONTROL)
    clock.advance(minutes=5)
    resume(scene)
    scene.ask()


def resume(scene):
    """Have everybody's sockets come back after the clock was turned."""
    for endpoint in Endpoint.objects.select_related("participant", "support_session"):
        scene.sockets[endpoint.public_id] = presence.connect_endpoint(endpoint)


def test_closing_the_console_suspends_and_coming_back_resumes(scene, clock):
    scene.join()
    scene.disconnect(scene.csr_tab)
    sweep(scene)
    assert scene.session.state == "active"
    clock.advance(seconds=11)
    sweep(scene)
    assert (scene.session.state, last(scene, "session.suspended").data["cause"]) == ("suspended", "csr_lost")
    with pytest.raises(AppError, match="session_not_active"):
        scene.ask()
    with verify_service(scene):
        scene.connect(scene.csr)
        resume(scene)
    assert scene.session.state == "active"


def test_a_customer_who_does_not_come_back_within_the_grace_ends_the_session(scene, clock):
    customer = scene.join()
    scene.disconnect(customer)
    clock.advance(seconds=11)
    sweep(scene)
    assert last(scene, "session.suspended").data["cause"] == "customer_lost"
    clock.advance(minutes=15)
    sweep(scene)
    assert scene.session.end_reason == "orphaned"


def test_the_lease_of_a_killed_server_runs_out(scene, clock):
    customer = scene.join()
    clock.advance(seconds=16)
    sweep(scene)
    customer.endpoint.refresh_from_db()
    assert not customer.endpoint.connected


def test_an_unjoined_session_ends_with_its_number(scene, clock):
    clock.advance(minutes=29)
    sweep(scene)
    assert scene.session.state == "waiting"
    clock.advance(minutes=1)
    sweep(scene)
    assert scene.session.end_reason == "unjoined"
    with pytest.raises(AppError, match="number_not_found"):
        scene.join()


def test_idleness_is_warned_two_minutes_before_and_any_act_takes_the_warning_back(scene, clock):
    customer = scene.join()
    keep_alive(scene, clock, customer, scene.csr_tab, minutes=27)
    sweep(scene)
    assert scene.session.idle_ends_at is None
    keep_alive(scene, clock, customer, scene.csr_tab, minutes=1)
    sweep(scene)
    assert scene.session.idle_ends_at == clock.at + scene.session.idle_ends_at.__class__.resolution * 120_000_000
    with verify_service(scene):
        chat.send_message(customer, text="here", audience=Audience.EVERYONE, to=None, client_id="c" * 8)
    assert scene.session.idle_ends_at is None
    keep_alive(scene, clock, customer, scene.csr_tab, minutes=28)
    sweep(scene)
    keep_alive(scene, clock, customer, scene.csr_tab, minutes=1)
    with verify_service(scene):
        lifecycle.keep_session(scene.csr)
    keep_alive(scene, clock, customer, scene.csr_tab, minutes=28)
    sweep(scene)
    keep_alive(scene, clock, customer, scene.csr_tab, minutes=2)
    sweep(scene)
    assert scene.session.end_reason == "idle"


def test_c6_a_lost_support_manager_rests_control_after_ten_seconds_and_ends_it_after_ten_minutes(scene, clock):
    customer = scene.join()
    manager = scene.attach(customer)
    view = manager.grant(scene.ask())
    control = manager.grant(scene.ask(CONTROL))
    scene.disconnect(manager.access)
    clock.advance(seconds=11)
    resume_people(scene, customer)
    sweep(scene)
    control.refresh_from_db()
    view.refresh_from_db()
    assert (control.state, view.state) == ("suspended", "active")
    clock.advance(seconds=50)
    resume_people(scene, customer)
    sweep(scene)
    view.refresh_from_db()
    assert view.state == "suspended"
    keep_alive(scene, clock, customer, scene.csr_tab, minutes=9)
    sweep(scene)
    view.refresh_from_db()
    assert (view.state, view.stop_cause) == ("stopped", "endpoint_lost")


def resume_people(scene, *accesses):
    for access in (scene.csr_tab, *accesses):
        scene.sockets[access.endpoint.public_id] = presence.connect_endpoint(access.endpoint)


def test_control_ends_after_an_hour_at_the_latest(scene, clock):
    customer = scene.join()
    manager = scene.attach(customer)
    control = manager.grant(scene.ask(CONTROL))
    keep_alive(scene, clock, customer, scene.csr_tab, manager.access, minutes=60)
    sweep(scene)
    control.refresh_from_db()
    assert (control.state, control.stop_cause) == ("stopped", "expired")


def test_a_request_that_ran_out_is_not_granted_even_before_the_sweep(scene, clock):
    from sessions.services import grants

    customer = scene.join()
    request = scene.ask()
    clock.advance(seconds=60)
    with pytest.raises(AppError, match="request_closed"):
        grants.grant_request(customer, request.public_id, scope=None, epoch=None, signature=None)
    assert requests.deny_request(customer, request.public_id).state == "denied"
