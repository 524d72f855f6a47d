"""The database itself shows a site's rows to that site only, whatever happened on the connection before."""

import threading
from datetime import UTC, datetime

import pytest
from asgiref.sync import sync_to_async
from django.db import IntegrityError, ProgrammingError, connection, transaction

from supportsite.core.models import IdempotencyRecord
from supportsite.core.roles import find_role_weakness
from supportsite.core.tenancy import site_scope

AT = datetime(2026, 1, 1, tzinfo=UTC)
TABLE = IdempotencyRecord._meta.db_table


def add(site, key):
    with site_scope(site):
        return IdempotencyRecord.objects.create(
            site=site, actor="csr:1", key=key, fingerprint="f", status=200, body={}, at=AT
        )


def keys_in_database():
    """What the database shows, past every manager."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key FROM {TABLE} ORDER BY key")
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def two_sites(site, other_site):
    add(site, "mine")
    add(other_site, "theirs")
    return site, other_site


def test_the_run_role_is_bound_by_row_level_security(db):
    assert find_role_weakness() is None


def test_only_rows_of_the_entered_site_are_shown(two_sites):
    site, other = two_sites
    with site_scope(other):
        assert keys_in_database() == ["theirs"]
    with site_scope(site):
        assert keys_in_database() == ["mine"]


@pytest.mark.django_db
def test_without_a_site_there_are_no_rows(two_sites):
    from django_scopes.state import state

    token = state.set(None)
    try:
        assert keys_in_database() == []
    finally:
        state.reset(token)


def test_writing_a_row_of_another_site_is_refused(two_sites):
    site, other = two_sites
    with site_scope(site), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        IdempotencyRecord.objects.create(site=other, actor="a", key="k", fingerprint="f", status=200, body={}, at=AT)


def test_a_rolled_back_block_does_not_leave_its_site_behind(two_sites):
    site, other = two_sites
    with site_scope(site):
        assert keys_in_database() == ["mine"]
        with pytest.raises(IntegrityError), transaction.atomic(), site_scope(other):
            add(other, keys_in_database()[0])
        assert keys_in_database() == ["mine"]


def test_a_savepoint_rolled_back_by_hand_does_not_leave_its_site_behind(two_sites):
    site, other = two_sites
    with transaction.atomic():
        with site_scope(site):
            assert keys_in_database() == ["mine"]
        point = transaction.savepoint()
        with site_scope(other):
            assert keys_in_database() == ["theirs"]
        transaction.savepoint_rollback(point)
        with site_scope(other):
            assert keys_in_database() == ["theirs"]
        with site_scope(site):
            assert keys_in_database() == ["mine"]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_does_not_leave_its_site_behind(two_sites):
    site, other = two_sites
    with site_scope(site):
        assert keys_in_database() == ["mine"]

    with pytest.raises(IntegrityError), transaction.atomic(), site_scope(other):
        add(other, keys_in_database()[0])
    with site_scope(site):
        assert keys_in_database() == ["mine"]
    with site_scope(other):
        assert keys_in_database() == ["theirs"]


@pytest.mark.django_db(transaction=True)
def test_threads_see_their_own_site_only(two_sites):
    seen: dict[str, list[tuple[str, ...]]] = {}

    def look(name, site):
        with site_scope(site):
            for _ in range(20):
                seen.setdefault(name, []).append(tuple(keys_in_database()))
        connection.close()

    site, other = two_sites
    threads = [threading.Thread(target=look, args=(n, s)) for n, s in [("a", site), ("b", other), ("c", site)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: set(rows) for name, rows in seen.items()} == {
        "a": {("mine",)},
        "b": {("theirs",)},
        "c": {("mine",)},
    }


async def test_interleaved_coroutines_see_their_own_site_only(two_sites):
    import asyncio

    site, other = two_sites

    async def look(entered, expected):
        with site_scope(entered):
            for _ in range(5):
                assert await sync_to_async(keys_in_database)() == [expected]
                await asyncio.sleep(0)

    await asyncio.gather(*(look(*pair) for pair in [(site, "mine"), (other, "theirs")] * 6))
