"""How it starts: which addresses it speaks to, whom it believes, and what it says when that fails."""

import asyncio
import shutil

import pytest

from customer_agent import __main__ as command_line
from customer_agent.address import parse_site_address
from customer_agent.client import ApiClient
from customer_agent.errors import AgentError
from customer_agent.identity import Identity
from customer_agent.tests.app_screen import Display, Program
from customer_agent.tests.app_server import CODE, ContractServer

needs_screen = pytest.mark.skipif(
    shutil.which("Xvfb") is None or shutil.which("xdotool") is None, reason="needs Xvfb and xdotool"
)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://support.example.com", "https://support.example.com/x"),
        ("support.example.com", "https://support.example.com/x"),
        (" HTTPS://Support.Example.com/s/abc?x=1 ", "https://support.example.com/x"),
        ("https://support.example.com:8443/", "https://support.example.com:8443/x"),
        ("http://localhost:8000", "http://localhost:8000/x"),
        ("http://second.localhost:8000", "http://second.localhost:8000/x"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/x"),
        ("http://[::1]:8000", "http://[::1]:8000/x"),
        ("https://bücher.example", "https://xn--bcher-kva.example/x"),
    ],
)
def test_these_addresses_are_spoken_to(text: str, url: str) -> None:
    assert parse_site_address(text).url("/x") == url


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("http://support.example.com", "not_secure"),
        ("http://localhost.example.com", "not_secure"),
        ("http://127.0.0.1.example.com", "not_secure"),
        ("http://2130706433", "not_secure"),
        ("ftp://support.example.com", "bad_address"),
        ("https://user@support.example.com", "bad_address"),
        ("https://", "bad_address"),
        ("file:///etc/passwd", "bad_address"),
        ("https://a:b:c", "bad_address"),
        ("https://" + "a" * 400, "bad_address"),
        ("", "bad_address"),
    ],
)
def test_these_addresses_are_not_spoken_to(text: str, code: str) -> None:
    with pytest.raises(AgentError) as caught:
        parse_site_address(text)
    assert caught.value.code == code


def fails(server: ContractServer, work: str, **arguments: str) -> str:
    async def play() -> None:
        api = ApiClient(parse_site_address(server.url))
        try:
            await getattr(api, work)(**arguments)
        finally:
            await api.close()

    with pytest.raises(AgentError) as caught:
        asyncio.run(play())
    return caught.value.code


def attach_arguments(code: str = CODE) -> dict[str, str]:
    return {"code": code, "public_key": Identity().public_key, "label": "test"}


def test_a_site_that_names_another_host_is_not_attached_to() -> None:
    with ContractServer(host="evil.example") as server:
        assert fails(server, "site") == "wrong_site"
        assert fails(server, "attach", **attach_arguments()) == "wrong_site"


def test_a_redirect_is_not_followed() -> None:
    with ContractServer() as server, ContractServer() as elsewhere:
        server.redirect_to = elsewhere.url
        assert fails(server, "site") == "bad_answer"
        assert fails(server, "attach", **attach_arguments()) == "bad_answer"
        assert elsewhere.calls == []


def test_a_wrong_code_has_the_servers_word(app_server: ContractServer) -> None:
    assert fails(app_server, "attach", **attach_arguments("AAAA-AAAA")) == "code_invalid"


def test_no_option_hides_a_window_or_answers_a_question() -> None:
    options = vars(command_line.parse_arguments([]))
    assert set(options) == {"site", "code", "language", "theme", "log_level"}


@needs_screen
def test_a_wrong_code_is_said_in_the_window_and_can_be_corrected(
    app_display: Display, app_server: ContractServer
) -> None:
    program = Program(app_display, "--site", app_server.url, "--code", "AAAA-AAAA")
    program.wait_line("not attached: code_invalid")
    program.wait_line("start says code_invalid")
    app_display.hand("key", "ctrl+slash", "BackSpace")
    app_display.hand("type", CODE)
    app_display.hand("key", "Return")
    app_server.wait_frame("connected")
    program.bar_button("Leave the session")
    program.close()


@needs_screen
def test_an_insecure_address_is_refused_in_words_and_nothing_is_sent(app_display: Display) -> None:
    program = Program(app_display, "--site", "http://support.example.com", "--code", CODE)
    program.wait_line("start says not_secure")
    program.close()


def test_without_a_screen_it_says_so(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert command_line.main(["--language", "ja"]) == 2
    assert "画面が必要です" in capfd.readouterr().err
