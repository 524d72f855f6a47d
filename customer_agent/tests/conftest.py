"""Fixtures of the program's tests: a display, a server that speaks the contract, the program, a viewer."""

from collections.abc import Iterator

import pytest

from customer_agent.tests.app_screen import Display, Program
from customer_agent.tests.app_server import CODE, ContractServer


@pytest.fixture(scope="module")
def app_display() -> Iterator[Display]:
    screen = Display()
    yield screen
    screen.close()


@pytest.fixture
def app_server() -> Iterator[ContractServer]:
    with ContractServer() as running:
        yield running


@pytest.fixture
def program(app_display: Display, app_server: ContractServer) -> Iterator[Program]:
    running = Program(app_display, "--site", app_server.url, "--code", CODE)
    app_server.wait_frame("connected")
    yield running
    running.close()
    assert not [line for line in running.lines if "Traceback" in line], running.lines
