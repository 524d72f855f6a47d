"""Gives text to programs that ask for a selection, on a thread and a connection of its own."""

import logging
import threading
from abc import ABC, abstractmethod
from typing import Any

import xcffib
import xcffib.xproto

from customer_agent.control.selection import SelectionClient
from customer_agent.media.x11 import Waker, wait_readable

log = logging.getLogger(__name__)

CLOSE_SECONDS = 2


class SelectionServer(ABC):
    """Serves until it is closed or has nothing left to serve; `start` it once it is made. Raises DisplayError."""

    def __init__(self, display: str | None, name: str) -> None:
        self._client = SelectionClient(display)
        self._stopped = threading.Event()
        self._waker = Waker()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Give the selections up."""
        self._stopped.set()
        self._waker.wake()
        self._thread.join(CLOSE_SECONDS)

    @abstractmethod
    def _text_of(self, selection: int) -> str | None:
        """Return what is given for a selection, None for nothing."""

    def _given(self) -> None:  # noqa: B027 - most do not ask
        """A program got the text."""

    @abstractmethod
    def _lost(self, selection: int) -> None:
        """Another program owns the selection now."""

    def _work(self) -> float | None:
        """Do what is due; return the seconds until there is more, or None."""
        return None

    def _serve(self, event: Any) -> None:
        if isinstance(event, xcffib.xproto.SelectionRequestEvent):
            if self._client.answer(event, self._text_of(event.selection)):
                self._given()
        elif isinstance(event, xcffib.xproto.PropertyNotifyEvent):
            self._client.continue_giving(event)
        elif isinstance(event, xcffib.xproto.SelectionClearEvent):
            self._lost(event.selection)

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                while not self._stopped.is_set() and (event := self._client.next_event()) is not None:
                    self._serve(event)
                rest = self._work()
                # What came with an answer of the X server is in memory, and makes nothing readable.
                if (event := self._client.next_event()) is not None:
                    self._serve(event)
                elif not self._stopped.is_set():
                    wait_readable(self._client.connection, self._waker, rest)
        except xcffib.ConnectionException:
            log.debug("the display is gone")
        finally:
            self._client.close()
            self._waker.close()
