"""Other CSRs come in and take over: who may call, what an answer changes, what the customer is asked anew."""

import pytest

from accounts.actors import CsrActor
from accounts.tests.factories import MembershipFactory
from sessions.models import ActionRequest, Call, Grant
from sessions.selectors.lists import list_calls
from sessions.selectors.snapshot import get_snapshot
from sessions.services import presence
from sessions.services.calls import accept_call, call_csr, cancel_call, decline_call
from sessions.services.sweep import sweep_site
from sessions.tests.scene import CONTROL, VIEW, Scene, verify_service
from supportsite.core.errors import AppError
from supportsite.protocol.base import CallKind

pytestmark = pytest.mark.django_db
ASSIST, TAKE = CallKind.ASSIST, CallKind.CONTROL


def refused(work, *arguments, **named):
    with pytest.raises(AppError) as caught:
        work(*arguments, **named)
    return caught.value.code


def role(access):
    access.participant.refresh_from_db()
    return access.participant.role


def test_a_called_csr_comes_in_as_assistant(site, clock):
    scene = Scene.start(site)
    yuki = MembershipFactory(site=site)
    call = call_csr(scene.csr, kind=ASSIST, member=yuki.public_id, note="printer")
    assert [item["id"] for item in list_calls(yuki)] == [call.public_id]
    access = accept_call(CsrActor(yuki), scene.session.public_id, call.public_id)
    assert role(access) == "assisting_csr"
    assert list_calls(yuki) == []
    assert refused(accept_call, CsrActor(yuki), scene.session.public_id, call.public_id) == "call_closed"


def test_a_call_that_nobody_answers_ends_after_a_minute(site, clock):
    scene = Scene.start(site)
    yuki = MembershipFactory(site=site)
    call = call_csr(scene.csr, kind=ASSIST, member=yuki.public_id)
    assert refused(call_csr, scene.csr, kind=ASSIST, member=yuki.public_id) == "call_open"
    clock.advance(seconds=61)
    assert refused(accept_call, CsrActor(yuki), scene.session.public_id, call.public_id) == "call_closed"
    sweep_site(site)
    call.refresh_from_db()
    assert call.outcome == "expired"
    assert get_snapshot(scene.csr, language="en").calls == []


def test_only_the_called_csr_answers_and_only_the_caller_takes_it_back(site, clock):
    scene = Scene.start(site)
    yuki, other = MembershipFactory(site=site), MembershipFactory(site=site)
    call = call_csr(scene.csr, kind=ASSIST, member=yuki.public_id)
    assert refused(accept_call, CsrActor(other), scene.session.public_id, call.public_id) == "not_found"
    assert refused(decline_call, CsrActor(other), scene.session.public_id, call.public_id) == "not_found"
    helper = scene.assist()
    assert refused(cancel_call, helper, call.public_id) == "not_primary_csr"
    cancel_call(scene.csr, call.public_id)
    call.refresh_from_db()
    assert call.outcome == "cancelled"


def test_passing_control_swaps_the_roles_and_back(site, clock):
    scene = Scene.start(site)
    scene.join()
    helper = scene.assist()
    member = helper.participant.membership
    call = call_csr(scene.csr, kind=TAKE, member=member.public_id)
    accept_call(CsrActor(member), scene.session.public_id, call.public_id)
    assert (role(scene.csr), role(helper)) == ("assisting_csr", "primary_csr")
    back = call_csr(helper, kind=TAKE, member=scene.member.public_id)
    accept_call(CsrActor(scene.member), scene.session.public_id, back.public_id)
    assert (role(scene.csr), role(helper)) == ("primary_csr", "assisting_csr")


def test_control_of_the_customers_computer_waits_for_the_customer_when_it_is_passed(site, clock):
    scene = Scene.start(site)
    manager = scene.attach(scene.join())
    control = manager.grant(scene.ask(CONTROL))
    helper = scene.assist()
    member = helper.participant.membership
    with verify_service(scene):
        call = call_csr(scene.csr, kind=TAKE, member=member.public_id)
    with verify_service(scene):
        accept_call(CsrActor(member), scene.session.public_id, call.public_id)
    control.refresh_from_db()
    assert (control.state, control.stop_cause) == ("stopped", "passed")
    asked = ActionRequest.objects.get(support_session=scene.session, state="requested", capability=CONTROL)
    assert (asked.requester, asked.operator) == (helper.participant, helper.participant)
    assert Grant.objects.filter(support_session=scene.session, capability=CONTROL, state="active").count() == 0


def test_viewing_goes_on_when_control_is_passed_and_the_new_primary_may_stop_it(site, clock):
    from sessions.services.grants import stop_grant

    scene = Scene.start(site)
    manager = scene.attach(scene.join())
    view = manager.grant(scene.ask(VIEW))
    helper = scene.assist()
    assert refused(stop_grant, helper, view.public_id, cause=None) == "not_found"
    member = helper.participant.membership
    call = call_csr(scene.csr, kind=TAKE, member=member.public_id)
    accept_call(CsrActor(member), scene.session.public_id, call.public_id)
    view.refresh_from_db()
    assert view.state == "active"
    helper.participant.refresh_from_db()
    stop_grant(helper, view.public_id, cause=None)
    view.refresh_from_db()
    assert view.state == "stopped"


def test_only_an_assistant_who_is_inside_can_be_given_control(site, clock):
    scene = Scene.start(site)
    outside = MembershipFactory(site=site)
    assert refused(call_csr, scene.csr, kind=TAKE, member=outside.public_id) == "invalid"
    helper = scene.assist()
    assert refused(call_csr, scene.csr, kind=ASSIST, member=helper.participant.membership.public_id) == "invalid"
    assert refused(call_csr, scene.csr, kind=ASSIST, member=scene.member.public_id) == "invalid"


def test_a_caller_who_goes_takes_their_calls_back(site, clock):
    from sessions.services.lifecycle import end_session

    scene = Scene.start(site)
    yuki = MembershipFactory(site=site)
    call = call_csr(scene.csr, kind=ASSIST, member=yuki.public_id)
    end_session(scene.csr)
    assert Call.objects.get(pk=call.pk).outcome == "cancelled"


def test_an_assistant_becomes_primary_when_the_primary_is_away_for_a_minute(site, clock):
    scene = Scene.start(site)
    there = [scene.join(), scene.assist()]
    scene.disconnect(scene.csr_tab)
    for second in range(10, 70, 10):
        assert role(there[1]) == "assisting_csr", second
        clock.advance(seconds=10.1)
        for access in there:
            presence.renew_lease(access.endpoint, scene.sockets[access.endpoint.public_id])
        sweep_site(site)
    assert (role(scene.csr), role(there[1])) == ("assisting_csr", "primary_csr")
