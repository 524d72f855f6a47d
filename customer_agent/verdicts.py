"""What the gate says of viewers' input: counted, noted as use, told to those who are held. Belongs to the event loop.

`take` comes on the operator's thread too.
"""

import asyncio
from collections.abc import Callable

from customer_agent.control.gate import HELD_REASONS, Sender, Verdict, is_refusal
from customer_agent.grant_rows import Grant
from customer_agent.grants import GrantTable
from customer_agent.refusals import Refusals
from customer_agent.screens import ScreenPool
from supportsite.protocol.channel import Held, HeldReason, ViewerInput


class Verdicts:
    """`on_first_use` hears of each row once."""

    def __init__(
        self, *, table: GrantTable, refusals: Refusals, pool: ScreenPool, on_first_use: Callable[[Grant], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._table, self._refusals, self._pool = table, refusals, pool
        self._on_first_use = on_first_use
        self._used: set[str] = set()
        self._held: dict[str, HeldReason] = {}

    def take(self, sender: Sender, verdict: Verdict, message: ViewerInput) -> None:
        """Take a verdict, on the operator's thread or the loop's; cheap, for it comes with every event."""
        if is_refusal(verdict, message):
            self._refusals.count(verdict.value)
        if verdict is Verdict.PASS:
            row = self._table.find(message.grant)
            if row is not None and row.id is not None:
                self._table.touch(row.id)
                if row.id not in self._used:
                    self._loop.call_soon_threadsafe(self.first_use, row.id)
        reason = HELD_REASONS[verdict]
        if self._held.get(sender.connection, "none") != reason:
            self._loop.call_soon_threadsafe(self.hold, sender.connection, reason)

    def first_use(self, grant: str) -> None:
        """A row is used: its picture left, or its input was carried out."""
        row = self._table.find(grant)
        if row is not None and grant not in self._used:
            self._used.add(grant)
            self._on_first_use(row)

    def hold(self, connection: str, reason: HeldReason) -> None:
        """Tell a viewer why its input is held, or that it is no longer."""
        place = self._pool.of(connection)
        if self._held.get(connection, "none") != reason and place is not None:
            self._held[connection] = reason
            place[1].send_state(Held(reason=reason), connection)

    def hold_all(self, reason: HeldReason) -> None:
        """Tell every viewer."""
        for screen in self._pool.all():
            for peer in screen.viewers:
                self.hold(peer.connection, reason)

    def forget(self, connection: str) -> None:
        """A viewer's connection ended."""
        self._held.pop(connection, None)

    def clear(self) -> None:
        """Nothing is shared any more."""
        self._held.clear()
