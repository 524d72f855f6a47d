"""The desk that checks marks: nobody's flood takes the board from the others."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from customer_agent.marks import MAX_LIVE_MARKS_EACH, Allowance, MarkDesk
from customer_agent.media.geometry import Rect
from customer_agent.refusals import Refusals
from customer_agent.session_model import SessionModel, parse_snapshot
from customer_agent.tests.app_server import ASSISTANT, CSR, SECOND_CUSTOMER, ContractServer
from supportsite.protocol.channel import Mark, MarksCleared


class Board:
    """Keeps what is drawn."""

    available = True

    def __init__(self) -> None:
        self.marks: list[Mark] = []

    def put(self, mark: Mark, _area: Rect, _name: str) -> None:
        self.marks.append(mark)

    def clear(self, _participant: str | None = None) -> None:
        self.marks.clear()


class Viewer:
    """Somebody who watches one picture."""

    def __init__(self, participant: str) -> None:
        self.connection, self.participant = f"connection-{participant}", participant
        self.told: list[Any] = []

    def send(self, message: Any) -> None:
        self.told.append(message)


def picture(*viewers: Viewer) -> Any:
    return cast(Any, SimpleNamespace(area=Rect(0, 0, 100, 100), viewers=list(viewers)))


@pytest.fixture
def model() -> SessionModel:
    with ContractServer() as server:
        return SessionModel(parse_snapshot(server.snapshot()))


def desk_of(model: SessionModel, board: Board, refusals: Refusals, *pictures: Any) -> MarkDesk:
    return MarkDesk(
        model=model, board=board, refusals=refusals,
        grant_of=lambda _screen: "grant-0001", on_first=lambda _grant, _participant: None,
        viewers=lambda: [peer for screen in pictures for peer in screen.viewers],
    )  # fmt: skip


def stroke(number: int) -> Mark:
    return Mark(id=f"mark-{number:08}", kind="pen", points=[(0.5, 0.5)])


def test_one_viewers_flood_of_marks_leaves_room_for_the_others(model: SessionModel, monkeypatch: Any) -> None:
    monkeypatch.setattr(Allowance, "take", lambda _self, _now: True)
    board, refusals = Board(), Refusals()
    desk, screen = desk_of(model, board, refusals), picture()
    for number in range(400):
        desk.take(cast(Any, Viewer(SECOND_CUSTOMER)), screen, stroke(number))
    desk.take(cast(Any, Viewer(CSR)), screen, stroke(0))
    authors = [mark.participant for mark in board.marks]
    assert authors == [SECOND_CUSTOMER] * MAX_LIVE_MARKS_EACH + [CSR]
    assert refusals.take() == [("too_many_marks", 400 - MAX_LIVE_MARKS_EACH)]


def test_whoever_clears_clears_on_every_picture(model: SessionModel) -> None:
    """A CSR everybody's or one person's, a customer their own whatever they say, and who leaves takes theirs along."""
    left, right = Viewer(CSR), Viewer(SECOND_CUSTOMER)
    first, second = picture(left), picture(right)
    desk = desk_of(model, Board(), Refusals(), first, second)
    desk.take(cast(Any, left), first, MarksCleared())
    desk.take(cast(Any, left), first, MarksCleared(participant=SECOND_CUSTOMER))
    desk.take(cast(Any, right), second, MarksCleared())
    desk.take(cast(Any, right), second, MarksCleared(participant=CSR))
    desk.clear(ASSISTANT)
    for viewer in (left, right):
        whose = [message.participant for message in viewer.told]
        assert whose == [None, SECOND_CUSTOMER, SECOND_CUSTOMER, SECOND_CUSTOMER, ASSISTANT]
