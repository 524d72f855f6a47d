"""A right that is taken away is taken away from live sessions too, not only from the next call."""

import pytest

from accounts.models import Site
from accounts.services import SYSTEM_ACTOR, change_access
from accounts.signals import access_changed
from accounts.tests.factories import MembershipFactory
from sessions.models import Participant
from sessions.services import joining, requests
from sessions.tests.scene import CONTROL, VIEW, Scene, verify_service
from supportsite.core.errors import AppError

pytestmark = pytest.mark.django_db


@pytest.fixture
def driven(site):
    """A session in which a CSR sees and operates, with a second open request and an assistant."""
    MembershipFactory(site=site, role="admin")
    scene = Scene.start(site)
    manager = scene.attach(scene.join())
    grants = [manager.grant(scene.ask(VIEW)), manager.grant(scene.ask(CONTROL))]
    return scene, grants, scene.assist()


def test_t9_a_csr_who_is_no_member_any_more_leaves_every_live_session_with_their_grants(
    driven, django_capture_on_commit_callbacks
):
    scene, grants, assistant = driven
    with verify_service(scene), django_capture_on_commit_callbacks(execute=True):
        change_access(scene.member, actor=SYSTEM_ACTOR, active=False)
    for grant in grants:
        grant.refresh_from_db()
        assert (grant.state, grant.stop_cause) == ("stopped", "participant_left")
    roles = {row.pk: (row.role, row.state) for row in Participant.objects.filter(support_session=scene.session)}
    assert roles[scene.csr.person.pk][1] == "left"
    assert roles[assistant.person.pk] == ("primary_csr", "joined")


def test_a_privilege_taken_away_ends_what_it_allowed_and_nothing_else(driven, django_capture_on_commit_callbacks):
    scene, (view, control), _ = driven
    with verify_service(scene), django_capture_on_commit_callbacks(execute=True):
        change_access(scene.member, actor=SYSTEM_ACTOR, privileges={"share.desktop.control": "deny"})
    view.refresh_from_db()
    control.refresh_from_db()
    assert (view.state, control.state) == ("active", "stopped")


def test_a_change_of_one_member_leaves_the_sessions_of_others_alone(driven, django_capture_on_commit_callbacks):
    _, grants, assistant = driven
    with django_capture_on_commit_callbacks(execute=True):
        change_access(assistant.person.membership, actor=SYSTEM_ACTOR, active=False)
    for grant in grants:
        grant.refresh_from_db()
        assert grant.state == "active"


def test_a_site_that_is_switched_off_ends_its_sessions(driven, site):
    scene, grants, _ = driven
    Site.objects.filter(pk=site.pk).update(active=False)
    access_changed.send(None, site_id=site.pk, user_id=None)
    assert (scene.session.state, scene.session.end_reason) == ("ended", "admin")
    grants[0].refresh_from_db()
    assert grants[0].state == "stopped"


def test_c8_a_secondary_customer_stops_nothing_of_the_primary(site):
    scene = Scene.start(site)
    scene.join()
    second = scene.join("Ben")
    joining.admit_participant(scene.csr, second.participant.public_id)
    request = scene.ask(VIEW)
    with pytest.raises(AppError, match="not_found"):
        requests.stop_everything(second)
    request.refresh_from_db()
    assert request.state == "requested"
