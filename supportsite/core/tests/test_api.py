"""Every view asks for the permission it declares; every refusal has one shape; a command happens once."""

import json
from enum import StrEnum
from types import ModuleType
from typing import Any

import pytest
from django.db import DataError
from django.http import Http404
from django.test import RequestFactory
from django.urls import path
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.authentication import BaseAuthentication
from rest_framework.response import Response

from supportsite import urls as product_urls
from supportsite.core import checks
from supportsite.core.api import ApiView, Open
from supportsite.core.errors import CORE_CODES, MESSAGES, AppError, register_messages
from supportsite.core.idempotency import delete_old_records
from supportsite.core.models import IdempotencyRecord


class Right(StrEnum):
    READ = "read"
    WRITE = "write"


class Someone:
    def __init__(self, key, *rights):
        self.key = key
        self.rights = rights

    def may(self, permission):
        return permission in self.rights


class ByHeader(BaseAuthentication):
    """Believes the header, for these tests."""

    def authenticate(self, request):
        name = request.headers.get("X-Who")
        if not name:
            return None
        rights = [Right.READ, Right.WRITE] if name.startswith("writer") else [Right.READ]
        return (None, Someone(name, *rights))


class CounterView(ApiView):
    authentication_classes = (ByHeader,)
    permissions = {"GET": Right.READ, "POST": Right.WRITE}
    done = 0
    raises: Exception | None = None

    def get(self, request: Any) -> Response:
        if self.raises:
            raise self.raises
        return Response({"done": CounterView.done})

    def post(self, request: Any) -> Response:
        fail = request.data.get("fail")
        CounterView.done += 1
        if fail:
            raise AppError("conflict", status=409, seen=CounterView.done)
        return Response({"done": CounterView.done, "got": request.data}, status=201)


class OpenView(ApiView):
    authentication_classes = ()
    permissions = {"GET": Open.ANYONE}

    def get(self, request: Any) -> Response:
        return Response({"actor": request.actor})


urls = ModuleType("urls_of_these_tests")
urls.urlpatterns = [  # type: ignore[attr-defined]
    path("api/v1/counter/", CounterView.as_view()),
    path("api/v1/open/", OpenView.as_view()),
]
for name, handler in vars(product_urls).items():
    if name.startswith("handler"):
        setattr(urls, name, handler)


@pytest.fixture(autouse=True)
def _addresses(settings):
    settings.ROOT_URLCONF = urls
    CounterView.done = 0


@pytest.fixture
def call(client, site):
    def send(method="post", who="writer", body=None, key=None, **headers):
        if key:
            headers["Idempotency-Key"] = key
        if who:
            headers["X-Who"] = who
        return client.generic(
            method.upper(),
            "/api/v1/counter/",
            body if isinstance(body, bytes) else json.dumps(body or {}),
            content_type=headers.pop("Content-Type", "application/json"),
            headers=headers,
        )

    return send


def shape(answer, code, status):
    body = answer.json()
    assert answer.status_code == status, body
    assert set(body) == {"code", "message", "data", "ref"}
    assert body["code"] == code
    assert body["ref"] == answer["X-Request-Id"]
    return body


def test_without_credentials_401_with_a_challenge(call):
    answer = call(who=None)
    shape(answer, "unauthenticated", 401)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_without_the_permission_403_that_names_it(call):
    assert shape(call(who="reader"), "forbidden", 403)["data"] == {"permission": "write"}


def test_an_open_view_needs_nobody(client, site):
    assert client.get("/api/v1/open/").json() == {"actor": None}


def test_a_method_without_permission_does_not_exist(call):
    answer = call("delete")
    shape(answer, "method_not_allowed", 405)
    assert answer["Allow"] == "GET, POST"
    assert call("options").status_code == 405
    assert call("trace").status_code == 405


