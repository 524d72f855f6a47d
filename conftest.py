"""Fixtures of all tests: a database made by the owner and used as the app role, two sites, a clock that stands still.

Async tests run through `async_to_sync`, in the thread and transaction of their fixtures (pytest-asyncio loses both).
"""

import time
from collections.abc import Callable, Iterable, Iterator
from inspect import iscoroutinefunction
from typing import Any

import psycopg
import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from hypothesis import settings as hypothesis_settings

from supportsite import env
from supportsite.core import clock as core_clock
from supportsite.core import valkey
from supportsite.core.tenancy import site_scope

# The same examples in each run, so that a change is what makes a test fail; no deadline, the machine may be busy.
hypothesis_settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis_settings.load_profile("repeatable")

FLUSH_LOCK_MS, FLUSH_SECONDS = 200, 30  # less than PostgreSQL's deadlock_timeout of a second
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup"}


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an async test in an event loop of its own."""
    if not iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames  # noqa: SLF001 - as pytest's own hook does
    async_to_sync(pyfuncitem.obj)(**{name: pyfuncitem.funcargs[name] for name in names})
    return True


def _connect_as(role: dict[str, Any]) -> None:
    connection.close()
    connection.settings_dict.update(USER=role["USER"], PASSWORD=role["PASSWORD"])


def _flush_as_owner(statements: Iterable[str]) -> None:
    """Empty the tables after a transactional test; the app role may not truncate.

    The test's server may still read for a socket that has just closed. It locks tables in another order: who waits
    here lets go before PostgreSQL calls it a deadlock, and tries again.
    """
    owner = env.database(settings.DATABASE_OWNER_URL)
    with psycopg.connect(
        dbname=connection.settings_dict["NAME"],
        user=owner["USER"],
        password=owner["PASSWORD"],
        host=owner["HOST"],
        port=owner["PORT"] or None,
        autocommit=True,
    ) as link:
        link.execute(f"SET lock_timeout = '{FLUSH_LOCK_MS}ms'")
        for statement in statements:
            _execute_patiently(link, statement)


def _execute_patiently(link: "psycopg.Connection[Any]", statement: str) -> None:
    deadline = time.monotonic() + FLUSH_SECONDS
    while True:
        try:
            link.execute(statement)
            return
        except psycopg.errors.LockNotAvailable:
            if time.monotonic() > deadline:
                raise


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None
) -> Iterator[None]:
    """Make the test database as the owner, then connect as the role that row-level security binds."""
    with django_db_blocker.unblock():
        _connect_as(env.database(settings.DATABASE_OWNER_URL))
        made = setup_databases(verbosity=0, interactive=False)
        _connect_as(env.database(settings.DATABASE_APP_URL))
    connection.ops.execute_sql_flush = _flush_as_owner  # type: ignore[method-assign, assignment]
    yield
    with django_db_blocker.unblock():
        _connect_as(env.database(settings.DATABASE_OWNER_URL))
        teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def _empty_valkey(request: pytest.FixtureRequest) -> None:
    """Forget limits, caches and heartbeats of the test before, where services are used at all."""
    if request.node.get_closest_marker("django_db") or DATABASE_FIXTURES & set(request.fixturenames):
        valkey.client().flushdb()


@pytest.fixture
def site(db: None) -> Iterator[Any]:
    """Make a site and enter its scope for the test."""
    from accounts.tests.factories import SiteFactory

    made: Any = SiteFactory(host="testserver")
    with site_scope(made):
        yield made


@pytest.fixture
def other_site(db: None) -> Any:
    """Make a second site, whose rows must never be seen."""
    from accounts.tests.factories import SiteFactory

    return SiteFactory(host="other.testserver")


@pytest.fixture
def client_of() -> Callable[[Any], Client]:
    """Return a function that makes a browser-like client (CSRF enforced) on a site's host."""
    return lambda made: Client(enforce_csrf_checks=True, headers={"host": made.host})


@pytest.fixture
def clock() -> Iterator[core_clock.FrozenClock]:
    """Freeze `core.clock`; advance it instead of sleeping."""
    with core_clock.frozen_clock() as frozen:
        yield frozen
