"""A request is of the site whose exact host it names, or of none."""

import pytest
from channels.testing import WebsocketCommunicator
from django.db import OperationalError
from django_scopes import get_scope
from hypothesis import given
from hypothesis import strategies as st

from supportsite.core import tenancy
from supportsite.core.tenancy import SiteSocketMiddleware, host_name, origin_allowed, origin_of


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("testserver", True),
        ("TESTSERVER", True),
        ("testserver:8000", True),
        ("testserver.", False),
        ("xtestserver", False),
        ("a.testserver", False),
        ("testserver:8000:9", False),
        ("[::1]", False),
    ],
)
def test_only_the_exact_host_is_the_site(client, site, host, found):
    answer = client.get("/api/v1/schema/", headers={"host": host})
    assert answer.status_code == (200 if found else 404)


def test_a_site_that_is_not_active_is_not_there(client, site):
    site.active = False
    site.save()
    assert client.get("/api/v1/schema/").status_code == 404


@pytest.mark.parametrize("path", ["/", "/api/v1/queues/x/"])
def test_without_a_database_the_caller_is_told_to_try_again_soon(client, site, path, monkeypatch):
    def refuse(_host):
        raise OperationalError("no connection is free")

    monkeypatch.setattr(tenancy, "find_site_by_host", refuse)
    answer = client.get(path, headers={"host": site.host})
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    if path.startswith("/api/"):
        assert answer.json()["code"] == "unavailable"


def test_probes_need_no_site(client, db):
    assert client.get("/livez", headers={"host": "10.0.0.7"}).status_code == 200
    body = client.get("/readyz", headers={"host": "10.0.0.7"}).json()
    assert body == {"ready": True, "database": True, "valkey": True, "worker": False, "timers": False}


@given(st.text(max_size=40))
def test_any_host_header_is_read_without_error(text):
    assert ":" not in host_name(f"{text}:80") or ":" in text


@pytest.mark.parametrize(
    ("scheme", "port", "origin"),
    [
        ("https", 443, "https://testserver"),
        ("http", 80, "http://testserver"),
        ("http", 8000, "http://testserver:8000"),
        ("https", 80, "https://testserver:80"),
    ],
)
def test_the_origin_comes_from_settings(site, settings, scheme, port, origin):
    settings.PUBLIC_SCHEME, settings.PUBLIC_PORT = scheme, port
    assert origin_of(site) == origin


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://testserver", True),
        ("https://testserver", False),
        ("http://testserver:80", False),
        ("http://testserver:6666", False),
        ("http://other.testserver", False),
        ("http://TESTSERVER", False),
        ("http://testserver/", False),
        ("http://testserver.evil.example", False),
        ("null", False),
        ("", False),
        ("file://", False),
    ],
)
def test_a_sockets_origin_is_exact(site, origin, allowed):
    scope = {"site": site, "headers": [(b"origin", origin.encode())]}
    assert origin_allowed(scope) is allowed


def test_two_origin_headers_are_none(site):
    scope = {"site": site, "headers": [(b"origin", b"http://testserver")] * 2}
    assert not origin_allowed(scope)


async def echo_site(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": str(get_scope()["site"].pk)})


async def test_a_socket_lives_in_the_scope_of_its_site(site, other_site):
    headers = [(b"host", b"other.testserver:8000")]
    link = WebsocketCommunicator(SiteSocketMiddleware(echo_site), "/ws/x/", headers=headers)
    await link.connect(timeout=10)
    assert await link.receive_from(timeout=10) == str(other_site.pk)
    await link.wait()


async def test_a_socket_of_an_unknown_host_is_refused(site):
    link = WebsocketCommunicator(SiteSocketMiddleware(echo_site), "/ws/x/", headers=[(b"host", b"evil")])
    assert await link.connect(timeout=10) == (False, 4404)


def test_outside_of_every_scope_there_is_no_site(db):
    assert tenancy.current_site() is None
    assert tenancy.current_site_id() == ""
