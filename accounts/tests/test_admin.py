"""T12, T26: every registered admin page, for every reader, shows and changes rows of its own site only.

The list of pages is taken from the registry, so a new page is tested the day it is registered. Each model needs a
row maker here or in its own app's `admin_rows` fixture; one without fails.
"""

from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts import models
from accounts.admin.base import SiteScopedAdmin
from accounts.models import AuditEntry, Membership, Role, SessionType, Site, SiteSettings, TrackingCode
from accounts.permissions import Privilege
from accounts.services import SYSTEM_ACTOR, create_api_token, record_audit, start_staff_session
from accounts.tests.factories import (
    MembershipFactory,
    SessionTypeFactory,
    StaffSessionFactory,
    TrackingCodeFactory,
    UserFactory,
)
from accounts.tests.helpers import browser, signed_in
from supportsite.core.tenancy import site_scope

CANARY = "Canary7319"
TABS = ["desktop", "tools", "application", "session"]
OURS = [model for model in admin.site._registry if model._meta.app_label == "accounts"]
ROW_VIEWS = ("change", "history", "delete")


def name_of(model):
    return f"{model._meta.app_label}_{model._meta.model_name}"


def url(model, view, *args):
    return reverse(f"admin:{name_of(model)}_{view}", args=args)


def make_rows(site, name):
    """Make one row of every registered model, each with `name` in what a page would show."""
    user = UserFactory(name=f"{name} person", email=f"{name.lower()}@example.com")
    with site_scope(site):
        if name == CANARY:
            Site.objects.filter(pk=site.pk).update(name=f"{name} site")
        return {
            models.Membership: MembershipFactory(site=site, user=user),
            models.SessionType: SessionTypeFactory(site=site, name=f"{name} type"),
            models.TrackingCode: TrackingCodeFactory(site=site, name=f"{name} code"),
            models.ApiToken: create_api_token(
                site, name=f"{name} token", scopes=["sessions:read"], days=1, actor=SYSTEM_ACTOR, created_by=user
            )[0],
            models.StaffSession: StaffSessionFactory(site=site, reason=f"{name} reason"),
            models.AuditEntry: record_audit(site, type="thing.done", actor={"name": name}, data={"what": name}),
            models.Site: site,
        }


@pytest.fixture
def admin_user(site):
    return MembershipFactory(site=site, role=Role.ADMIN).user


@pytest.fixture
def staff():
    return UserFactory(is_staff=True)


@pytest.fixture
def foreign(other_site):
    return make_rows(other_site, CANARY)


def test_every_registered_page_stands_on_the_scoped_base_class():
    assert OURS
    assert all(isinstance(page, SiteScopedAdmin) for page in admin.site._registry.values())


def test_every_page_has_a_row_to_be_tested_with(site):
    assert set(make_rows(site, "Own")) == set(OURS)


@pytest.mark.parametrize("model", OURS, ids=name_of)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_T12_lists_searches_and_filters_show_no_row_of_another_site(site, admin_user, foreign, model, language):
    own = make_rows(site, "Own")[model]
    client = signed_in(site, admin_user)
    for query in ("", f"?q={CANARY}", "?o=-1", "?all=", "?p=0"):
        answer = client.get(url(model, "changelist") + query, headers={"accept-language": language})
        assert answer.status_code in {200, 302}
        assert f"{CANARY} " not in answer.content.decode()
    assert url(model, "change", own.pk) in client.get(url(model, "changelist")).content.decode()


@pytest.mark.parametrize("model", OURS, ids=name_of)
@pytest.mark.parametrize("view", ROW_VIEWS)
def test_T12_a_row_of_another_site_is_like_a_missing_one(site, admin_user, foreign, model, view):
    client = signed_in(site, admin_user)
    theirs = client.get(url(model, view, foreign[model].pk))
    missing = client.get(url(model, view, 2**40))
    assert theirs.status_code == missing.status_code
    assert theirs.status_code in {302, 403}
    assert CANARY not in theirs.content.decode()
    posted = client.post(url(model, view, foreign[model].pk), {"post": "yes", "name": "Taken over"})
    assert posted.status_code in {302, 403}
    foreign[model].refresh_from_db() if model is Site else None
    assert Site.objects.get(pk=foreign[Site].pk).name == f"{CANARY} site"


