"""Migrations of rows, run as the owner of the tables, whom row-level security binds too."""

from importlib import import_module

import pytest

from accounts.tests.helpers import connect_as_owner
from sessions.tests.scene import Scene

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = "support_sessions_actionrequest"


def test_requests_of_earlier_versions_get_their_requester_as_operator_on_every_site(live_site, other_site):
    from supportsite.core.tenancy import site_scope

    asked = []
    for site in (live_site, other_site):
        with site_scope(site):
            scene = Scene.start(site)
            scene.join()
            asked.append(scene.ask())
    fill = import_module("sessions.migrations.0004_operator_of_old_requests").FILL
    with connect_as_owner() as link:
        # As the tables were before the column was filled.
        link.execute(f"ALTER TABLE {TABLE} ALTER COLUMN operator_id DROP NOT NULL")
        link.execute(f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY")
        assert link.execute(f"UPDATE {TABLE} SET operator_id = NULL").rowcount == 2
        link.execute("SET CONSTRAINTS ALL IMMEDIATE")
        link.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
        # Without lifting it, the owner sees no row and the next migration would fail on its NOT NULL.
        assert link.execute(f"UPDATE {TABLE} SET operator_id = requester_id").rowcount == 0
        link.execute(fill)
        forced = link.execute("SELECT relforcerowsecurity FROM pg_class WHERE relname = %s", [TABLE]).fetchone()
        assert forced == (True,)
        link.execute(f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY")
        rows = link.execute(f"SELECT operator_id FROM {TABLE} ORDER BY id").fetchall()
        link.rollback()
    assert rows == [(request.requester_id,) for request in asked]
