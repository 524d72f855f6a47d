"""F1, F7: a killed server in mid-session loses no event and no grant."""

import pytest

from sessions.tests.live import ClosedError, Server, people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def own_server(transactional_db):
    server = Server()
    server.start()
    yield server
    server.kill()


async def test_f1_after_kill_9_the_session_goes_on_with_the_same_grants_and_every_event(own_server, live_site):
    scene = await people(own_server, live_site)
    async with scene.csr.socket(scene.id) as csr, scene.customer.socket(scene.id) as customer:
        endpoint = csr.ticket["endpoint"]
        request = await scene.post(scene.csr, "requests/", {"capability": "screen.view.desktop"})
        grant = await scene.post(scene.customer, f"requests/{request['id']}/grant/")
        await csr.until("request.granted")
        seen = csr.events[-1]["seq"]
        own_server.kill()
        with pytest.raises((ClosedError, ConnectionError)):
            await customer.until("never")
    own_server.start()
    back = scene.csr.socket(scene.id, after=seen, endpoint=endpoint)
    async with back as csr, scene.customer.socket(scene.id, after=seen):
        await scene.say(scene.customer, "still here")
        await csr.until("chat.sent")
    seqs = [event["seq"] for event in csr.events]
    assert seqs == list(range(seen + 1, seen + 1 + len(seqs)))
    _, snapshot = await scene.csr.call("GET", f"sessions/{scene.id}/")
    assert (snapshot["state"], [row["id"] for row in snapshot["grants"]]) == ("active", [grant["id"]])
