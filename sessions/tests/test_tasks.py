"""The tasks can be sent and run, each in its own site."""

import pytest
from django.core import mail

from sessions import tasks
from sessions.models import Invitation, InvitationChannel
from sessions.services.invitations import create_invitation
from sessions.tests.scene import Scene
from supportsite.celery import app

pytestmark = pytest.mark.django_db


def test_every_scheduled_task_of_ours_can_be_sent():
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        task = app.tasks[entry["task"]]
        assert (task.soft_time_limit or 0) <= (task.time_limit or 10_000)


def test_the_sweep_ends_unjoined_sessions_of_every_site(site, other_site, clock):
    from supportsite.core.tenancy import site_scope

    here = Scene.start(site)
    with site_scope(other_site):
        there = Scene.start(other_site)
    clock.advance(minutes=31)
    tasks.sweep()
    assert here.session.end_reason == "unjoined"
    with site_scope(other_site):
        assert there.session.end_reason == "unjoined"


def test_an_invitation_is_mailed_once_in_the_customers_language_and_its_address_forgotten(site):
    scene = Scene.start(site, customer_language="ja")
    create_invitation(scene.csr, channel=InvitationChannel.EMAIL, address="hannah@example.com", language="ja")
    invitation = Invitation.objects.get()
    tasks.mail_invitation(site_id=site.pk, invitation_id=invitation.pk)
    tasks.mail_invitation(site_id=site.pk, invitation_id=invitation.pk)
    assert len(mail.outbox) == 1
    assert mail.outbox[0].to == ["hannah@example.com"]
    number = scene.session.number
    assert f"{number[:3]}-{number[3:6]}-{number[6:]}" in mail.outbox[0].body
    invitation.refresh_from_db()
    assert invitation.address == ""
    assert "hannah" not in str(list(Invitation.objects.values()))
