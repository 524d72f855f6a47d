"""GET me/ and site/, and who gets in: by cookie, by token, not at all."""

import pytest
from django.test import Client

from accounts.models import ApiToken, Membership
from accounts.permissions import GRANTED_TO, TOKEN_SCOPES, ActorType, Permission, Privilege, Scope
from accounts.services import SYSTEM_ACTOR, create_api_token, revoke_api_token
from accounts.tests.factories import MembershipFactory, SessionTypeFactory, TrackingCodeFactory, UserFactory
from accounts.tests.helpers import browser, signed_in
from supportsite.core.errors import AppError
from supportsite.core.tenancy import site_scope
from supportsite.protocol.objects import SiteInfo


def make_token(site, scopes=tuple(Scope), days=30):
    return create_api_token(site, name="CRM", scopes=list(scopes), days=days, actor=SYSTEM_ACTOR)


def get_as(site, secret, path="/api/v1/me/"):
    return browser(site).get(path, headers={"authorization": f"Bearer {secret}"})


def test_the_site_says_who_it_is_in_the_readers_language(site):
    english = browser(site).get("/api/v1/site/", headers={"accept-language": "en"}).json()
    japanese = browser(site).get("/api/v1/site/", headers={"accept-language": "ja"}).json()
    assert SiteInfo.model_validate(english).name == site.name
    assert japanese["name"] == site.name_ja


def test_a_host_that_belongs_to_no_site_is_404(site):
    assert Client(headers={"host": "evil.example"}).get("/api/v1/site/").status_code == 404


def test_me_is_what_the_console_needs(site):
    kind = SessionTypeFactory(site=site)
    SessionTypeFactory(site=site, active=False)
    code = TrackingCodeFactory(site=site, required=True)
    member = MembershipFactory(site=site, privileges={Privilege.DESKTOP_CONTROL: "deny"})
    body = signed_in(site, member.user).get("/api/v1/me/", headers={"accept-language": "en"}).json()
    assert body["user"] == {"name": member.user.name, "email": member.user.email, "language": "en"}
    assert body["membership"] == {"id": member.public_id, "role": "csr"}
    assert body["privileges"] == {str(privilege): privilege != Privilege.DESKTOP_CONTROL for privilege in Privilege}
    settings = body["settings"]
    assert settings["session_types"] == [{"id": kind.public_id, "name": kind.name}]
    assert settings["tracking_codes"] == [
        {"id": code.public_id, "name": code.name, "required": True, "choices": ["Printer", "Network"]}
    ]
    assert settings["number_life_min"] == 30
    assert settings["join_url"].endswith("/")


def test_T11_a_member_of_another_site_is_nobody_here(site, other_site):
    stranger = MembershipFactory(site=other_site).user
    answer = signed_in(site, stranger).get("/api/v1/me/")
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"


@pytest.mark.parametrize("change", ["member", "user", "site"])
def test_checklist_4_switching_off_takes_effect_at_the_next_request(site, change):
    member = MembershipFactory(site=site)
    client = signed_in(site, member.user)
    assert client.get("/api/v1/me/").status_code == 200
    if change == "member":
        Membership.objects.filter(pk=member.pk).update(active=False)
    elif change == "user":
        member.user.is_active = False
        member.user.save()
    else:
        site.active = False
        site.save()
    assert client.get("/api/v1/me/").status_code in {401, 404}


def test_T13_a_token_reaches_what_its_kind_may_and_nothing_else(site):
    _token, secret = make_token(site)
    answer = get_as(site, secret)
    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"


def test_T13_a_token_of_another_site_expired_or_revoked_is_nobody(site, other_site, clock):
    token, secret = make_token(site, days=1)
    assert get_as(site, secret).status_code == 403
    assert get_as(other_site, secret).status_code == 401
    assert get_as(site, secret + "x").status_code == 401
    assert browser(site).get(f"/api/v1/me/?token={secret}").status_code == 401
    revoked, other_secret = make_token(site)
    revoke_api_token(revoked, actor=SYSTEM_ACTOR)
    assert get_as(site, other_secret).status_code == 401
    clock.advance(hours=25)
    assert get_as(site, secret).status_code == 401
    assert token.secret_hash not in secret


def test_T13_the_database_holds_no_token(site):
    token, secret = make_token(site)
    stored = ApiToken.objects.filter(pk=token.pk).values().get()
    assert secret not in str(stored)
    assert len(token.prefix) < len(secret) / 3


@pytest.mark.parametrize("wish", [{"scopes": []}, {"scopes": ["users:write"]}, {"days": 0}, {"days": 91}], ids=str)
def test_T13_tokens_have_a_scope_and_live_ninety_days_at_most(site, wish):
    with pytest.raises(AppError):
        make_token(site, **wish)


def test_the_use_of_a_token_is_noted_once_a_minute(site, clock):
    token, secret = make_token(site)
    get_as(site, secret)
    first = ApiToken.objects.get(pk=token.pk).last_used_at
    clock.advance(seconds=30)
    get_as(site, secret)
    assert ApiToken.objects.get(pk=token.pk).last_used_at == first
    clock.advance(seconds=31)
    get_as(site, secret)
    assert ApiToken.objects.get(pk=token.pk).last_used_at > first


def test_every_permission_has_a_row_and_tokens_can_never_touch_consent():
    assert set(GRANTED_TO) == set(Permission)
    for permission, kinds in GRANTED_TO.items():
        if permission.startswith(("consent.", "socket.", "media.")):
            assert ActorType.TOKEN not in kinds
    assert all(ActorType.TOKEN in GRANTED_TO[permission] for permission in TOKEN_SCOPES)


@pytest.mark.parametrize(
    ("of_site", "of_person", "allowed"),
    [
        (None, None, True),
        ("allow", "deny", False),
        ("deny", "allow", False),
        ("inherit", "inherit", True),
        ("deny", None, False),
        ("inherit", "allow", True),
    ],
)
def test_a_denial_wins_over_every_other_word(site, of_site, of_person, allowed):
    from accounts.models import SiteSettings
    from accounts.selectors import privilege_allowed

    name = Privilege.DESKTOP_VIEW
    SiteSettings.objects.filter(site=site).update(privileges={name: of_site} if of_site else {})
    member = MembershipFactory(site=site, privileges={name: of_person} if of_person else {})
    assert privilege_allowed(member, name) is allowed


def test_one_person_may_belong_to_two_sites_with_two_roles(site, other_site):
    user = UserFactory()
    MembershipFactory(site=site, user=user, role="admin")
    MembershipFactory(site=other_site, user=user)
    assert signed_in(site, user).get("/api/v1/me/").json()["membership"]["role"] == "admin"
    with site_scope(other_site):
        assert signed_in(other_site, user).get("/api/v1/me/").json()["membership"]["role"] == "csr"
