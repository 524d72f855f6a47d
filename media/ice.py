"""ICE servers for a participant: TURN credentials of the REST kind, good for ten minutes.

draft-uberti-behave-turn-rest: username is "expiry:name", password is base64 HMAC-SHA1 of it with the shared secret.
"""

import base64
import hmac
from hashlib import sha1
from typing import Any

from django.conf import settings

from supportsite.core.clock import now

CREDENTIAL_SECONDS = 600


def list_ice_servers(name: str) -> list[dict[str, Any]]:
    """Return ICE servers with fresh credentials for `name`; empty where no TURN server is set."""
    if not settings.TURN_URL or not settings.TURN_SECRET:
        return []
    username = f"{int(now().timestamp()) + CREDENTIAL_SECONDS}:{name}"
    digest = hmac.new(settings.TURN_SECRET.encode(), username.encode(), sha1).digest()
    urls = [url.strip() for url in settings.TURN_URL.split(",") if url.strip()]
    return [{"urls": urls, "username": username, "credential": base64.b64encode(digest).decode()}]
