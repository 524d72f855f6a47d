"""The program: windows in the main thread, the session on an event loop in a thread beside it."""

import asyncio
import contextlib
import logging
import platform
import signal
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from customer_agent.address import SiteAddress, parse_site_address
from customer_agent.attachment import Attachment
from customer_agent.bridge import Choice, MonitorView, WindowView
from customer_agent.choices import list_monitors, list_windows
from customer_agent.client import ApiClient
from customer_agent.errors import AgentError
from customer_agent.identity import Identity
from customer_agent.media.wayland import can_read_streams, on_wayland
from customer_agent.session_model import SessionModel
from customer_agent.ui.overlay import Overlay
from customer_agent.ui.windows import TkWindows

log = logging.getLogger(__name__)

JOIN_SECONDS = 2.0


class SupportManager:
    """Implements `bridge.Owner`. Made in the main thread; `run` returns when everything is over."""

    def __init__(self, *, language: str, dark: bool) -> None:
        self._language = language
        self._attachment: Attachment | None = None
        # First of all: without a display nothing else is begun.
        self._windows = TkWindows(owner=self, language=language, dark=dark)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run_loop, name="session", daemon=True)
        self._attaching: set[asyncio.Task[None]] = set()

    def run(self, *, site: str, code: str) -> None:
        """Show windows until the end; connects at once when site and code are known."""
        self._thread.start()
        signal.set_wakeup_fd(self._windows.wake_descriptor, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.leave())
        self._windows.ask_start(site, code, self.connect)
        if site and code:
            self._windows.start_busy()
            self.connect(site, code)
        try:
            self._windows.run()
        finally:
            signal.set_wakeup_fd(-1)
            self._close_loop()

    def connect(self, site: str, code: str) -> None:
        """Attach with what the first window has."""
        self._spawn(lambda: self._attach(site, code))

    # `bridge.Owner`

    def answer(self, request: str, *, allowed: bool, choice: Choice) -> None:
        """See `bridge.Owner`."""
        if self._attachment is not None:
            self._attachment.answer(request, allowed=allowed, choice=choice)

    def list_monitors(self) -> list[MonitorView]:
        """See `bridge.Owner`."""
        return list_monitors()

    def list_windows(self) -> list[WindowView] | None:
        """See `bridge.Owner`."""
        return list_windows()

    def lapse(self, request: str) -> None:
        """See `bridge.Owner`."""
        if self._attachment is not None:
            self._attachment.lapse(request)

    def prompt_closed(self, request: str) -> None:
        """See `bridge.Owner`."""
        if self._attachment is not None:
            self._attachment.prompt_closed(request)

    def stop_everything(self) -> None:
        """See `bridge.Owner`."""
        if self._attachment is not None:
            self._attachment.stop_everything()

    def stop_control(self) -> None:
        """See `bridge.Owner`."""
        if self._attachment is not None:
            self._attachment.stop_control()

    def pause(self) -> None:
        """See `bridge.Owner`."""
        if self._attachment is not None:
            self._attachment.pause()

    def go_on(self) -> None:
        """See `bridge.Owner`."""
        if self._attachment is not None:
            self._attachment.go_on()

    def leave(self) -> None:
        """Leave the session; without one, end the program."""
        if self._attachment is not None:
            self._attachment.leave()
        else:
            self._windows.quit()

    # The session's thread

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def _close_loop(self) -> None:
        if self._attachment is not None:
            self._attachment.stop_everything()
        with contextlib.suppress(RuntimeError):  # it was never started, or is closed already
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(JOIN_SECONDS)

    def _spawn(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        def start() -> None:
            task = self._loop.create_task(work())
            self._attaching.add(task)
            task.add_done_callback(self._ended)

        self._loop.call_soon_threadsafe(start)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._attaching.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("the session failed", exc_info=task.exception())
            self.stop_everything()
            self._windows.show_end("fault")

    async def _attach(self, site: str, code: str) -> None:
        if self._attachment is not None:
            return
        try:
            if on_wayland() and not can_read_streams():
                # Only XWayland's own windows could be captured; an empty picture would be a lie.
                raise AgentError("wayland")
            address = parse_site_address(site)
            async with contextlib.AsyncExitStack() as stack:
                api = ApiClient(address, language=self._language)
                stack.push_async_callback(api.close)
                await self._take_part(api, address, code)
        except AgentError as error:
            log.info("not attached: %s", error)
            self._windows.start_failed(error.code)

    async def _take_part(self, api: ApiClient, address: SiteAddress, code: str) -> None:
        await api.site()
        identity = Identity()
        attached = await api.attach(code=code.strip(), public_key=identity.public_key, label=computer_label())
        log.info("attached at %s", address.netloc)
        session = attached.session
        me = SessionModel(session)
        name = me.participant_name(session.me or "") if me.owner_is_csr else ""
        self._windows.start_done(csr_name=name, site_name=attached.site.name)
        window = self._windows.window_id
        board = Overlay(above=lambda: [window])
        attachment = Attachment(
            api=api, attached=attached, identity=identity, windows=self._windows, own_windows=lambda: [window],
            board=board,
        )  # fmt: skip
        self._attachment = attachment
        try:
            code_of_end = await attachment.run()
        finally:
            board.close()
        log.info("over: %s", code_of_end)


def computer_label() -> str:
    """Return what this program calls itself to the other side: program and system, no host or user name."""
    return f"Support Manager, {platform.system() or 'unknown system'}"
