"""Logs hold what finds a fault and nothing that a person would not want in them."""

import structlog
from structlog.testing import capture_logs

from supportsite.core import observe
from supportsite.core.observe import current_ref, redact


def test_values_whose_key_names_a_secret_are_blanked():
    event = {"event": "x", "token": "t", "support_number": "123456789", "sdp": "v=0", "password": "p", "ms": 3}
    assert redact(None, "info", event) == {
        "event": "x",
        "token": "[redacted]",
        "support_number": "[redacted]",
        "sdp": "[redacted]",
        "password": "[redacted]",
        "ms": 3,
    }


def test_djangos_own_lines_lose_the_path():
    event = {"event": "Internal Server Error: /s/abc/?number=1", "logger": "django.request"}
    assert redact(None, "error", event)["event"] == "Internal Server Error"


def test_a_request_is_one_line_without_its_path(client, site, monkeypatch):
    # A logger keeps the configuration of its first use, and whoever imports the server's entry configures anew.
    monkeypatch.setattr(observe, "log", structlog.get_logger())
    with capture_logs() as lines:
        answer = client.get("/nothing/123456789/?number=123456789", headers={"cookie": "secret=1"})
    assert [line["event"] for line in lines] == ["request"]
    assert "123456789" not in str(lines)
    assert lines[0]["status"] == 404
    assert answer["X-Request-Id"]


def test_outside_of_a_request_there_is_no_ref():
    structlog.contextvars.clear_contextvars()
    assert current_ref() == ""
