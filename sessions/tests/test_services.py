"""Each service keeps its promise, and its events tell the whole of it."""

import pytest

from sessions.models import SessionEvent
from sessions.services import chat, grants, lifecycle, notes, requests
from sessions.tests.scene import CONTROL, VIEW, Scene, verify_service
from supportsite.core.errors import AppError
from supportsite.protocol.base import Audience

pytestmark = pytest.mark.django_db


def types(scene):
    return [event.type for event in SessionEvent.objects.filter(support_session=scene.session).order_by("seq")]


def test_a_session_goes_from_start_to_end_with_every_step_in_its_log(site):
    scene = Scene.start(site)
    with verify_service(scene):
        customer = scene.join()
    assert scene.session.state == "active"
    with verify_service(scene):
        chat.send_message(customer, text="Hello", audience=Audience.EVERYONE, to=None, client_id="client-1")
    with verify_service(scene):
        request = scene.ask()
    assert request.via == "browser"
    with verify_service(scene):
        grant = grants.grant_request(customer, request.public_id, scope=None, epoch=None, signature=None)
    with verify_service(scene):
        grants.stop_grant(customer, grant.public_id, cause=None)
    with verify_service(scene):
        lifecycle.end_session(scene.csr)
    assert types(scene) == [
        "session.started",
        "participant.joined",
        "endpoint.connected",
        "participant.joined",
        "session.activated",
        "endpoint.connected",
        "chat.sent",
        "request.made",
        "request.granted",
        "grant.stopped",
        "session.ended",
    ]


def test_control_goes_only_through_a_support_manager_that_signs(site):
    scene = Scene.start(site)
    customer = scene.join()
    request = scene.ask(CONTROL)
    assert request.via == ""
    with pytest.raises(AppError, match="endpoint_unfit"):
        grants.grant_request(customer, request.public_id, scope=None, epoch=None, signature=None)
    with verify_service(scene):
        manager = scene.attach(customer)
    request.refresh_from_db()
    assert request.via == "support_manager"
    with pytest.raises(AppError, match="signature_invalid"):
        grants.grant_request(manager.access, request.public_id, scope=None, epoch=5, signature="AAAA" * 22)
    with verify_service(scene):
        grant = manager.grant(request)
    assert grant.epoch == 1
    with verify_service(scene):
        requests.stop_everything(customer)
    grant.refresh_from_db()
    assert (grant.state, grant.stop_cause) == ("stopped", "stop_everything")


def test_stopping_view_stops_control_and_not_the_reverse(site):
    scene = Scene.start(site)
    customer = scene.join()
    manager = scene.attach(customer)
    view, control = manager.grant(scene.ask(VIEW)), manager.grant(scene.ask(CONTROL))
    grants.stop_grant(scene.csr, control.public_id, cause=None)
    view.refresh_from_db()
    assert view.state == "active"
    manager.learn_epoch()
    control = manager.grant(scene.ask(CONTROL))
    with verify_service(scene):
        grants.stop_grant(customer, view.public_id, cause=None)
    control.refresh_from_db()
    assert control.state == "stopped"


def test_notes_are_for_csrs_and_refuse_what_was_not_seen(site):
    scene = Scene.start(site)
    customer = scene.join()
    with verify_service(scene):
        note = notes.save_note(scene.csr, text="calls about printer", base_version=0)
    assert note.version == 1
    with pytest.raises(AppError, match="note_conflict") as caught:
        notes.save_note(scene.csr, text="other", base_version=0)
    assert caught.value.data["note"]["text"] == "calls about printer"
    with pytest.raises(AppError, match="not_found"):
        notes.save_note(customer, text="mine", base_version=1)
