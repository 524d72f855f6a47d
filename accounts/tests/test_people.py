"""Members, sites, staff sessions, validators, the demo."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django_scopes.exceptions import ScopeError
from hypothesis import given
from hypothesis import strategies as st

from accounts import models
from accounts.models import AuditEntry, Membership, Role, Site, SiteSettings, StaffSession, User
from accounts.selectors import access_membership, find_site, find_staff_session
from accounts.services import (
    SYSTEM_ACTOR,
    change_access,
    create_site,
    end_staff_session,
    invite_member,
    start_staff_session,
)
from accounts.signals import access_changed
from accounts.tests.factories import MembershipFactory, SessionTypeFactory, UserFactory
from accounts.validators import contrast_with_white, validate_accent, validate_choices, validate_host
from supportsite.core.errors import AppError
from supportsite.core.tenancy import site_scope

OWNED = [model for model in vars(models).values() if isinstance(model, type) and issubclass(model, models.SiteOwned)]
TABLES = sorted(model._meta.db_table for model in OWNED if not model._meta.abstract)


@pytest.mark.parametrize("table", TABLES)
def test_checklist_3_without_a_site_the_database_shows_no_row(site, table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = %s", [table])
        assert cursor.fetchone() == (True, True)


@pytest.mark.django_db
def test_rows_of_a_site_cannot_be_asked_for_outside_of_a_scope():
    with pytest.raises(ScopeError):
        Membership.objects.count()


def test_T11_raw_sql_sees_no_row_of_another_site(site, other_site):
    MembershipFactory(site=other_site)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_membership")
        assert cursor.fetchone() == (0,)


def test_T11_a_row_cannot_be_written_into_another_site(site, other_site):
    with pytest.raises(Exception, match="row-level security"), transaction.atomic():
        models.SessionType.objects.create(site=other_site, name="Smuggled")


def test_access_to_a_membership_is_refused_like_a_missing_one(site, other_site):
    stranger = MembershipFactory(site=other_site).user
    with pytest.raises(AppError) as refused:
        access_membership(stranger, site)
    assert (refused.value.code, refused.value.status) == ("not_found", 404)


def test_a_site_is_found_by_its_exact_host_only(site):
    assert find_site("TESTSERVER") == site
    assert find_site("sub.testserver") is None
    site.active = False
    site.save()
    assert find_site("testserver") is None


def test_create_site_makes_all_that_it_needs(db):
    site, admin = create_site(host="new.example", name="New", admin_email="A@New.example", admin_name="Ada")
    with site_scope(site):
        assert SiteSettings.objects.get().number_life_min == 30
        assert models.SessionType.objects.count() == 1
        assert Membership.objects.get() == admin
        assert AuditEntry.objects.get().type == "site.created"
    assert admin.user.email == "a@new.example"
    assert not admin.user.has_usable_password()
    assert not site.verified


@pytest.mark.parametrize(
    "host", ["Bad Host", "https://x.example", "x.example:8000", "-x.example", "", "a" * 64 + ".jp"]
)
def test_create_site_refuses_what_is_no_host(db, host):
    with pytest.raises(ValidationError):
        create_site(host=host, name="New", admin_email="a@new.example", admin_name="Ada")
    assert not Site.objects.exists()


def test_create_site_on_the_command_line(db, monkeypatch, capsys):
    monkeypatch.setenv("SITE_ADMIN_PASSWORD", "correct horse battery")
    arguments = ["create_site", "cli.example", "Cli", "--admin-email", "a@cli.example", "--admin-name", "Ada"]
    call_command(*arguments)
    assert "cli.example" in capsys.readouterr().out
    assert User.objects.get(email="a@cli.example").check_password("correct horse battery")
    with pytest.raises(CommandError):
        call_command(*arguments)


def test_the_demo_can_be_made_again_and_again(db, capsys):
    call_command("create_demo")
    first = json.loads(capsys.readouterr().out)
    call_command("create_demo")
    second = json.loads(capsys.readouterr().out)
    assert first["accounts"] == second["accounts"]
    assert User.objects.count() == len(first["accounts"])
    assert [site.host for site in Site.objects.all()] == ["localhost", "second.localhost"]
    with site_scope(Site.objects.get(host="localhost")):
        assert models.ApiToken.objects.filter(revoked_at=None).count() == 1
    for account in first["accounts"]:
        assert User.objects.get(email=account["email"]).check_password(account["password"])


def test_the_same_address_in_another_case_is_the_same_person(db):
    UserFactory(email="a@example.com")
    with pytest.raises(ValidationError):
        User.objects.create_user("A@Example.com", name="Twin")
    with pytest.raises(IntegrityError), transaction.atomic():
        User(email="B@example.com", name="Loud").save()


def test_a_member_is_invited_once(site):
    invite: dict[str, Any] = {
        "email": "n@example.com",
        "name": "Nina",
        "role": "csr",
        "language": "en",
        "actor": SYSTEM_ACTOR,
    }
    invite_member(site, **invite)
    with pytest.raises(ValidationError):
        invite_member(site, **invite)


def test_somebody_of_another_site_keeps_name_and_password_when_invited(site, other_site):
    user = MembershipFactory(site=other_site).user
    invite_member(site, email=user.email, name="Other Name", role="csr", language="ja", actor=SYSTEM_ACTOR)
    user.refresh_from_db()
    assert user.name != "Other Name"
    assert user.has_usable_password()


def test_checklist_4_a_change_of_access_is_logged_and_told(site, django_capture_on_commit_callbacks):
    MembershipFactory(site=site, role=Role.ADMIN)
    member = MembershipFactory(site=site)
    heard = []
    access_changed.connect(lambda **told: heard.append(told["user_id"]), weak=False, dispatch_uid="test")
    try:
        with django_capture_on_commit_callbacks(execute=True):
            change_access(member, actor=SYSTEM_ACTOR, active=False)
            change_access(member, actor=SYSTEM_ACTOR, active=False)
    finally:
        access_changed.disconnect(dispatch_uid="test")
    assert heard == [member.user_id]
    line = AuditEntry.objects.get()
    assert (line.data["before"]["active"], line.data["after"]["active"]) == (True, False)


def test_the_last_administrator_stays(site):
    admin = MembershipFactory(site=site, role=Role.ADMIN)
    for change in ({"active": False}, {"role": "csr"}):
        with pytest.raises(ValidationError):
            change_access(admin, actor=SYSTEM_ACTOR, **change)
    admin.refresh_from_db()
    assert admin.active
    assert admin.role == Role.ADMIN


def test_T26_staff_open_a_site_with_a_reason_for_an_hour_at_most_in_its_log(site, clock):
    staff = UserFactory(is_staff=True)
    opened = start_staff_session(site, user=staff, reason="Ticket 4711, settings")
    assert find_staff_session(staff, site) == opened
    clock.advance(minutes=60, seconds=1)
    assert find_staff_session(staff, site) is None
    line = AuditEntry.objects.get()
    assert line.type == "staff_session.started"
    assert line.actor["kind"] == "platform_staff"
    assert line.actor["on_behalf_of"]["reason"] == "Ticket 4711, settings"


@pytest.mark.parametrize("wish", [{"reason": "because"}, {"minutes": 61}, {"minutes": 0}, {"reason": " " * 40}])
def test_T26_no_staff_session_without_reason_or_beyond_an_hour(site, wish):
    with pytest.raises(AppError):
        start_staff_session(site, user=UserFactory(is_staff=True), **{"reason": "A good reason", **wish})
    assert not StaffSession.objects.exists()


def test_T26_only_platform_staff_open_sites(site):
    with pytest.raises(AppError) as refused:
        start_staff_session(site, user=MembershipFactory(site=site, role=Role.ADMIN).user, reason="I am the admin")
    assert refused.value.status == 403


def test_T26_a_new_staff_session_ends_the_one_before_and_ending_is_logged(site, clock):
    staff = UserFactory(is_staff=True)
    first = start_staff_session(site, user=staff, reason="A good reason")
    second = start_staff_session(site, user=staff, reason="A better reason")
    first.refresh_from_db()
    assert first.ended_at is not None
    end_staff_session(second)
    assert find_staff_session(staff, site) is None
    assert list(AuditEntry.objects.order_by("n").values_list("type", flat=True)) == [
        "staff_session.started",
        "staff_session.ended",
        "staff_session.started",
        "staff_session.ended",
    ]


def test_names_fall_back_to_english(site):
    kind = SessionTypeFactory(site=site, name="Installation", name_ja="")
    assert kind.name_in("ja") == "Installation"
    assert site.name_in("ja") == site.name_ja
    assert site.name_in("en") == site.name


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_a_brand_colour_is_accepted_exactly_when_white_text_on_it_can_be_read(channels):
    colour = "#{:02x}{:02x}{:02x}".format(*channels)
    if contrast_with_white(colour) >= 4.5:
        validate_accent(colour)
    else:
        with pytest.raises(ValidationError):
            validate_accent(colour)


def test_contrast_is_that_of_wcag():
    assert contrast_with_white("#000000") == pytest.approx(21)
    assert contrast_with_white("#ffffff") == pytest.approx(1)
    assert contrast_with_white("#767676") == pytest.approx(4.54, abs=0.01)


@given(st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?){0,3}", fullmatch=True))
def test_plain_host_names_are_accepted(host):
    validate_host(host)


@pytest.mark.parametrize("value", [["a", "a"], [""], ["x" * 81], "a", [1], ["a"] * 51, {"a": 1}])
def test_bad_choices_are_refused(value):
    with pytest.raises(ValidationError):
        validate_choices(value)
