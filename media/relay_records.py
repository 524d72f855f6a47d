"""The relays there are, kept in Valkey as long as somebody is at them: which grant, which viewer, which source.

A relay is one pairing: two tickets, two sockets. When either goes, it is over, and the viewer opens another one.
"""

import json
import time
from dataclasses import asdict, dataclass

from django.conf import settings

from accounts.models import new_public_id
from sessions.tickets import Ticket
from supportsite.core import valkey
from supportsite.core.errors import AppError

RELAYS_PER_VIEWER = 2
# Time for the other side to come; afterwards the sockets renew it.
FIRST_SECONDS = 40
KEPT_SECONDS = 20
RENEW_SECONDS = 5

VIEWER, SOURCE = "viewer", "source"


@dataclass(frozen=True)
class Relay:
    """One relay. All ids are public ones, except the site's."""

    id: str
    site_id: int
    session: str
    grant: str
    participant: str
    endpoint: str


@dataclass(frozen=True)
class RelayTicket(Ticket):
    """One side of a relay; `participant` is who comes with it."""

    relay: str = ""
    side: str = ""
    participant: str = ""


def create_relay(*, site_id: int, session: str, grant: str, participant: str, endpoint: str) -> Relay:
    """Keep a new relay. AppError `rate_limited` where the viewer or the site has as many as it may."""
    relay = Relay(new_public_id(), site_id, session, grant, participant, endpoint)
    limits = ((_viewer_key(relay), RELAYS_PER_VIEWER), (_site_key(relay), settings.RELAYS_PER_SITE))
    store, now = valkey.client(), time.time()
    for name, limit in limits:
        store.zremrangebyscore(name, "-inf", now)
        if int(store.zcard(name)) >= limit:
            raise AppError("rate_limited", status=429, retry_after_s=RENEW_SECONDS)
    store.set(_key(relay.id), json.dumps(asdict(relay)), ex=FIRST_SECONDS)
    _count(relay, FIRST_SECONDS)
    return relay


def find_relay(relay_id: str, *, site_id: int, session: str) -> Relay | None:
    """Return a relay of this session of this site, or None."""
    kept = valkey.client().get(_key(relay_id))
    relay = Relay(**json.loads(str(kept))) if kept else None
    return relay if relay and (relay.site_id, relay.session) == (site_id, session) else None


def take_side(relay: Relay, side: str) -> bool:
    """Take a side for the one socket that it has; False where it is taken."""
    return bool(valkey.client().set(_key(relay.id, side), "1", nx=True, ex=FIRST_SECONDS))


def keep_relay(relay: Relay, side: str) -> bool:
    """Keep the relay for another while; False where it is over."""
    store = valkey.client()
    if not store.expire(_key(relay.id), KEPT_SECONDS):
        return False
    store.set(_key(relay.id, side), "1", ex=KEPT_SECONDS)
    _count(relay, KEPT_SECONDS)
    return True


def drop_relay(relay: Relay) -> None:
    """Forget a relay: neither side comes back to it."""
    store = valkey.client()
    store.delete(_key(relay.id), _key(relay.id, VIEWER), _key(relay.id, SOURCE))
    store.zrem(_viewer_key(relay), relay.id)
    store.zrem(_site_key(relay), relay.id)


def _count(relay: Relay, seconds: int) -> None:
    store, until = valkey.client(), time.time() + seconds
    for name in (_viewer_key(relay), _site_key(relay)):
        store.zadd(name, {relay.id: until})
        store.expire(name, FIRST_SECONDS)


def _key(relay_id: str, *more: str) -> str:
    return valkey.key("relay", relay_id, *more)


def _viewer_key(relay: Relay) -> str:
    return valkey.key("relays", "viewer", relay.participant)


def _site_key(relay: Relay) -> str:
    return valkey.key("relays", "site", relay.site_id)
