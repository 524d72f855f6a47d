"""A wake-up is sent after the commit, only then, and never names a method of the client's choice."""

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import ConnectionError as RedisConnectionError

from supportsite.core import wake
from supportsite.core.tenancy import site_scope


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(wake, "_send", lambda group, message: messages.append((group, message)))
    return messages


def test_it_is_sent_when_the_transaction_commits(site, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        wake.wake(wake.session_group("abcdefgh"), session="abcdefgh", seq=7)
        assert sent == []
    assert sent == [([f"session.{site.pk}.abcdefgh"], {"type": "wake", "session": "abcdefgh", "seq": 7})]


@pytest.mark.django_db(transaction=True)
def test_it_is_not_sent_when_the_transaction_fails(site, sent):
    with transaction.atomic():
        wake.wake(wake.session_group("abcdefgh"), session="abcdefgh", seq=7)
        transaction.set_rollback(True)
    assert sent == []


@pytest.mark.parametrize("bad", ["", "a b", "a.b", "x" * 41, "websocket.disconnect", "あ"])
def test_groups_have_safe_names_only(site, bad):
    with pytest.raises(ValueError, match="no such group"):
        wake.session_group(bad)


def test_the_same_id_on_another_site_is_another_group(site, other_site):
    mine = wake.session_group("abcdefgh")
    with site_scope(other_site):
        assert wake.session_group("abcdefgh") != mine


def test_the_type_cannot_be_chosen(site):
    with pytest.raises(ValueError, match="fixed"):
        wake.wake("session.1.x", type="websocket.disconnect")


def test_several_groups_are_told_in_one_go(site, sent, django_capture_on_commit_callbacks):
    groups = [wake.group("inbox", "1"), wake.group("monitor")]
    with django_capture_on_commit_callbacks(execute=True):
        wake.wake_all(groups, n=3)
    assert sent == [(groups, {"type": "wake", "n": 3})]


def test_losing_the_layer_loses_nothing_else(site, monkeypatch, django_capture_on_commit_callbacks):
    class Broken:
        async def group_send(self, *_):
            raise RedisConnectionError

    monkeypatch.setattr(wake, "get_channel_layer", Broken)
    with django_capture_on_commit_callbacks(execute=True):
        wake.wake(wake.session_group("abcdefgh"), session="abcdefgh", seq=7)


def test_it_arrives_through_the_layer(site):
    async def listen():
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add("session.1.abcdefgh", channel)
        await layer.group_send("session.1.abcdefgh", {"type": "wake", "seq": 1})
        return await layer.receive(channel)

    assert async_to_sync(listen)() == {"type": "wake", "seq": 1}
