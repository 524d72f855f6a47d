"""Second layer of tenancy: `app.site` on each connection follows the entered scope.

The setting is sent only when it differs from what this connection was last told. ROLLBACK undoes set_config,
so every rollback, also to a savepoint, makes the connection forget what it was told. No scope means no rows.
"""

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from supportsite.core.tenancy import current_site_id


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL backend, with the site of the scope known to the server."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._told_site: str | None = None
        self.execute_wrappers.append(self._tell_site)

    def _tell_site(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        site_id = current_site_id()
        if site_id != self._told_site and not self._failed():
            with self.wrap_database_errors, self.connection.cursor() as cursor:
                cursor.execute("select set_config('app.site', %s, false)", [site_id])
            self._told_site = site_id
        return execute(sql, params, many, context)

    def get_new_connection(self, conn_params: Any) -> Any:
        """Forget: a pooled connection may carry the site of another thread."""
        self._told_site = None
        return super().get_new_connection(conn_params)

    def _failed(self) -> bool:
        """Tell whether only a rollback is possible now; a COMMIT would be one too."""
        return self.connection is None or self.connection.info.transaction_status == TransactionStatus.INERROR

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self._told_site = None

    def _savepoint_rollback(self, sid: str) -> None:
        # ROLLBACK TO is a statement too: what was told just before it is undone by it.
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._told_site = None

    def _commit(self) -> None:
        failed = self._failed()
        super()._commit()  # type: ignore[misc]
        if failed:
            self._told_site = None
