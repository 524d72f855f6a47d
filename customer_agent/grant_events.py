"""What the session's events do to the grant table: they name rows or narrow them, and nothing else."""

from customer_agent.consent import ConsentDesk
from customer_agent.grant_rows import RowState
from customer_agent.grants import GrantTable
from supportsite.protocol import events
from supportsite.protocol.base import ActorKind, StopCause


def follow_grants(event: events.Event, *, table: GrantTable, desk: ConsentDesk, endpoint: str) -> None:
    """Follow an event about grants or requests; `endpoint` is this program. Others change nothing."""
    match event:
        case events.RequestGranted() if event.grant.endpoint == endpoint:
            desk.confirm(event.grant)
        case events.RequestDenied() | events.RequestExpired() | events.RequestCancelled():
            table.stop([event.request], StopCause.EXPIRED, told=True)
        case events.GrantSuspended() if event.actor.kind is not ActorKind.SUPPORT_MANAGER:
            # Our own word comes back too, perhaps late; only what others say is new.
            table.narrow(event.grant)
        case events.GrantResumed():
            row = table.find(event.grant.id)
            if row is not None and row.state is RowState.ACTIVE:
                table.learn_epoch(row.request, event.grant.epoch)
        case events.GrantStopped():
            row = table.find(event.grant)
            if row is not None:
                table.stop([row.request], event.cause, told=True)
        case _:
            pass
