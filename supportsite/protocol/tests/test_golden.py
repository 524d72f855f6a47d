"""The golden messages parse, come out as they went in, and there is one for every message class."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from supportsite.protocol import channel, events, socket
from supportsite.protocol.objects import SessionSnapshot

GOLDEN = Path(__file__).parent.parent / "golden"
FAMILIES: dict[str, TypeAdapter[Any]] = {
    "event": events.EVENT,
    "client": socket.CLIENT_FRAME,
    "server": socket.SERVER_FRAME,
    "input": channel.VIEWER_INPUT,
    "state": channel.STATE_MESSAGE,
    "object": TypeAdapter(SessionSnapshot),
}
UNIONS = {
    "event": events.Event,
    "client": socket.ClientFrame,
    "server": socket.ServerFrame,
    "input": channel.ViewerInput,
    "state": channel.StateMessage,
}
FILES = sorted(GOLDEN.glob("*.json"))


def family(path):
    return path.name.split(".")[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_message_comes_out_as_it_went_in(path):
    raw = json.loads(path.read_text(encoding="utf-8"))
    adapter = FAMILIES[family(path)]
    assert json.loads(adapter.dump_json(adapter.validate_python(raw))) == raw


@pytest.mark.parametrize("name", UNIONS)
def test_every_message_class_has_a_golden_message(name):
    classes = {kind.model_fields["type"].default for kind in get_args(get_args(UNIONS[name])[0])}
    shown = {json.loads(path.read_text(encoding="utf-8"))["type"] for path in FILES if family(path) == name}
    assert shown == classes


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_unknown_field_is_refused_by_the_server(path):
    raw = json.loads(path.read_text(encoding="utf-8"))
    with pytest.raises(ValidationError):
        FAMILIES[family(path)].validate_python({**raw, "granted": True})
