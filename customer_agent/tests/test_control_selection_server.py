"""A program that asks for a selection is answered, whenever it asks."""

import time

import pytest

from customer_agent.control.selection import SelectionClient
from customer_agent.control.selection_server import SelectionServer
from customer_agent.tests.xserver import x_server


@pytest.fixture(scope="module")
def server():
    with x_server() as running:
        yield running


class Busy(SelectionServer):
    """Is asked while it waits for an answer of the X server itself."""

    def __init__(self, display, asker):
        super().__init__(display, "busy")
        self._asker, self._begun = asker, False

    def _work(self):
        if not self._begun:
            self._begun = True
            clipboard = self._client.clipboard
            self._client.own(clipboard)
            kind, place = self._asker.atoms["UTF8_STRING"], self._asker.atoms["SUPPORT_MANAGER_TEXT"]
            self._asker.connection.core.ConvertSelection(self._asker.window, clipboard, kind, place, 0)
            self._asker.owner(clipboard)  # the request is with the X server now
            self._client.owner(clipboard)  # and with this answer it comes into memory
        return

    def _text_of(self, selection):
        return "what was there"

    def _lost(self, selection):
        raise AssertionError("nobody takes it")


def test_a_request_that_came_with_another_answer_is_not_left_waiting(server):
    asker = SelectionClient(server.display)
    busy = Busy(server.display, asker)
    busy.start()
    try:
        notice = asker._await(lambda event: hasattr(event, "selection"), time.monotonic() + 5, lambda _: None)
        assert notice is not None, "no answer"
        assert notice.property == asker.atoms["SUPPORT_MANAGER_TEXT"]
    finally:
        busy.close()
        asker.close()
