"""A CSR's own Support Manager is her computer, not her: it is shown, and it neither reads nor acts as a CSR."""

import pytest

from accounts.services import SYSTEM_ACTOR, change_access
from accounts.tests.factories import MembershipFactory
from sessions.models import AttachPurpose, Endpoint
from sessions.selectors.access import find_endpoint_by_secret
from sessions.selectors.log import read_log
from sessions.selectors.receipt import get_receipt
from sessions.selectors.snapshot import get_snapshot
from sessions.services import attach, chat, grants, invitations, joining, lifecycle, notes, requests
from sessions.services.sweep import sweep_site
from sessions.tests import callers
from sessions.tests.scene import CONTROL, VIEW, verify_service
from sessions.tests.test_capabilities import Stage
from supportsite.core.errors import AppError
from supportsite.protocol.base import Audience, Capability, StopCause
from supportsite.protocol.objects import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(site):
    return Stage(site)


def write_secrets(stage):
    """Say what only CSRs may read, and what only one person may."""
    scene = stage.scene
    chat.send_message(scene.csr, text="for-csrs", audience=Audience.CSRS, to=None, client_id="a" * 8)
    to = scene.csr.person.public_id
    chat.send_message(stage.customer, text="for-her", audience=Audience.PARTICIPANT, to=to, client_id="b" * 8)
    chat.send_message(scene.csr, text="for-all", audience=Audience.EVERYONE, to=None, client_id="c" * 8)
    notes.save_note(scene.csr, text="the-note", base_version=0)
    scene.join("Waiting")


def test_it_reads_what_a_customer_may_read_and_no_more(stage):
    write_secrets(stage)
    computer = stage.computer.access
    snapshot = get_snapshot(computer, language="en")
    receipt = get_receipt(computer, language="en")
    events, _ = read_log(computer, after=0, limit=500)
    assert snapshot.me == stage.scene.csr.person.public_id
    assert (snapshot.number, snapshot.number_expires_at, snapshot.note, snapshot.tracking) == (None, None, None, {})
    assert [message.text for message in snapshot.messages] == ["for-all"]
    assert "Waiting" not in [person.name for person in snapshot.participants]
    said = f"{snapshot.model_dump()}{receipt}{events}"
    assert "for-all" in said
    for secret in ("for-csrs", "for-her", "the-note", "Waiting", stage.scene.session.number):
        assert secret not in said


def test_it_neither_speaks_nor_acts_in_the_csrs_name(stage):
    scene, computer = stage.scene, stage.computer.access
    waiting = scene.join("Waiting").person.public_id
    seq = scene.session.seq
    acts = [
        lambda: chat.send_message(computer, text="x", audience=Audience.EVERYONE, to=None, client_id="x" * 8),
        lambda: notes.save_note(computer, text="x", base_version=0),
        lambda: invitations.create_invitation(computer, channel="phone", address="", language="en"),
        lambda: joining.admit_participant(computer, waiting),
        lambda: joining.refuse_participant(computer, waiting),
        lambda: lifecycle.end_session(computer),
        lambda: lifecycle.leave_session(computer),
        lambda: lifecycle.keep_session(computer),
        lambda: attach.create_attach_code(computer, purpose=AttachPurpose.SUPPORT_MANAGER),
        lambda: requests.stop_everything(computer),
        lambda: requests.make_request(computer, capability=VIEW, scope=Scope()),
    ]
    for act in acts:
        with pytest.raises(AppError) as caught:
            act()
        assert caught.value.status in {403, 404}
    assert scene.session.seq == seq


def test_it_answers_and_stops_nothing_but_what_it_is_the_source_of(stage):
    scene, computer = stage.scene, stage.computer.access
    view = stage.give(VIEW)
    control = scene.ask(CONTROL)
    page = scene.offer(Capability.SHARE_VIEW_DESKTOP, scene.csr_tab, stage.customer)
    for request in (control, page):
        for act in (requests.show_request, requests.deny_request, requests.cancel_request, requests.accept_request):
            with pytest.raises(AppError, match="not_found"):
                act(computer, request.public_id)
        with pytest.raises(AppError, match="not_found"):
            stage.computer.grant(request)
    shown = scene.give_from_page(page)
    for grant in (view, shown):
        for act in (
            lambda target: grants.stop_grant(computer, target.public_id, cause=None),
            lambda target: grants.suspend_grant(computer, target.public_id, cause=StopCause.IDLE, epoch=9),
            lambda target: grants.resume_grant(computer, target.public_id, epoch=9),
            lambda target: grants.record_first_use(computer, target.public_id),
        ):
            with pytest.raises(AppError, match="not_found"):
                act(grant)


