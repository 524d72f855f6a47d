"""What this app does when something happens in the apps below."""

from typing import Any

from accounts.models import Membership, Site
from accounts.signals import demo_made
from acd.demo import make_demo_queues
from acd.services.following import follow_primary, follow_session_end
from acd.services.waiting import follow_presence
from sessions.models import Participant, SupportSession
from sessions.signals import presence_changed, primary_changed, session_ended


def connect() -> None:
    """Connect."""
    session_ended.connect(follow_end, dispatch_uid="acd.follow_end")
    presence_changed.connect(follow_customer, dispatch_uid="acd.follow_customer")
    demo_made.connect(add_demo, dispatch_uid="acd.add_demo")
    primary_changed.connect(follow_hand_over, dispatch_uid="acd.follow_hand_over")


def add_demo(sender: Any, *, site: Site, **_: Any) -> None:
    """Give the demo its queues."""
    make_demo_queues(site)


def follow_hand_over(sender: Any, *, support_session: SupportSession, taker: Membership, **_: Any) -> None:
    """Count the customer for the CSR who helps now."""
    follow_primary(support_session, taker)


def follow_end(sender: Any, *, support_session: SupportSession, **_: Any) -> None:
    """Have the queue follow a session that ended."""
    follow_session_end(support_session)


def follow_customer(
    sender: Any, *, support_session: SupportSession, participant: Participant, connected: bool, **_: Any
) -> None:
    """Have the queue follow whether its customer is there."""
    follow_presence(support_session, participant, connected=connected)
