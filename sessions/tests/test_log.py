"""The log: chained, anchored, append-only, seen by row-level security; and what is read out of it."""

from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import MembershipFactory
from accounts.tests.helpers import connect_as_owner, signed_in
from accounts.verification import check_site
from sessions.models import NoteVersion, SessionEvent, SupportSession
from sessions.selectors.receipt import get_receipt
from sessions.services import chat, grants, lifecycle, notes
from sessions.tests.scene import Scene
from supportsite.core.tenancy import site_scope
from supportsite.protocol.base import Audience

pytestmark = pytest.mark.django_db
TABLES = [
    "supportsession",
    "participant",
    "endpoint",
    "attachcode",
    "invitation",
    "actionrequest",
    "grant",
    "chatmessage",
    "note",
    "noteversion",
    "sessionevent",
]


def finished(site):
    scene = Scene.start(site)
    customer = scene.join()
    chat.send_message(customer, text="Hello", audience=Audience.EVERYONE, to=None, client_id="c" * 8)
    chat.send_message(scene.csr, text="secret", audience=Audience.CSRS, to=None, client_id="d" * 8)
    notes.save_note(scene.csr, text="printer", base_version=0)
    grant = grants.grant_request(customer, scene.ask().public_id, scope=None, epoch=None, signature=None)
    grants.record_first_use(customer, grant.public_id)
    grants.stop_grant(customer, grant.public_id, cause=None)
    lifecycle.end_session(scene.csr)
    return scene, customer


def faults(site):
    return [fault.problem for fault in check_site(site)]


def test_t22_a_whole_log_verifies(site):
    finished(site)
    Scene.start(site).join()
    assert faults(site) == []


TAMPERS = {
    "edit": """UPDATE support_sessions_sessionevent SET data = '{"participant": "x"}' WHERE seq = 3""",
    "delete": "DELETE FROM support_sessions_sessionevent WHERE seq = 4",
    "cut tail": "DELETE FROM support_sessions_sessionevent WHERE seq > 6",
    "reorder": "UPDATE support_sessions_sessionevent SET seq = 1000 WHERE seq = 4",
    "audience": "UPDATE support_sessions_sessionevent SET audience = 'everyone' WHERE audience = 'csrs'",
    "time": "UPDATE support_sessions_sessionevent SET at = at + interval '1 hour' WHERE seq = 5",
    "head": "UPDATE support_sessions_supportsession SET head_hash = repeat('f', 64)",
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("tamper", TAMPERS)
def test_t22_a_tamper_by_the_owner_of_the_database_is_found(site, tamper):
    finished(site)
    assert faults(site) == []
    with database_owner() as owned:
        owned.execute(TAMPERS[tamper])
    assert faults(site)


@contextmanager
def database_owner():
    """Connect as the owner of the tables, row security and triggers switched off."""
    tables = [SessionEvent._meta.db_table, SupportSession._meta.db_table]
    with connect_as_owner(autocommit=True) as owned:
        for table in tables:
            owned.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY")
        try:
            yield owned
        finally:
            for table in tables:
                owned.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER, FORCE ROW LEVEL SECURITY")


@pytest.mark.parametrize("model", [SessionEvent, NoteVersion])
def test_t22_the_product_itself_may_not_update_or_delete_its_logs(site, model):
    finished(site)
    for change in (lambda rows: rows.update(at="2026-01-01T00:00Z"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
            change(model.objects.all())


@pytest.mark.parametrize("table", TABLES)
def test_t11_without_a_site_there_are_no_rows_and_another_sites_rows_are_not_there(site, other_site, table):
    finished(site)
    with site_scope(other_site), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM support_sessions_{table}")
        assert cursor.fetchone()[0] == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = %s",
            [f"support_sessions_{table}"],
        )
        assert cursor.fetchone()[0]


def test_the_receipt_tells_the_customer_everything_but_what_is_for_csrs(site):
    _, customer = finished(site)
    english = get_receipt(customer, language="en")
    assert [message["text"] for message in english["messages"]] == ["Hello"]
    assert any("allowed" in item["text"] and "see the desktop" in item["text"] for item in english["items"])
    assert "secret" not in str(english)
    assert english["reason"] == "csr_end"
    japanese = get_receipt(customer, language="ja")
    assert any("デスクトップの表示" in item["text"] for item in japanese["items"])


def test_an_administrator_reads_the_timeline_of_the_own_site_only(site, other_site):
    scene, _ = finished(site)
    with site_scope(other_site):
        foreign, _ = finished(other_site)
    client = signed_in(site, MembershipFactory(site=site, role=Role.ADMIN).user)
    listing = client.get(reverse("admin:support_sessions_supportsession_changelist"))
    assert str(scene.session) in listing.content.decode()
    with site_scope(other_site):
        foreign_number, foreign_pk = str(foreign.session), foreign.session.pk
    assert foreign_number not in listing.content.decode()
    page = client.get(reverse("admin:support_sessions_supportsession_change", args=[scene.session.pk]))
    assert page.status_code == 200
    assert "Hannah allowed" in page.content.decode()
    other = client.get(reverse("admin:support_sessions_supportsession_change", args=[foreign_pk]))
    assert other.status_code in {302, 403, 404}
    assert (
        client.post(reverse("admin:support_sessions_supportsession_change", args=[scene.session.pk])).status_code == 403
    )
