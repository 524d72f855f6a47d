"""The owner's own mouse and keyboard go first: viewers are told while they move and when they rest. Event loop only."""

from customer_agent import clock
from customer_agent.bar_keeper import BarKeeper
from customer_agent.driving import Driver
from customer_agent.grants import GrantTable
from customer_agent.sharing import Sharing
from supportsite.protocol.base import StopCause
from supportsite.protocol.capabilities import SHARE
from supportsite.protocol.channel import Driving

OWNER_SHOWN_SECONDS = 1.05
AGAIN_SECONDS = 0.25


class OwnerTurn:
    """`typed` is for any thread."""

    def __init__(self, *, table: GrantTable, driver: Driver, sharing: Sharing, bar: BarKeeper) -> None:
        self._table, self._driver, self._sharing, self._bar = table, driver, sharing, bar
        self._until = 0.0

    def typed(self) -> None:
        """A CSR's own key ends the customer's control of that computer; a customer's key only pauses."""
        control = self._table.live_control()
        if control is not None and control.capability in SHARE:
            self._table.stop([control.request], StopCause.OWNER_STOP)

    def moved(self) -> None:
        """The owner uses the mouse or the keyboard."""
        if not self._driver.running:
            return
        if not self._until:
            self._sharing.tell_driving(Driving(who="owner"))
            self._sharing.hold_all("owner_input")
        self._until = clock.now() + OWNER_SHOWN_SECONDS
        self._bar.owner_drives = True
        self._bar.show()

    def tick(self, now: float) -> None:
        """Say that the owner rests, once it is so."""
        if not self._until or now < self._until:
            return
        if self._driver.owner_drives():
            self._until = now + AGAIN_SECONDS
            return
        self._until = 0.0
        self._bar.owner_drives = False
        self._sharing.hold_all("none")
        control = self._table.live_control()
        who = Driving(who="viewer", participant=control.holder) if control else Driving(who="nobody")
        self._sharing.tell_driving(who)
        self._bar.show()
