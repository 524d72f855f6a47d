"""Rights of the role that runs the site: it reads and writes rows, the owner alone changes tables.

Given before each migration as default privileges, so that a table has them from its first moment.
"""

from typing import Any

from django.conf import settings
from django.db import connections
from psycopg import sql

GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {app}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
)


def prepare_roles(*, using: str = "default", **_: Any) -> None:
    """Give the app role its rights on what this role will create; nothing to do where both are one role."""
    connection = connections[using]
    if connection.settings_dict["USER"] == settings.DATABASE_APP_ROLE:
        return
    with connection.cursor() as cursor:
        for statement in GRANTS:
            cursor.execute(sql.SQL(statement).format(app=sql.Identifier(settings.DATABASE_APP_ROLE)))


def find_role_weakness(*, using: str = "default") -> str | None:
    """Return why row-level security would not bind the connected role, or None."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        superuser, bypass = cursor.fetchone()
    if superuser:
        return "is a superuser"
    return "has BYPASSRLS" if bypass else None