@pytest.mark.parametrize("model", OURS, ids=name_of)
def test_every_page_opens_for_the_sites_administrator(site, admin_user, model):
    own = make_rows(site, "Own")[model]
    client = signed_in(site, admin_user)
    page: Any = admin.site._registry[model]
    assert client.get(url(model, "changelist")).status_code == 200
    assert client.get(url(model, "change", own.pk)).status_code == 200
    assert client.get(url(model, "history", own.pk)).status_code == 200
    assert client.get(url(model, "add")).status_code == (200 if page.can_add and model is not Site else 403)
    assert client.get(url(model, "delete", own.pk)).status_code == (200 if page.can_delete else 403)


@pytest.mark.parametrize("model", OURS, ids=name_of)
@pytest.mark.parametrize("who", ["csr", "manager", "other_admin", "anonymous"])
def test_T12_others_are_sent_away(site, other_site, model, who):
    own = make_rows(site, "Own")[model]
    client = browser(site)
    if who == "other_admin":
        client = signed_in(site, MembershipFactory(site=other_site, role=Role.ADMIN).user)
    elif who != "anonymous":
        client = signed_in(site, MembershipFactory(site=site, role=who).user)
    for path in (url(model, "changelist"), url(model, "add"), *(url(model, view, own.pk) for view in ROW_VIEWS)):
        answer = client.get(path)
        assert answer.status_code == 302
        final = client.get(answer.headers["location"])
        assert final.status_code == (302 if who == "anonymous" else 403)
        assert b"Own " not in final.content


@pytest.mark.parametrize("model", [model for model in OURS if model is not Site], ids=name_of)
def test_T26_platform_staff_see_rows_only_in_a_staff_session(site, staff, model, clock):
    own = make_rows(site, "Own")[model]
    client = signed_in(site, staff)
    paths = [url(model, "changelist"), url(model, "change", own.pk), url(model, "history", own.pk)]
    assert {client.get(path).status_code for path in paths} == {403}
    start_staff_session(site, user=staff, reason="Ticket 4711, settings", minutes=10)
    assert {client.get(path).status_code for path in paths} == {200}
    clock.advance(minutes=11)
    assert {client.get(path).status_code for path in paths} == {403}


def test_T26_a_staff_session_opens_one_site_not_the_others(site, other_site, staff, foreign):
    start_staff_session(site, user=staff, reason="Ticket 4711, settings")
    assert signed_in(site, staff).get(url(SessionType, "changelist")).status_code == 200
    with site_scope(other_site):
        assert signed_in(other_site, staff).get(url(SessionType, "changelist")).status_code == 403


def test_T26_what_staff_change_is_logged_with_two_actors(site, staff):
    client = signed_in(site, staff)
    client.post(reverse("admin:staff_session"), {"reason": "Ticket 4711, settings", "minutes": 30})
    kind = SessionTypeFactory(site=site)
    client.post(url(SessionType, "change", kind.pk), {"name": "Renamed", "name_ja": "", "position": 1, "active": "on"})
    line = AuditEntry.objects.order_by("-n")[0]
    assert line.type == "admin.changed"
    assert line.actor["id"] == staff.public_id
    assert line.actor["on_behalf_of"]["reason"] == "Ticket 4711, settings"
    client.post(reverse("admin:staff_session"), {"end": "1"})
    assert client.get(url(SessionType, "changelist")).status_code == 403


@pytest.mark.parametrize("data", [{"reason": "because", "minutes": 30}, {"reason": "A good reason", "minutes": 61}])
def test_T26_the_staff_page_refuses_a_thin_reason_and_more_than_an_hour(site, staff, data):
    client = signed_in(site, staff)
    assert client.post(reverse("admin:staff_session"), data).status_code == 200
    assert client.get(url(SessionType, "changelist")).status_code == 403


def test_T26_the_staff_page_is_for_staff(site, admin_user):
    assert signed_in(site, admin_user).get(reverse("admin:staff_session")).status_code == 403


def test_staff_manage_sites_but_not_their_branding(site, other_site, staff):
    client = signed_in(site, staff)
    assert other_site.host in client.get(url(Site, "changelist")).content.decode()
    client.post(
        url(Site, "change", other_site.pk), {"host": other_site.host, "verified": "", "active": "on", "name": "Taken"}
    )
    other_site.refresh_from_db()
    assert not other_site.verified
    assert other_site.name != "Taken"
    with site_scope(other_site):
        assert AuditEntry.objects.get().type == "admin.changed"


def test_staff_make_a_site(site, staff):
    answer = signed_in(site, staff).post(
        url(Site, "add"),
        {
            "host": "fresh.example",
            "name": "Fresh",
            "name_ja": "",
            "default_language": "ja",
            "admin_email": "a@fresh.example",
            "admin_name": "Ada",
        },
    )
    assert answer.status_code == 302
    made = Site.objects.get(host="fresh.example")
    with site_scope(made):
        assert Membership.objects.get().role == Role.ADMIN
        assert SiteSettings.objects.get().site == made