def test_what_it_gives_it_reports_rests_resumes_and_stops(stage):
    computer = stage.computer
    request = stage.scene.offer(Capability.SHARE_CONTROL_DESKTOP, computer.access, stage.customer)
    with verify_service(stage.scene):
        requests.show_request(computer.access, request.public_id)
    grant = computer.grant(request)
    with verify_service(stage.scene):
        grants.record_first_use(computer.access, grant.public_id)
        grants.suspend_grant(computer.access, grant.public_id, cause=StopCause.CONNECTION_LOST, epoch=5)
        grants.resume_grant(computer.access, grant.public_id, epoch=7)
        grants.record_refusals(computer.access, reason="epoch", count=2)
        grants.stop_grant(computer.access, grant.public_id, cause=None)
    grant.refresh_from_db()
    assert (grant.state, grant.stop_cause) == ("stopped", "owner_stop")


def test_the_routes_refuse_it_whatever_else_a_csr_may(stage):
    scene = stage.scene
    call = callers.manager(scene.site, stage.computer)
    one = f"sessions/{scene.session.public_id}/"
    waiting = scene.join("Waiting").person.public_id
    refused = [
        ("GET", f"{one}note/"),
        ("PUT", f"{one}note/"),
        ("POST", f"{one}messages/"),
        ("POST", f"{one}invitations/"),
        ("POST", f"{one}attach-codes/"),
        ("POST", f"{one}participants/{waiting}/admit/"),
        ("POST", f"{one}participants/{waiting}/refuse/"),
        ("POST", f"{one}requests/"),
        ("POST", f"{one}options/"),
        ("POST", f"{one}keep/"),
        ("POST", f"{one}stop/"),
        ("POST", f"{one}leave/"),
        ("POST", f"{one}end/"),
        ("GET", "sessions/"),
        ("POST", "sessions/"),
        ("GET", "me/"),
    ]
    for method, path in refused:
        assert call(method, path).status_code in {401, 403}, path
    for method, path in (("GET", one), ("GET", f"{one}events/"), ("GET", f"{one}ice/")):
        assert call(method, path).status_code == 200, path


def test_its_code_is_for_a_support_manager_only_and_tells_whose_computer_it_is(stage):
    scene = stage.scene
    call = callers.member(scene.site, scene.member)
    path = f"sessions/{scene.session.public_id}/attach-codes/"
    assert call("POST", path, {"purpose": "device"}).json()["code"] == "invalid"
    code = call("POST", path, {"purpose": "support_manager"}).json()["code"]
    body = {"code": code, "public_key": "A" * 43 + "=", "label": "Linux"}
    answer = callers.anonymous(scene.site)("POST", "agent/attach/", body)
    assert answer.status_code == 201
    session = answer.json()["session"]
    me = next(person for person in session["participants"] if person["id"] == session["me"])
    assert (me["role"], session["number"], session["note"]) == ("primary_csr", None, None)


def test_no_cookie_makes_a_page_of_it(stage):
    from django.test import RequestFactory

    from accounts.secret_tokens import hash_secret
    from sessions.authentication import find_customer_endpoint

    tab = stage.scene.csr_tab.endpoint
    Endpoint.objects.filter(pk=tab.pk).update(secret_hash=hash_secret("stolen"))
    request = RequestFactory().get("/")
    request.COOKIES["participant"] = "stolen"
    assert find_customer_endpoint(request) is None


def test_a_csr_who_lost_her_access_has_no_computer_in_the_session(stage, django_capture_on_commit_callbacks):
    from accounts.secret_tokens import hash_secret

    MembershipFactory(site=stage.scene.site, role="admin")
    Endpoint.objects.filter(pk=stage.computer.access.endpoint.pk).update(secret_hash=hash_secret("sm_x"))
    assert find_endpoint_by_secret(hash_secret("sm_x")) is not None
    with django_capture_on_commit_callbacks(execute=True):
        change_access(stage.scene.member, actor=SYSTEM_ACTOR, active=False)
    assert find_endpoint_by_secret(hash_secret("sm_x")) is None


def test_the_computer_alone_does_not_keep_a_csr_present(site, clock):
    stage = Stage(site)
    scene = stage.scene
    lifecycle.leave_session(stage.assistant)
    scene.disconnect(scene.csr_tab)
    clock.advance(seconds=11)
    for access in (stage.customer, stage.computer.access):
        scene.connect(access)
    with verify_service(scene):
        sweep_site(site)
    assert scene.session.state == "suspended"
    with verify_service(scene):
        scene.connect(stage.computer.access)
    assert scene.session.state == "suspended"
