"""Coming in, waiting, leaving, attaching: who gets where, and what they may know."""

import pytest

from accounts.models import Site
from accounts.tests.factories import MembershipFactory
from sessions.models import AttachCode, AttachPurpose, Endpoint, SupportSession
from sessions.selectors.log import read_log
from sessions.selectors.receipt import get_receipt
from sessions.selectors.snapshot import get_snapshot
from sessions.services import attach, chat, grants, joining, lifecycle
from sessions.tests.scene import CONTROL, Scene, new_address, verify_service
from supportsite.core.errors import AppError
from supportsite.core.tenancy import site_scope
from supportsite.protocol.base import Audience

pytestmark = pytest.mark.django_db


def join(site, number, *, address=None, known=None, name="Hannah"):
    return joining.join_as_customer(
        site=site, number=number, name=name, language="en", address=address or new_address(), label="", known=known
    )


def test_the_first_joiner_is_primary_and_later_ones_wait_until_the_csr_admits_them(site):
    scene = Scene.start(site)
    first = scene.join()
    with verify_service(scene):
        second = scene.join("Ben")
    assert (first.participant.role, second.participant.state) == ("primary_customer", "lobby")
    assert len(second.participant.match_number) == 2
    chat.send_message(first, text="private", audience=Audience.EVERYONE, to=None, client_id="c" * 8)
    seen = get_snapshot(second, language="en")
    assert (seen.messages, len(seen.participants), seen.number) == ([], 1, None)
    with pytest.raises(AppError, match="not_primary_csr"):
        joining.admit_participant(first, second.participant.public_id)
    with verify_service(scene):
        joining.admit_participant(scene.csr, second.participant.public_id)
    second.participant.refresh_from_db()
    assert len(get_snapshot(second, language="en").messages) == 1


def test_who_is_let_in_while_they_read_learns_of_it(site):
    """A reader looked up before the letting in, and the log or the snapshot read after it."""
    scene = Scene.start(site)
    scene.join()
    looked_up = scene.join("Ben")
    before = get_snapshot(looked_up, language="en")
    joining.admit_participant(scene.csr, looked_up.participant.public_id)
    assert looked_up.person.state == "lobby"
    events, reader = read_log(looked_up, after=before.seq, limit=500)
    assert [event["type"] for event in events] == ["participant.joined"]
    assert reader.state == "joined"
    assert len(get_snapshot(looked_up, language="en").participants) == 3


def test_who_was_never_let_in_learns_no_name_from_the_receipt(site):
    scene = Scene.start(site)
    scene.join("Hannah")
    receipt = get_receipt(scene.join("Ben"), language="en")
    assert receipt["csrs"] == []
    assert [item["text"] for item in receipt["items"]] == ["Ben waited to be let in."]


def test_the_same_browser_joining_again_is_the_same_participant(site):
    scene = Scene.start(site)
    first = join(site, scene.session.number)
    again = join(site, scene.session.number, known=first.access.endpoint)
    assert again.secret is None
    assert again.access.participant == first.access.participant


def test_t3_wrong_expired_used_and_foreign_numbers_look_the_same(site, other_site, clock):
    with site_scope(other_site):
        foreign = Scene.start(other_site).session.number
    ended = Scene.start(site)
    lifecycle.end_session(ended.csr)
    expired = Scene.start(site)
    SupportSession.objects.filter(pk=expired.session.pk).update(number_expires_at=clock.at)
    answers = set()
    for number in (foreign, ended.session.number, expired.session.number, "000000000", "12", "x" * 50, "' OR 1=1 --"):
        with pytest.raises(AppError) as caught:
            join(site, number)
        answers.add((caught.value.code, caught.value.status, str(caught.value.data)))
    assert answers == {("number_not_found", 404, "{}")}


def test_t3_guessing_is_limited_per_address_and_the_wait_grows(site, clock):
    address, codes, waits = new_address(), [], []
    for _ in range(15):
        with pytest.raises(AppError) as caught:
            join(site, "000000000", address=address)
        codes.append(caught.value.code)
        waits.append(caught.value.data.get("retry_after_s", 0))
        clock.advance(seconds=waits[-1] or 6)
    judged = [wait for wait in waits if wait]
    assert codes[:6] == ["number_not_found"] * 6
    assert judged == sorted(judged)
    assert judged[-1] >= 40


def test_t3_ten_thousand_guesses_from_200_addresses_are_judged_300_times_a_minute_at_most(site, clock):
    judged = 0
    for guess in range(2000):
        with pytest.raises(AppError) as caught:
            join(site, f"{guess:09d}", address=f"192.0.2.{guess % 200}")
        judged += caught.value.code == "number_not_found"
    assert judged <= 60  # the site's own limit is the first of the three


def test_a_session_that_ended_lets_nobody_in_and_keeps_its_log(site):
    scene = Scene.start(site)
    customer = scene.join()
    with verify_service(scene):
        lifecycle.leave_session(customer)
    assert scene.session.end_reason == "customer_leave"
    seq = scene.session.seq
    scene.disconnect(customer)
    assert scene.session.seq == seq
    with pytest.raises(AppError, match="session_ended"):
        chat.send_message(customer, text="late", audience=Audience.EVERYONE, to=None, client_id="c" * 8)


