"""Who may be at a relay, beyond what the live tests of the relay hold: programs and clipboards show nothing."""

import asyncio
from unittest.mock import AsyncMock

import pytest
from asgiref.sync import sync_to_async

from media import consumers
from media.relay_records import SOURCE, Relay, RelayTicket
from media.selectors import RelayRights
from media.services import open_relay
from sessions.consumers.base import SocketClosed
from sessions.selectors.access import Access
from sessions.tests.scene import CONTROL
from sessions.tests.test_capabilities import Stage
from supportsite.core.errors import AppError
from supportsite.protocol.base import Capability
from supportsite.protocol.socket import CloseCode, Hello

pytestmark = pytest.mark.django_db


def test_a_support_manager_of_either_side_is_no_viewer(site):
    stage = Stage(site)
    control = stage.give(CONTROL)
    for access in (stage.computer.access, stage.manager.access):
        with pytest.raises(AppError, match="forbidden"):
            open_relay(access, control.public_id)
    page = Access(stage.scene.csr.support_session, stage.scene.csr.person)
    assert open_relay(page, control.public_id).grant == control.public_id


def test_a_clipboard_grant_opens_no_relay(site):
    stage = Stage(site)
    stage.give(CONTROL)
    clip = stage.give(Capability.CLIPBOARD_TO_CSR)
    page = Access(stage.scene.csr.support_session, stage.scene.csr.person)
    with pytest.raises(AppError, match="grant_not_active"):
        open_relay(page, clip.public_id)


async def test_a_side_reads_its_rights_again_once_it_hears_of_changes(monkeypatch):
    """A stop between the first reading and the group told it nothing."""
    relay = Relay(id="r" * 22, site_id=1, session="s" * 22, grant="g" * 22, participant="p" * 22, endpoint="e" * 22)
    rights = iter([RelayRights(), RelayRights(CloseCode.FORBIDDEN)])
    monkeypatch.setattr(consumers, "find_relay", lambda *_args, **_named: relay)
    monkeypatch.setattr(consumers, "read_rights", lambda *_args: next(rights))
    monkeypatch.setattr(consumers, "take_side", lambda *_args: True)
    monkeypatch.setattr(consumers, "in_database", sync_to_async)
    monkeypatch.setattr(consumers.wake, "group", lambda *_args: "group")
    monkeypatch.setattr(consumers, "RelayLine", lambda *_args: AsyncMock())
    side = consumers.RelayConsumer()
    side.ticket = RelayTicket(1, relay.session, relay.endpoint, None, relay=relay.id, side=SOURCE)
    side.scope = {"url_route": {"kwargs": {"relay_id": relay.id}}}
    side.channel_layer, side.channel_name = AsyncMock(), "one"
    side.send_message = AsyncMock()
    monkeypatch.setattr(side, "spawn", lambda work: work.close())
    await side.begin(Hello(protocol=1, ticket="t" * 22))
    assert not side.checked.is_set(), "nothing passes yet"
    async with asyncio.timeout(1):
        with pytest.raises(SocketClosed) as closed:
            await side._watch()  # what `spawn` runs
    assert closed.value.code == CloseCode.FORBIDDEN