def settings_form(site, **changes):
    row = SiteSettings.objects.get(site=site)
    return {
        "name": site.name,
        "name_ja": site.name_ja,
        "accent": site.accent,
        "default_language": "en",
        "welcome": "",
        "welcome_ja": "",
        "settings-TOTAL_FORMS": 1,
        "settings-INITIAL_FORMS": 1,
        "settings-MIN_NUM_FORMS": 1,
        "settings-MAX_NUM_FORMS": 1,
        "settings-0-id": row.pk,
        "settings-0-site": site.pk,
        "settings-0-number_life_min": 45,
        "settings-0-request_timeout_s": 60,
        "settings-0-idle_end_min": 30,
        "settings-0-suspend_grace_min": 15,
        "settings-0-sharing_quality": "sampling",
        "settings-0-session_mode": "single",
        "settings-0-session_limit": 4,
        "settings-0-console_style": "multi",
        **{f"settings-0-tab_order_{place}": tab for place, tab in enumerate(TABS)},
        "settings-0-privilege_session_start_outbound": "inherit",
        "settings-0-privilege_share_desktop_view": "inherit",
        "settings-0-privilege_share_desktop_control": "deny",
        **changes,
    }


def test_an_administrator_sets_branding_and_settings_of_the_own_site(site, admin_user):
    answer = signed_in(site, admin_user).post(url(Site, "change", site.pk), settings_form(site, name="New name"))
    assert answer.status_code == 302
    site.refresh_from_db()
    row = SiteSettings.objects.get()
    assert (site.name, row.number_life_min) == ("New name", 45)
    assert row.privileges == {Privilege.DESKTOP_CONTROL: "deny"}
    assert (row.session_mode, row.session_limit, row.console_style, row.tab_order) == ("single", 4, "multi", TABS)


def test_checklist_5_an_administrator_cannot_verify_move_or_switch_off_the_site(site, admin_user):
    Site.objects.filter(pk=site.pk).update(verified=False)
    form = settings_form(site, verified="on", host="stolen.example", active="")
    signed_in(site, admin_user).post(url(Site, "change", site.pk), form)
    site.refresh_from_db()
    assert (site.verified, site.host, site.active) == (False, "testserver", True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("accent", "#ffff00"),
        ("settings-0-number_life_min", 61),
        ("settings-0-request_timeout_s", 14),
        ("settings-0-session_limit", 1),
        ("settings-0-session_limit", 21),
        ("settings-0-session_mode", "both"),
        ("settings-0-tab_order_0", "tools"),
        ("settings-0-tab_order_3", "other"),
    ],
)
def test_settings_outside_of_their_range_are_refused(site, admin_user, field, value):
    answer = signed_in(site, admin_user).post(url(Site, "change", site.pk), settings_form(site, **{field: value}))
    assert answer.status_code == 200
    assert SiteSettings.objects.get().number_life_min == 30


def test_T12_a_new_row_belongs_to_this_site_whatever_the_form_says(site, other_site, admin_user):
    form = {
        "name": "Mine",
        "name_ja": "",
        "position": 0,
        "active": "on",
        "site": other_site.pk,
        "site_id": other_site.pk,
    }
    signed_in(site, admin_user).post(url(SessionType, "add"), form)
    assert SessionType.objects.get(name="Mine").site == site
    line = AuditEntry.objects.order_by("-n")[0]
    assert (line.type, line.data["name"]) == ("admin.added", "Mine")


def test_choices_are_written_as_lines(site, admin_user):
    form = {"name": "Floor", "name_ja": "", "choices": "One\n\n Two \n", "position": 0, "active": "on"}
    client = signed_in(site, admin_user)
    assert client.post(url(TrackingCode, "add"), form).status_code == 302
    row = TrackingCode.objects.get(name="Floor")
    assert row.choices == ["One", "Two"]
    assert "One\nTwo" in client.get(url(TrackingCode, "change", row.pk)).content.decode()
    assert client.post(url(TrackingCode, "add"), {**form, "name": "Bad", "choices": "a\na"}).status_code == 200


