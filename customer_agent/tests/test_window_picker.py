"""No tick is lost in silence: a grant has room for sixteen windows, and the list says so."""

import json
import os
import subprocess
import sys

import pytest

from customer_agent.bridge import Choice, WindowView
from customer_agent.consent import chosen_scope
from customer_agent.tests.xserver import x_server
from supportsite.protocol.base import Capability
from supportsite.protocol.objects import MAX_APPLICATIONS, RequestInfo, Scope


@pytest.mark.parametrize(("language", "sentence"), [("en", "At most 16 windows"), ("ja", "16個まで")])
def test_a_window_too_many_cannot_be_ticked_and_the_list_says_why(language, sentence):
    with x_server(800, 900) as server:
        command = [sys.executable, "-m", "customer_agent.tests.programs.window_ticks", language]
        environment = {**os.environ, "DISPLAY": server.display}
        run = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60)
    *first, seventeenth, eighteenth, fewer, other = json.loads(run.stdout)
    full = list(range(1, MAX_APPLICATIONS + 1))
    assert (first[-1]["ticked"], {state["said"] for state in first}) == (full, {""})
    for state in (seventeenth, eighteenth):
        assert state["ticked"] == full
        assert sentence in state["said"]
    assert (fewer["ticked"], fewer["said"]) == (full[1:], "")
    assert (other["ticked"], other["said"]) == ([*full[1:], 18], "")


def test_a_choice_of_more_windows_than_a_grant_has_is_no_consent():
    windows = tuple(WindowView(window=number, name="editor", title="letter") for number in range(1, 19))
    request = RequestInfo.model_construct(capability=Capability.VIEW_APPLICATION, scope=Scope())
    fits = chosen_scope(request, Choice(windows=windows[:MAX_APPLICATIONS]))
    assert fits is not None
    assert len(fits.applications) == MAX_APPLICATIONS
    for refused in ((), windows):
        assert chosen_scope(request, Choice(windows=refused)) is None
