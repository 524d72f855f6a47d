"""A queue as its customers see it: the answer of GET queues/ID/ and what the entry page starts with."""

from typing import Annotated, Literal

from pydantic import Field

from supportsite.protocol.base import Message, PublicId, UtcTime


class FormFieldInfo(Message):
    """A field of the entry form, its label in the reader's language."""

    key: Annotated[str, Field(max_length=40)]
    label: Annotated[str, Field(max_length=80)]
    kind: Literal["text", "long_text", "email", "phone", "number", "choice"]
    required: bool
    choices: list[str] = []


class QueueInfo(Message):
    """`when_closed` is what a customer may do instead of waiting. `changes_at`: closes, or opens next, at this time."""

    id: PublicId
    name: Annotated[str, Field(max_length=80)]
    open: bool
    changes_at: UtcTime | None = None
    when_closed: Literal["message", "callback", "refuse"]
    fields: list[FormFieldInfo]