@pytest.mark.parametrize(
    ("body", "headers", "code", "status"),
    [
        (b"{", {}, "bad_json", 400),
        (b"[]", {}, "bad_json", 400),
        (b'{"a":"\\u0000"}', {}, "bad_json", 400),
        (b"[" * 100_000, {}, "bad_json", 400),
        (b'{"a":"' + b"x" * 300_000 + b'"}', {}, "too_large", 413),
        (b"{}", {"Content-Type": "text/plain"}, "unsupported_media_type", 415),
        (b"{}", {"key": "with space"}, "bad_request", 400),
    ],
)
def test_bad_bodies_are_refused_in_shape(call, body, headers, code, status):
    shape(call(body=body, **headers), code, status)
    assert CounterView.done == 0


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (Http404(), "not_found", 404),
        (DataError("integer out of range"), "bad_request", 400),
        (AppError("conflict", status=409, version=3), "conflict", 409),
        (UnicodeError("surrogates"), "bad_request", 400),
    ],
)
def test_exceptions_have_their_code(call, monkeypatch, error, code, status):
    monkeypatch.setattr(CounterView, "raises", error)
    shape(call("get"), code, status)


def test_a_fault_of_ours_is_a_500_in_shape_that_tells_nothing(client, call, monkeypatch):
    monkeypatch.setattr(CounterView, "raises", ZeroDivisionError("secret detail"))
    client.raise_request_exception = False
    assert "secret" not in str(shape(call("get"), "server_error", 500))


def test_unknown_api_addresses_answer_json_and_pages_html(client, site):
    shape(client.get("/api/v1/nothing/"), "not_found", 404)
    page = client.get("/nothing/")
    assert page.status_code == 404
    assert page["Content-Type"].startswith("text/html")


def test_messages_speak_the_language_of_the_request(call):
    answer = call(who=None, **{"Accept-Language": "ja"})
    assert answer.json()["message"] == "サインインしてください。"


def test_every_message_has_japanese():
    with translation.override("ja"):
        ours = [code for code in CORE_CODES if str(MESSAGES[code]).isascii()]
    assert ours == []


def test_a_code_has_one_sentence():
    with pytest.raises(ValueError, match="not_found"):
        register_messages({"not_found": "Something else."})


def test_the_same_key_and_body_do_it_once(call):
    first = call(key="k1", body={"n": 1})
    again = call(key="k1", body={"n": 1})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert CounterView.done == 1


def test_the_same_key_with_another_body_is_refused(call):
    call(key="k1", body={"n": 1})
    shape(call(key="k1", body={"n": 2}), "idempotency_mismatch", 409)
    assert CounterView.done == 1


def test_keys_belong_to_their_actor(call):
    call(key="k1", body={"n": 1})
    assert call(key="k1", body={"n": 2}, who="writer-two").status_code == 201


def test_a_refusal_is_judged_anew(call):
    assert call(key="k1", body={"fail": True}).json()["data"] == {"seen": 1}
    assert call(key="k1", body={"fail": True}).json()["data"] == {"seen": 2}
    assert not IdempotencyRecord.objects.exists()


def test_without_key_each_call_counts(call):
    call()
    call()
    assert CounterView.done == 2


def test_answers_are_forgotten_after_a_day(call, clock):
    call(key="k1")
    clock.advance(hours=23)
    assert delete_old_records() == 0
    clock.advance(hours=2)
    assert delete_old_records() == 1


def test_a_view_that_does_not_declare_its_methods_fails_the_start_up_check(monkeypatch):
    assert checks.check_declared_permissions(None) == []
    monkeypatch.setattr(CounterView, "permissions", {"GET": Right.READ})
    assert [found.id for found in checks.check_declared_permissions(None)] == ["core.E002"]


@given(st.binary(max_size=60))
def test_any_body_gets_an_answer_below_500(body):
    request = RequestFactory().post(
        "/api/v1/counter/", body, content_type="application/json", headers={"X-Who": "writer"}
    )
    assert CounterView.as_view()(request).status_code < 500