def test_an_administrator_invites_and_changes_members(site, admin_user):
    client = signed_in(site, admin_user)
    form = {"email": "New@example.com", "name": "Nina", "role": "csr", "language": "ja"}
    assert client.post(url(Membership, "add"), form).status_code == 302
    assert client.post(url(Membership, "add"), form).status_code == 200
    member = Membership.objects.get(user__email="new@example.com")
    change = {"role": "manager", "active": "on", "privilege_share_desktop_view": "deny"}
    change |= {"session_limit": 3, "console_style": "tray"}
    assert client.post(url(Membership, "change", member.pk), change).status_code == 302
    member.refresh_from_db()
    assert (member.role, member.privileges) == ("manager", {Privilege.DESKTOP_VIEW: "deny"})
    assert (member.session_limit, member.console_style) == (3, "tray")
    line = AuditEntry.objects.filter(type="member.changed").order_by("-n")[0]
    assert (line.data["before"]["session_limit"], line.data["after"]["session_limit"]) == (None, 3)
    assert "member.changed" in client.get(url(Membership, "history", member.pk)).content.decode()


def test_the_last_administrator_cannot_shut_everybody_out(site, admin_user):
    own = Membership.objects.get(user=admin_user)
    answer = signed_in(site, admin_user).post(url(Membership, "change", own.pk), {"role": "csr", "active": "on"})
    assert answer.status_code == 200
    own.refresh_from_db()
    assert own.role == Role.ADMIN


def test_T13_a_tokens_text_is_shown_once_and_the_action_ends_it(site, admin_user):
    client = signed_in(site, admin_user)
    answer = client.post(url(models.ApiToken, "add"), {"name": "CRM", "scopes": ["sessions:read"], "days": 30})
    text = answer.context["text"]
    assert text in answer.content.decode()
    assert "no-store" in answer.headers["cache-control"]
    token = models.ApiToken.objects.get()
    assert text not in client.get(url(models.ApiToken, "change", token.pk)).content.decode()
    client.post(url(models.ApiToken, "changelist"), {"action": "revoke", "_selected_action": [token.pk]})
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_T12_actions_reach_no_row_of_another_site(site, other_site, admin_user, foreign):
    client = signed_in(site, admin_user)
    for model, action in ((models.ApiToken, "revoke"), (models.TrackingCode, "delete_selected")):
        client.post(
            url(model, "changelist"), {"action": action, "_selected_action": [foreign[model].pk], "post": "yes"}
        )
    with site_scope(other_site):
        assert models.ApiToken.objects.get().revoked_at is None
        assert models.TrackingCode.objects.count() == 1


def test_T22_the_log_can_be_read_only(site, admin_user):
    line = record_audit(site, type="thing.done", actor=SYSTEM_ACTOR, data={})
    client = signed_in(site, admin_user)
    for view in ("change", "delete"):
        assert client.post(url(AuditEntry, view, line.pk), {"type": "x", "post": "yes"}).status_code == 403
    assert AuditEntry.objects.get().type == "thing.done"


def test_pages_of_other_packages_are_not_there(site, admin_user):
    client = signed_in(site, admin_user)
    for path in (
        "/admin/account/emailaddress/",
        "/admin/mfa/authenticator/",
        "/admin/auth/group/",
        "/admin/auth/user/",
    ):
        assert client.get(path).status_code == 404


def test_the_admin_speaks_japanese(site, admin_user):
    page = signed_in(site, admin_user).get("/admin/", headers={"accept-language": "ja"}).content.decode()
    for words in ("サイトとメンバー", "監査ログ", "トラッキングコード", site.name_ja):
        assert words in page


def test_signing_out_of_the_admin_needs_a_post(site, admin_user):
    client = signed_in(site, admin_user)
    assert client.get("/admin/logout/").status_code == 405
    assert client.post("/admin/logout/").status_code == 302
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "/admin/search/?s=a&page=x",
        "/admin/search/?s=a&page=99",
        "/admin/accounts/membership/?p=x",
        "/admin/accounts/membership/?o=x.y",
        "/admin/accounts/membership/?role__exact=%27",
        "/admin/accounts/membership/?user__password__startswith=a",
        "/admin/accounts/membership/?_to_field=password&_popup=1",
        "/admin/accounts/membership/?user__id__in=x",
        "/admin/accounts/membership/99999999999999999999999/change/",
        "/admin/accounts/membership/-1/change/",
        "/admin/accounts/membership/abc/history/",
        "/admin/accounts/membership/_5B/change/",
        "/admin/accounts/auditentry/?at__gte=yesterday",
        "/admin/accounts/trackingcode/1/history/?page=x",
        "/admin/autocomplete/?app_label=accounts&model_name=membership&field_name=user&term=a",
        "/admin/r/x/y/",
        "/admin/nothing/",
    ],
)
def test_bad_input_to_the_admin_is_answered_not_fallen_over(site, admin_user, foreign, path):
    answer = signed_in(site, admin_user).get(path)
    assert answer.status_code in {200, 302, 400, 403, 404}
    assert CANARY not in answer.content.decode()
