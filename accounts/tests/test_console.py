"""The console of a member: which style, with which tabs, and who decides."""

import pytest

from accounts.models import Membership, SiteSettings
from accounts.tests.factories import MembershipFactory
from accounts.tests.helpers import browser, signed_in

DEFAULT = ["tools", "desktop", "application", "session"]
TURNED = ["session", "desktop", "tools", "application"]


def console_of(member):
    return signed_in(member.site, member.user).get("/api/v1/me/").json()["console"]


def choose(member, **body):
    return signed_in(member.site, member.user).post("/api/v1/me/console/", body, content_type="application/json")


@pytest.mark.parametrize(
    ("of_site", "of_person", "style"),
    [
        ({}, {}, "dashboard"),
        ({"console_style": "multi"}, {}, "multi"),
        ({"console_style": "multi"}, {"console_style": "tray"}, "tray"),
        ({"console_style": "multi"}, {"console_style": "tray", "chosen_style": "dashboard"}, "dashboard"),
    ],
    ids=str,
)
def test_the_style_is_the_persons_choice_then_theirs_by_the_administrator_then_the_sites(
    site, of_site, of_person, style
):
    SiteSettings.objects.filter(site=site).update(**of_site)
    assert console_of(MembershipFactory(site=site, **of_person))["style"] == style


def test_a_csr_switches_and_orders_and_finds_it_again(site):
    member = MembershipFactory(site=site)
    answer = choose(member, style="tray", tab_order=TURNED)
    assert answer.status_code == 200
    expected = {"style": "tray", "may_switch": True, "tab_order": TURNED, "session_limit": 6}
    assert answer.json() == console_of(member) == expected


def test_what_is_not_named_stays(site):
    member = MembershipFactory(site=site)
    choose(member, tab_order=TURNED)
    choose(member, style="multi")
    assert (console_of(member)["style"], console_of(member)["tab_order"]) == ("multi", TURNED)


@pytest.mark.parametrize("where", ["site", "person"])
def test_a_fixed_style_cannot_be_switched_and_an_earlier_choice_does_not_count(site, where):
    member = MembershipFactory(site=site, chosen_style="tray")
    denied = {"console.switch": "deny"}
    if where == "site":
        SiteSettings.objects.filter(site=site).update(privileges=denied)
    else:
        Membership.objects.filter(pk=member.pk).update(privileges=denied)
    assert console_of(member) | {"tab_order": None} == {
        "style": "dashboard",
        "may_switch": False,
        "tab_order": None,
        "session_limit": 6,
    }
    answer = choose(member, style="multi")
    assert (answer.status_code, answer.json()["code"]) == (403, "privilege_missing")
    assert answer.json()["data"] == {"privilege": "console.switch"}
    assert choose(member, tab_order=TURNED).status_code == 200


def test_the_sites_order_holds_until_a_csr_has_one(site):
    SiteSettings.objects.filter(site=site).update(tab_order=TURNED)
    member = MembershipFactory(site=site)
    assert console_of(member)["tab_order"] == TURNED
    choose(member, tab_order=DEFAULT)
    assert console_of(member)["tab_order"] == DEFAULT


@pytest.mark.parametrize(
    "body",
    [
        {"style": "other"},
        {"style": ""},
        {"style": 1},
        {"tab_order": []},
        {"tab_order": ["tools"] * 4},
        {"tab_order": [*DEFAULT, "tools"]},
        {"tab_order": "tools"},
        {"tab_order": [None, 1, {}, []]},
        {"session_limit": 20},
        {"style": "tray", "tab_order": ["tools"] * 4},
    ],
    ids=str,
)
def test_bad_choices_are_refused_and_change_nothing(site, body):
    member = MembershipFactory(site=site)
    client = signed_in(site, member.user)
    answer = client.post("/api/v1/me/console/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert (console_of(member)["style"], console_of(member)["tab_order"]) == ("dashboard", DEFAULT)


def test_T11_a_member_of_another_site_changes_nothing_here(site, other_site):
    stranger = MembershipFactory(site=other_site)
    answer = signed_in(site, stranger.user).post(
        "/api/v1/me/console/", {"style": "tray"}, content_type="application/json"
    )
    assert answer.status_code == 401
    assert browser(site).post("/api/v1/me/console/", {"style": "tray"}).status_code == 401
    stranger.site = other_site
    assert console_of(stranger)["style"] == "dashboard"
