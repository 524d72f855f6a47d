"""Fixtures of this app: a live server, and a scene whose people can call it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from sessions.tests.live import Server, select_nothing


@pytest.fixture(scope="module")
def server_process(django_db_setup: None) -> Iterator[Server]:
    """Run one daphne for the tests of a module."""
    server = Server()
    server.start()
    yield server
    server.kill()


BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""


@pytest.fixture
def server(server_process: Server, transactional_db: None) -> Iterator[Server]:
    """Give the live server; the test's rows are committed, so it sees them.

    Afterwards wait until it has dealt with the closed sockets: emptying the tables would lock against it.
    """
    yield server_process
    quiet = 0
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(BUSY)
            quiet = quiet + 1 if cursor.fetchone()[0] == 0 else 0
        if quiet == 4:
            return
        select_nothing(0.02)


@pytest.fixture
def live_site(transactional_db: None, site: Any) -> Any:
    """Return a committed site, its scope entered."""
    return site
