from pathlib import Path

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = [
    "siterouter",
    "acdevent",
    "queueentry",
    "offer",
    "offerskip",
    "csrstate",
    "queuemember",
    "queue",
    "contact",
    "acdsettings",
]
SQL = (Path(__file__).parent / "sql" / "router.sql").read_text(encoding="utf-8")
BEGIN = "CREATE SCHEMA acd_replay; SET LOCAL search_path TO acd_replay, public;"
COPY = "CREATE UNLOGGED TABLE acd_replay.acd_{0} (LIKE public.acd_{0} INCLUDING ALL);"
END = "SET LOCAL search_path TO public;"
GRANTS = """
GRANT USAGE ON SCHEMA acd_replay TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA acd_replay TO {app};
"""


def grant(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let the role that runs the site use the copies."""
    editor.execute(GRANTS.format(app=editor.quote_name(settings.DATABASE_APP_ROLE)), params=None)


class Migration(migrations.Migration):
    """The router a second time, on empty tables of its own: a replay reads and writes nothing of a site.

    A later change of these tables or of router.sql makes the schema anew in the same way.
    """

    dependencies = [("acd", "0006_inbox")]
    operations = [
        migrations.RunSQL(
            [BEGIN, *(COPY.format(table) for table in TABLES), SQL, END], "DROP SCHEMA acd_replay CASCADE"
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
