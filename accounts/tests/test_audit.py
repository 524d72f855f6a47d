"""T22: the log of a site shows every tampering, also by the owner of the database."""

import json
import threading
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.chain import GENESIS_HASH, canonical, link
from accounts.checks_registry import CHAIN_CHECKS, Fault, register_chain_check
from accounts.models import AuditEntry, AuditHead
from accounts.services import SYSTEM_ACTOR, record_audit
from accounts.tests.factories import SiteFactory
from accounts.tests.helpers import connect_as_owner
from accounts.verification import check_site
from supportsite.core.tenancy import site_scope

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def write_lines(site, count=6):
    return [record_audit(site, type="thing.done", actor=SYSTEM_ACTOR, data={"i": i}) for i in range(count)]


@contextmanager
def database_owner():
    """Connect as the owner of the tables, row security and triggers switched off."""
    tables = [AuditEntry._meta.db_table, AuditHead._meta.db_table]
    with connect_as_owner(autocommit=True) as owned:
        for table in tables:
            owned.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY")
        try:
            yield owned
        finally:
            for table in tables:
                owned.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER, FORCE ROW LEVEL SECURITY")


def edit(owned):
    owned.execute("""UPDATE accounts_auditentry SET data = '{"i": 99}' WHERE n = 3""")


def delete(owned):
    owned.execute("DELETE FROM accounts_auditentry WHERE n = 3")


def reorder(owned):
    owned.execute("UPDATE accounts_auditentry SET n = 1000 WHERE n = 3")
    owned.execute("UPDATE accounts_auditentry SET n = 3 WHERE n = 4")
    owned.execute("UPDATE accounts_auditentry SET n = 4 WHERE n = 1000")


def cut_tail(owned):
    owned.execute("DELETE FROM accounts_auditentry WHERE n > 4")
    owned.execute("UPDATE accounts_audithead SET n = 4, hash = (SELECT hash FROM accounts_auditentry WHERE n = 4)")


def insert(owned):
    owned.execute(
        "INSERT INTO accounts_auditentry (site_id, n, at, type, actor, data, prev_hash, hash) "
        "SELECT site_id, n + 1, at, 'thing.invented', actor, data, hash, repeat('a', 64) "
        "FROM accounts_auditentry WHERE n = 6"
    )


def rewrite(owned):
    """Compute the whole chain anew with changed content, as somebody who has read this code would."""
    from accounts.services.audit import entry_payload

    prev = GENESIS_HASH
    rows = owned.execute("SELECT id, site_id, n, at, type, actor FROM accounts_auditentry ORDER BY n").fetchall()
    for pk, site_id, n, at, type_, actor in rows:
        data = {"i": n + 100}
        made = link(prev, entry_payload(site_id=site_id, n=n, at=at, type_=type_, actor=actor, data=data))
        owned.execute(
            "UPDATE accounts_auditentry SET data = jsonb_build_object('i', %s::int), prev_hash = %s, hash = %s "
            "WHERE id = %s",
            [n + 100, prev, made, pk],
        )
        prev = made
    owned.execute("UPDATE accounts_audithead SET hash = %s", [prev])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("tamper", [edit, delete, reorder, cut_tail, insert, rewrite])
def test_T22_verify_audit_finds_each_of_six_tampers(tamper, capsys):
    site = SiteFactory()
    with site_scope(site):
        write_lines(site)
    call_command("verify_audit")
    with database_owner() as owned:
        tamper(owned)
    with pytest.raises(CommandError) as refused:
        call_command("verify_audit")
    assert refused.value.returncode == 1
    assert f"audit:{site.host} line" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_T22_an_older_state_put_back_with_its_own_genuine_head_is_found_by_the_kept_heads(tmp_path, capsys):
    site = SiteFactory()
    file = tmp_path / "heads"
    with site_scope(site):
        write_lines(site, 4)
        old = AuditHead.objects.values("n", "hash", "mac").get()
        write_lines(site, 2)
    call_command("verify_audit", keep=file)
    call_command("verify_audit", heads=file)
    with database_owner() as owned:
        owned.execute("DELETE FROM accounts_auditentry WHERE n > 4")
        owned.execute("UPDATE accounts_audithead SET n = %s, hash = %s, mac = %s", list(old.values()))
    call_command("verify_audit")
    with pytest.raises(CommandError):
        call_command("verify_audit", heads=file)
    assert "an older state was put back" in capsys.readouterr().out


