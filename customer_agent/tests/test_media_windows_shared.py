"""Shared windows through the whole pipeline, from the X server to a viewer's decoded picture."""

import asyncio

import pytest

from customer_agent.media import capture_windows_x11
from customer_agent.media.geometry import Rect
from customer_agent.media.shared_screen import SharedScreen
from customer_agent.media.windows import open_window_system
from customer_agent.tests.test_media_screen import Listener, Viewer, colour_at
from customer_agent.tests.test_media_windows import window_of
from customer_agent.tests.window_view import plain, start_manager
from customer_agent.tests.xserver import x_server
from supportsite.protocol.channel import Capture, CursorPosition, CursorShape, Screen

PLACE = Rect(300, 200, 400, 300)


@pytest.fixture(scope="module")
def server():
    with x_server(1280, 800) as running:
        start_manager(running)
        yield running


@pytest.fixture
def program(server):
    with plain(server, "plain", PLACE) as running:
        yield running


class Shared:
    """One shared window with a viewer."""

    def __init__(self, server):
        self.system = open_window_system(server.display)
        self.capture = self.system.open_capture([window_of(server, "plain")])
        self.listener = Listener()
        self.screen = SharedScreen(
            listener=self.listener,
            surface="application",
            display=server.display,
            open_backend=lambda _display: self.capture,
        )
        self.capture.listen(self.screen.follow_windows)
        self.viewer = Viewer(self.screen, "connection-1")

    async def close(self):
        await self.screen.wait_closed()
        await self.viewer.close()
        self.system.close()

    async def until_green(self, x, y):
        def seen():
            if not self.viewer.frames:
                return False
            red, green, blue = colour_at(self.viewer.frames[-1], x, y)
            return abs(green - 0xC0) < 20 and red < 20 and blue < 20

        await self.viewer.until(seen)

    def screens(self):
        return [item for item in self.viewer.states if isinstance(item, Screen)]

    def captures(self):
        return [item.state for item in self.viewer.states if isinstance(item, Capture)]


async def test_a_viewer_sees_a_covered_window_and_is_told_of_its_state(server, program, monkeypatch):
    monkeypatch.setattr(capture_windows_x11, "LOST_AFTER_SECONDS", 0.5)
    with plain(server, "canary", Rect(200, 100, 700, 600)) as canary:
        canary.tell("raise")
        shared = Shared(server)
        try:
            await shared.viewer.start()
            await shared.until_green(200, 150)
            assert (shared.viewer.frames[-1].width, shared.viewer.frames[-1].height) == (400, 300)
            screen = shared.screens()[-1]
            assert (screen.surface, screen.monitors) == ("application", [])
            assert [(item.title, item.state) for item in screen.windows] == [("plain", "shown")]
            place = shared.screen.area
            await asyncio.to_thread(program.tell, "move 500 400")
            await shared.viewer.until(lambda: shared.screen.area != place)
            assert (shared.screen.area.x - place.x, shared.screen.area.y - place.y) == (200, 200)
            program.process.kill()
            await shared.viewer.until(lambda: shared.captures()[-1:] == ["source_lost"])
            assert [item.state for item in shared.screens()[-1].windows] == ["closed"]
            async with asyncio.timeout(10):
                await shared.listener.lost.wait()
        finally:
            await shared.close()


async def test_the_cursor_is_seen_over_shared_windows_only(server, program):
    with plain(server, "canary", Rect(400, 300, 200, 150)) as canary:
        window_of(server, "canary")
        canary.tell("raise")
        shared = Shared(server)

        def cursor():
            places = [item for item in shared.viewer.states if isinstance(item, CursorPosition)]
            return places[-1].visible if places else None

        try:
            await asyncio.to_thread(server.run, "xdotool", "mousemove", "450", "380")
            await shared.viewer.start()
            await shared.until_green(20, 250)
            await shared.viewer.until(lambda: cursor() is False)
            assert not any(isinstance(item, CursorShape) for item in shared.viewer.states), "another program's cursor"
            await asyncio.to_thread(server.run, "xdotool", "mousemove", "330", "450")
            await shared.viewer.until(lambda: cursor() is True)
            assert any(isinstance(item, CursorShape) for item in shared.viewer.states)
        finally:
            await shared.close()


async def test_a_larger_window_gets_a_larger_picture_without_a_new_connection(server, program):
    shared = Shared(server)
    try:
        await shared.viewer.start()
        await shared.until_green(200, 150)
        await asyncio.to_thread(program.tell, "size 500 401")
        await shared.viewer.until(lambda: shared.viewer.frames[-1].width == 500)
        await shared.until_green(480, 390)
        assert shared.viewer.frames[-1].height == 402
        assert (shared.screens()[-1].width, shared.screens()[-1].height) == (500, 402)
    finally:
        await shared.close()


async def test_nothing_leaves_while_the_screen_is_locked(server, program):
    shared = Shared(server)
    try:
        await shared.viewer.start()
        await shared.until_green(200, 150)
        shared.screen.capture("locked", "system")
        await shared.viewer.until(lambda: shared.captures() == ["locked"])
        pictures = shared.screen.counters.pictures
        await asyncio.to_thread(program.tell, "size 420 300")
        quiet = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(1.0, quiet.set_result, None)
        await quiet
        assert shared.screen.counters.pictures == pictures
        shared.screen.capture("live", "system")
        await shared.viewer.until(lambda: shared.captures() == ["locked", "live"])
        await shared.viewer.until(lambda: shared.viewer.frames[-1].width == 420)
    finally:
        await shared.close()
