"""Signing in, out, and getting a new password: members of this host's site only, and nobody learns who exists."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import AuditEntry
from accounts.services import SYSTEM_ACTOR, invite_member
from accounts.signals import access_changed
from accounts.tests.factories import PASSWORD, MembershipFactory, UserFactory
from accounts.tests.helpers import browser, sign_in, signed_in


@pytest.fixture
def member(site):
    return MembershipFactory(site=site)


@pytest.fixture
def changes():
    """Collect what `access_changed` says."""
    heard = []

    def hear(sender, site_id, user_id, **kwargs):
        heard.append((site_id, user_id))

    access_changed.connect(hear)
    yield heard
    access_changed.disconnect(hear)


def types(site):
    return list(AuditEntry.objects.filter(site=site).order_by("n").values_list("type", flat=True))


def test_a_member_signs_in_and_lands_in_the_console(site, member):
    answer = sign_in(browser(site), member.user.email.upper())
    assert answer.status_code == 302
    assert answer.headers["location"] == "/console/"
    assert types(site) == ["member.signed_in"]


def test_sign_in_keeps_to_this_host_whatever_next_says(site, member):
    assert sign_in(browser(site), member.user.email, next="//evil.example/").headers["location"] == "/console/"
    assert sign_in(browser(site), member.user.email, next="/admin/").headers["location"] == "/admin/"


@pytest.mark.parametrize(("language", "words"), [("en", "does not belong to"), ("ja", "アカウントではありません")])
def test_a_right_password_of_another_sites_member_is_refused_in_words(site, other_site, language, words):
    stranger = MembershipFactory(site=other_site).user
    client = browser(site)
    answer = client.post(
        "/auth/login/", {"login": stranger.email, "password": PASSWORD}, headers={"accept-language": language}
    )
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_checklist_20_wrong_password_and_unknown_address_look_the_same(site, other_site, member):
    stranger = MembershipFactory(site=other_site).user
    bodies = {
        re.sub(
            r'(nonce|value|csrf-token" content)="[^"]*"', "", sign_in(browser(site), email, "wrong").content.decode()
        )
        for email in (member.user.email, stranger.email, "nobody@example.com")
    }
    assert len(bodies) == 1


def test_a_wrong_password_of_a_member_is_logged_and_strangers_are_not(site, member):
    sign_in(browser(site), member.user.email, "wrong")
    sign_in(browser(site), "nobody@example.com", "wrong")
    assert types(site) == ["member.sign_in_failed"]


def test_T25_guessing_passwords_is_limited_whatever_x_forwarded_for_says(site, member):
    client = browser(site)
    for i in range(12):
        sign_in_from(client, member.user.email, "wrong", f"10.0.0.{i}")
    answer = sign_in_from(client, member.user.email, PASSWORD, "10.9.9.9")
    assert answer.status_code in {200, 429}
    assert "_auth_user_id" not in client.session


def test_T25_who_asks_for_too_many_mails_is_told_so_on_a_page_of_the_product(site):
    client = browser(site)
    for _ in range(25):
        answer = client.post("/auth/password/reset/", {"email": "x@example.com"}, headers={"accept-language": "en"})
    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()
    assert site.name in answer.content.decode()


def sign_in_from(client, email, password, address):
    return client.post("/auth/login/", {"login": email, "password": password}, headers={"x-forwarded-for": address})


@pytest.mark.parametrize("active", ["user", "member"])
def test_who_is_switched_off_does_not_get_in(site, member, active):
    if active == "user":
        member.user.is_active = False
        member.user.save()
    else:
        member.active = False
        member.save()
    client = browser(site)
    sign_in(client, member.user.email)
    assert "_auth_user_id" not in client.session


def test_checklist_16_the_session_key_changes_at_sign_in(site, member):
    client = browser(site)
    client.get("/auth/login/")
    before = client.cookies.get("sessionid")
    sign_in(client, member.user.email)
    assert client.cookies["sessionid"].value != (before.value if before else "")
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"


def test_T9_signing_out_has_the_sockets_checked(site, member, changes):
    client = signed_in(site, member.user)
    assert client.post("/auth/logout/").status_code == 302
    assert changes == [(site.pk, member.user.pk)]
    assert client.get("/api/v1/me/").status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/auth/signup/", "/auth/email/", "/auth/confirm-email/", "/auth/password/set/", "/auth/login/code/confirm/"],
)
def test_T14_nobody_makes_an_account_or_changes_their_address(site, member, path):
    assert browser(site).get(path).status_code == 404
    assert browser(site).post(path, {"email": "a@example.com", "password1": PASSWORD}).status_code == 404
    assert signed_in(site, member.user).get(path).status_code == 404


def test_the_form_needs_its_csrf_token(site, member):
    strict = Client(enforce_csrf_checks=True, headers={"host": site.host})
    assert sign_in(strict, member.user.email).status_code == 403


def reset_link(site, email, **headers):
    answer = browser(site).post("/auth/password/reset/", {"email": email}, headers=headers)
    assert answer.status_code == 302
    return re.findall(r"http\S+", str(mail.outbox[-1].body))[0] if mail.outbox else None


def test_T9_a_new_password_comes_by_mail_once_and_ends_other_sign_ins_on_all_sites(site, other_site, member, changes):
    MembershipFactory(site=other_site, user=member.user)
    elsewhere = signed_in(site, member.user)
    link = reset_link(site, member.user.email)
    path = "/" + link.split("/", 3)[3]
    assert link.startswith(("http://testserver", "https://testserver"))
    client = browser(site)
    form = client.get(path).headers["location"]
    answer = client.post(form, {"password1": "another horse 77", "password2": "another horse 77"})
    assert answer.status_code == 302
    assert sorted(changes) == sorted([(site.pk, member.user.pk), (other_site.pk, member.user.pk)])
    assert elsewhere.get("/api/v1/me/").status_code == 401
    assert sign_in(browser(site), member.user.email, "another horse 77").status_code == 302
    assert "no longer works" in browser(site).get(path, headers={"accept-language": "en"}).content.decode()


@pytest.mark.parametrize("path", ["/auth/login/", "/auth/password/reset/", "/auth/password/reset/done/"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_page_of_sign_in_names_the_organisation(site, path, language):
    page = browser(site).get(path, headers={"accept-language": language}).content.decode()
    assert site.name_in(language) in page
    assert site.host in page


def test_the_link_never_comes_from_the_requests_headers(site, member):
    link = reset_link(site, member.user.email, **{"x-forwarded-host": "evil.example"})
    assert "evil.example" not in link


def test_people_of_other_sites_and_strangers_get_no_mail_and_the_same_answer(site, other_site):
    stranger = MembershipFactory(site=other_site).user
    assert reset_link(site, stranger.email) is None
    assert reset_link(site, "nobody@example.com") is None


def test_mails_are_in_the_readers_language(site):
    reader = MembershipFactory(site=site, user=UserFactory(language="ja")).user
    reset_link(site, reader.email)
    assert "パスワード" in mail.outbox[0].subject


def test_a_new_member_is_invited_by_mail_and_sets_a_password(site, django_capture_on_commit_callbacks, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    from supportsite.celery import app

    app.conf.task_always_eager = True
    try:
        with django_capture_on_commit_callbacks(execute=True):
            invite_member(site, email="New@Example.com", name="Nina", role="csr", language="ja", actor=SYSTEM_ACTOR)
    finally:
        app.conf.task_always_eager = False
    message = mail.outbox[0]
    assert message.to == ["new@example.com"]
    assert site.name_ja in message.subject
    path = "/" + re.findall(r"http\S+", str(message.body))[0].split("/", 3)[3]
    client = browser(site)
    form = client.get(path).headers["location"]
    client.post(form, {"password1": "brand new 4711", "password2": "brand new 4711"})
    assert sign_in(browser(site), "new@example.com", "brand new 4711").status_code == 302


def test_platform_staff_sign_in_everywhere_and_land_in_the_admin(site):
    staff = UserFactory(is_staff=True)
    client = browser(site)
    assert sign_in(client, staff.email).headers["location"] == "/admin/"
    assert client.get("/api/v1/me/").status_code == 401