@pytest.mark.django_db
def test_kept_heads_that_cannot_be_read_or_were_forged_are_said(site, tmp_path, capsys):
    write_lines(site, 1)
    file = tmp_path / "heads"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_audit", heads=file)
    file.write_text(json.dumps({"site": site.host, "n": 1, "hash": "a" * 64, "mac": "b" * 64}))
    with pytest.raises(CommandError):
        call_command("verify_audit", heads=file)
    assert "not written by this installation" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_T22_fifty_writers_at_once_do_not_fork_the_chain():
    site = SiteFactory()
    start = threading.Barrier(50)
    failures = []

    def write(i):
        try:
            start.wait(timeout=30)
            with site_scope(site), transaction.atomic():
                record_audit(site, type="thing.done", actor=SYSTEM_ACTOR, data={"writer": i})
        except Exception as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(i,)) for i in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not failures
    with site_scope(site):
        assert list(AuditEntry.objects.order_by("n").values_list("n", flat=True)) == list(range(1, 51))
        assert list(check_site(site)) == []


@pytest.mark.parametrize("statement", ["UPDATE accounts_auditentry SET type = 'x'", "DELETE FROM accounts_auditentry"])
def test_T22_the_running_program_can_neither_change_nor_delete_a_line(site, statement):
    write_lines(site, 2)
    with (
        pytest.raises(DatabaseError, match=r"append-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert list(check_site(site)) == []


def test_a_line_that_is_rolled_back_leaves_no_hole(site):
    write_lines(site, 1)
    with transaction.atomic():
        write_lines(site, 1)
        transaction.set_rollback(True)
    assert [entry.n for entry in write_lines(site, 1)] == [2]
    assert list(check_site(site)) == []


def test_each_site_has_its_own_chain_and_sees_only_that(site, other_site):
    write_lines(site, 3)
    with site_scope(other_site):
        assert [entry.n for entry in write_lines(other_site, 2)] == [1, 2]
        assert AuditEntry.objects.count() == 2
        assert list(check_site(other_site)) == []
    assert AuditEntry.objects.count() == 3


def test_a_line_cannot_be_written_for_another_site(site, other_site):
    with pytest.raises(DatabaseError), transaction.atomic():
        write_lines(other_site, 1)


def test_chains_of_other_apps_are_checked_too(site, capsys):
    @register_chain_check
    def broken(checked):
        yield Fault("session:abc", 7, "was changed after it was written")

    try:
        with pytest.raises(CommandError):
            call_command("verify_audit", site=site.host)
    finally:
        CHAIN_CHECKS.remove(broken)
    assert "session:abc line 7" in capsys.readouterr().out


@pytest.mark.django_db
def test_verify_audit_of_an_unknown_site_says_so():
    with pytest.raises(CommandError, match="no such site"):
        call_command("verify_audit", site="nowhere.example")


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_the_spelling_of_a_payload_does_not_depend_on_the_order_of_its_keys(payload):
    turned = dict(reversed(list(payload.items())))
    assert canonical(payload) == canonical(turned)
    assert link(GENESIS_HASH, payload) == link(GENESIS_HASH, turned)


@pytest.mark.parametrize("payload", [{"a": 1.5}, {"a": [{"b": float("nan")}]}, {1: "a"}])
def test_payloads_that_jsonb_may_spell_differently_are_refused(payload):
    with pytest.raises(TypeError):
        canonical(payload)
