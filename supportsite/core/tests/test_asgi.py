"""A web process that is asked too much answers in turn, and says so early."""

import asyncio
import threading

from django.http import HttpResponse
from django.test import RequestFactory

from supportsite.asgi import OneThreadHandler


def test_so_many_are_answered_at_once_others_wait_in_turn_and_the_rest_is_told_to_come_again(settings):
    settings.REQUESTS_AT_ONCE, settings.REQUESTS_WAITING = 2, 3
    go_on, began = threading.Event(), []

    class Slow(OneThreadHandler):
        def get_response(self, request):
            began.append(request.path)
            assert go_on.wait(10)
            return HttpResponse(request.path)

    async def ask():
        handler = Slow()
        asked = [asyncio.create_task(handler.get_response_async(RequestFactory().get(f"/{n}"))) for n in range(6)]
        refused = await asked[5]
        assert not any(task.done() for task in asked[:5])
        go_on.set()
        return refused, await asyncio.gather(*asked[:5])

    refused, answers = asyncio.run(ask())
    assert (refused.status_code, refused["Retry-After"]) == (503, "2")
    assert [answer.content.decode() for answer in answers] == ["/0", "/1", "/2", "/3", "/4"]
    assert sorted(began[:2]) == ["/0", "/1"]


def test_who_gives_up_waiting_leaves_the_place_to_others(settings):
    settings.REQUESTS_AT_ONCE, settings.REQUESTS_WAITING = 1, 1
    go_on = threading.Event()

    class Slow(OneThreadHandler):
        def get_response(self, request):
            assert go_on.wait(10)
            return HttpResponse(request.path)

    async def ask():
        handler, make = Slow(), RequestFactory().get
        first = asyncio.create_task(handler.get_response_async(make("/0")))
        await asyncio.sleep(0)
        gone = asyncio.create_task(handler.get_response_async(make("/1")))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        second = asyncio.create_task(handler.get_response_async(make("/2")))
        await asyncio.sleep(0)
        go_on.set()
        return await asyncio.gather(first, second)

    assert [answer.status_code for answer in asyncio.run(ask())] == [200, 200]