def test_when_the_primary_csr_leaves_the_longest_present_assistant_takes_over(site):
    scene = Scene.start(site)
    scene.join()
    assistant, _ = scene.assist(), scene.assist()
    with verify_service(scene):
        lifecycle.leave_session(scene.csr)
    assistant.participant.refresh_from_db()
    assert assistant.participant.role == "primary_csr"


def test_c7_only_the_primary_csr_asks_and_a_leaving_csr_takes_their_grants_along(site):
    scene = Scene.start(site)
    customer = scene.join()
    assistant = scene.assist()
    from sessions.services import requests
    from supportsite.protocol.objects import Scope

    with pytest.raises(AppError, match="not_primary_csr"):
        requests.make_request(assistant, capability=CONTROL, scope=Scope())
    grant = scene.attach(customer).grant(scene.ask(CONTROL))
    with verify_service(scene):
        lifecycle.leave_session(scene.csr)
    grant.refresh_from_db()
    assert (grant.state, grant.stop_cause) == ("stopped", "participant_left")


def test_c8_a_secondary_customer_grants_nothing(site):
    scene = Scene.start(site)
    scene.join()
    second = scene.join("Ben")
    joining.admit_participant(scene.csr, second.participant.public_id)
    request = scene.ask()
    with pytest.raises(AppError, match="not_found"):
        grants.grant_request(second, request.public_id, scope=None, epoch=None, signature=None)


def test_t4_an_attach_code_works_once_for_its_purpose_and_ten_minutes(site, clock):
    scene = Scene.start(site)
    customer = scene.join()
    code, _ = attach.create_attach_code(customer, purpose=AttachPurpose.DEVICE)
    with pytest.raises(AppError, match="code_invalid"):
        attach.attach_support_manager(site=site, code=code, public_key="A" * 43 + "=", label="", address=new_address())
    attached = attach.redeem_device_code(site=site, code=code.lower(), label="", address=new_address())
    assert attached.access.participant == customer.participant
    with pytest.raises(AppError, match="code_invalid"):
        attach.redeem_device_code(site=site, code=code, label="", address=new_address())
    late, _ = attach.create_attach_code(customer, purpose=AttachPurpose.DEVICE)
    clock.advance(minutes=10)
    with pytest.raises(AppError, match="code_invalid"):
        attach.redeem_device_code(site=site, code=late, label="", address=new_address())
    assert code.replace("-", "") not in str(list(AttachCode.objects.values()))


def test_a_newer_support_manager_replaces_the_older_and_stops_its_grants(site):
    scene = Scene.start(site)
    customer = scene.join()
    older = scene.attach(customer)
    grant = older.grant(scene.ask(CONTROL))
    with verify_service(scene):
        scene.attach(customer)
    grant.refresh_from_db()
    assert (grant.state, grant.stop_cause) == ("stopped", "superseded")
    assert Endpoint.objects.get(pk=older.access.endpoint.pk).replaced_at is not None
    with pytest.raises(AppError, match="not_found"):
        older.grant(scene.ask(CONTROL))


def test_one_screen_share_at_a_time_a_new_source_stops_the_old(site):
    scene = Scene.start(site)
    customer = scene.join()
    view = grants.grant_request(customer, scene.ask().public_id, scope=None, epoch=None, signature=None)
    manager = scene.attach(customer)
    with verify_service(scene):
        manager.grant(scene.ask(CONTROL))
    view.refresh_from_db()
    assert (view.state, view.stop_cause) == ("stopped", "superseded")


def test_t2_an_unverified_site_can_only_view_and_starts_three_sessions_a_day(site):
    Site.objects.filter(pk=site.pk).update(verified=False)
    site.refresh_from_db()
    scene = Scene.start(site)
    customer = scene.join()
    with pytest.raises(AppError, match="site_unverified"):
        scene.ask(CONTROL)
    grant = grants.grant_request(customer, scene.ask().public_id, scope=None, epoch=None, signature=None)
    assert grant.not_after is not None
    Scene.start(site)
    Scene.start(site)
    with pytest.raises(AppError, match="site_unverified"):
        Scene.start(site)


def test_a_member_who_was_denied_the_privilege_asks_for_nothing(site):
    scene = Scene.start(site)
    scene.join()
    scene.member.privileges = {"share.desktop.view": "deny"}
    scene.member.save()
    with pytest.raises(AppError, match="privilege_missing"):
        scene.ask()
    scene.ask(CONTROL)
    barred = MembershipFactory(site=site, privileges={"session.start_outbound": "deny"})
    from accounts.actors import CsrActor

    with pytest.raises(AppError, match="privilege_missing"):
        lifecycle.start_outbound_session(
            CsrActor(barred), site=site, session_type="x", tracking={}, customer_language="en"
        )
