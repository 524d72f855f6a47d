"""What the server is told of a row that changed here."""

from customer_agent.errors import AgentError
from customer_agent.grant_rows import Grant, RowState
from customer_agent.grants import GrantTable
from customer_agent.reports import Report, Reporter
from supportsite.protocol.base import StopCause

# What the API takes as a reason of a stop; it names the others itself.
_REPORTED_CAUSES = (StopCause.OWNER_STOP, StopCause.SOURCE_CLOSED, StopCause.USED)


class GrantWords:
    """Puts reports of changes into the outbox. Event loop only."""

    def __init__(self, table: GrantTable, reporter: Reporter) -> None:
        self._table = table
        self._reporter = reporter

    def report(self, row: Grant) -> None:
        """Tell the server of a row as it is now."""
        if row.id is None:
            # Without a name at the server: take the word back, or `ConsentDesk.confirm` stops it once it has one.
            if row.state is RowState.STOPPED and self._reporter.withdraw(f"grant:{row.request}"):
                self._reporter.put(Report(f"requests/{row.request}/deny/", {}))
            return
        if row.state is RowState.STOPPED:
            cause = row.cause if row.cause in _REPORTED_CAUSES else StopCause.OWNER_STOP
            assert cause is not None
            self._reporter.put(Report(f"grants/{row.id}/stop/", {"cause": cause.value}))
        elif row.state is RowState.SUSPENDED:
            cause = row.cause or StopCause.CONNECTION_LOST
            self._reporter.put(Report(f"grants/{row.id}/suspend/", {"cause": cause.value, "epoch": row.epoch}))
        elif row.state is RowState.ACTIVE:
            self._resume(row)

    def _resume(self, row: Grant) -> None:
        body = {"cause": StopCause.CONNECTION_LOST.value, "epoch": row.epoch}

        def refused(error: AgentError) -> None:
            self._resume_refused(row, error)

        self._reporter.put(Report(f"grants/{row.id}/resume/", body, on_refused=refused))

    def _resume_refused(self, row: Grant, error: AgentError) -> None:
        known = error.data.get("epoch")
        if error.code == "epoch_stale" and isinstance(known, int):
            raised = self._table.learn_epoch(row.request, known + 1)
            if raised is not None and raised.epoch > known:
                self._resume(raised)
                return
        self._table.stop([row.request], StopCause.OWNER_STOP, told=error.code == "grant_stopped")
