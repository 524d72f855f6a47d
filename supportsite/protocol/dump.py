"""Print the contract as JSON schema, from which the TypeScript types are made: `python -m supportsite.protocol.dump`.

Needs no Django. Every field is named as always present: servers send defaults too, and clients write whole objects.
"""

import json
import sys
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import CoreSchema

from supportsite.protocol import PROTOCOL_VERSION, base, channel, inbox, socket
from supportsite.protocol.entering import QueueInfo
from supportsite.protocol.events import EVENT
from supportsite.protocol.monitor import MonitorLine, Staffing
from supportsite.protocol.objects import NoteInfo, SessionSnapshot


class _Schema(GenerateJsonSchema):
    """JSON schema without what makes needless types in TypeScript: titles and defaults of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # pydantic's signature
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: FBT001 - pydantic's signature
        return True

    def default_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])


def _constants() -> dict[str, int]:
    """Numbers that both sides must agree on."""
    codes = {f"CLOSE_{name}": value for name, value in vars(socket.CloseCode).items() if name.isupper()}
    return {
        "PROTOCOL_VERSION": PROTOCOL_VERSION,
        "MAX_TEXT": base.MAX_TEXT,
        "MAX_NOTE": base.MAX_NOTE,
        "MAX_NAME": base.MAX_NAME,
        "MAX_FRAME_BYTES": socket.MAX_FRAME_BYTES,
        "CHANNEL_HEARTBEAT_SECONDS": channel.CHANNEL_HEARTBEAT_SECONDS,
        "MAX_CHANNEL_BYTES": channel.MAX_CHANNEL_BYTES,
        "MAX_INPUT_TEXT": channel.MAX_INPUT_TEXT,
        "MARK_SECONDS": channel.MARK_SECONDS,
        "CLIPBOARD_PART_CHARACTERS": channel.CLIPBOARD_PART_CHARACTERS,
        "MAX_CLIPBOARD_CHARACTERS": channel.MAX_CLIPBOARD_CHARACTERS,
        "MAX_WRAP_NOTE": inbox.MAX_WRAP_NOTE,
        **codes,
    }


def schema() -> dict[str, Any]:
    """Return one JSON schema whose `$defs` hold every message, and whose `constants` hold the shared numbers."""
    adapters: dict[str, TypeAdapter[Any]] = {
        "Event": EVENT,
        "ServerFrame": socket.SERVER_FRAME,
        "ClientFrame": socket.CLIENT_FRAME,
        "SignalData": TypeAdapter(socket.SignalData),
        "ViewerInput": channel.VIEWER_INPUT,
        "StateMessage": channel.STATE_MESSAGE,
        "SessionSnapshot": TypeAdapter(SessionSnapshot),
        "NoteInfo": TypeAdapter(NoteInfo),
        "QueueInfo": TypeAdapter(QueueInfo),
        "InboxToday": TypeAdapter(inbox.InboxToday),
        "MonitorLine": TypeAdapter(MonitorLine),
        "Staffing": TypeAdapter(Staffing),
    }
    inputs: list[tuple[str, JsonSchemaMode, CoreSchema]] = [
        (name, "serialization", adapter.core_schema) for name, adapter in adapters.items()
    ]
    schemas, definitions = _Schema(ref_template="#/$defs/{model}").generate_definitions(inputs)
    unions = {name: value for (name, _mode), value in schemas.items() if "$ref" not in value}
    return {
        "title": "Protocol",
        "type": "object",
        "properties": {},
        "additionalProperties": False,
        "$defs": {**definitions, **unions},
        "constants": _constants(),
    }


if __name__ == "__main__":
    json.dump(schema(), sys.stdout, indent=1, sort_keys=True)
