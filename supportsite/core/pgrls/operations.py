"""Migration operations: a table that shows only the rows of the current site, and one that is never rewritten.

Put `EnableRowLevelSecurity("model")` after the CreateModel of every model with a `site` foreign key.
"""

from typing import Any

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# A row is of the current site, or it does not exist; without a site there are no rows.
POLICY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY site_rows ON {table}
    USING ({column} = (SELECT nullif(current_setting('app.site', true), '')::bigint))
    WITH CHECK ({column} = (SELECT nullif(current_setting('app.site', true), '')::bigint));
"""
DROP_POLICY = """
DROP POLICY site_rows ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""
APPEND_ONLY = """
CREATE OR REPLACE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
"""
DROP_APPEND_ONLY = "DROP TRIGGER append_only ON {table};"


class _TableOperation(Operation):
    """An operation on the table of one model of the migration's app."""

    reversible = True
    reduces_to_sql = True
    forwards = ""
    backwards = ""

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing in Django's picture of the models."""

    def _run(self, app_label: str, editor: BaseDatabaseSchemaEditor, state: ProjectState, sql: str) -> None:
        model: Any = state.apps.get_model(app_label, self.model_name)
        quote = editor.quote_name
        column = quote(self._column(model))
        # Deferred constraints of rows written in this transaction would refuse ALTER TABLE.
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        editor.execute(sql.format(table=quote(model._meta.db_table), column=column), params=None)

    @staticmethod
    def _column(model: Any) -> str:
        return str(model._meta.pk.column)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Apply."""
        self._run(app_label, schema_editor, to_state, self.forwards)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Undo."""
        self._run(app_label, schema_editor, from_state, self.backwards)

    def describe(self) -> str:
        """Return a line for `migrate`."""
        return f"{type(self).__name__} on {self.model_name}"


class EnableRowLevelSecurity(_TableOperation):
    """Show and accept only rows whose site is the current one, also for the table's owner."""

    forwards = POLICY
    backwards = DROP_POLICY

    @staticmethod
    def _column(model: Any) -> str:
        return str(model._meta.get_field("site").column)


class AppendOnly(_TableOperation):
    """Refuse UPDATE and DELETE for everybody by trigger, and take the rights from the role that runs the site."""

    forwards = APPEND_ONLY
    backwards = DROP_APPEND_ONLY

    def _run(self, app_label: str, editor: BaseDatabaseSchemaEditor, state: ProjectState, sql: str) -> None:
        super()._run(app_label, editor, state, sql)
        app_role, role = settings.DATABASE_APP_ROLE, editor.connection.settings_dict["USER"]
        if app_role != role and sql is self.forwards:
            table = editor.quote_name(state.apps.get_model(app_label, self.model_name)._meta.db_table)
            editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {editor.quote_name(app_role)}")
