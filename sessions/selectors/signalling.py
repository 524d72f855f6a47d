"""Which signalling the server passes on: only between the source of an active grant and a CSR of the session."""

import re

from sessions.models import Endpoint, Grant
from supportsite.protocol.base import GrantState
from supportsite.protocol.socket import Candidate, Description, HangUp, SignalData, ViewRequest

FINGERPRINT = re.compile(r"^a=fingerprint:sha-(256|384|512) ", re.MULTILINE | re.IGNORECASE)


def may_relay(sender: Endpoint, target: Endpoint, data: SignalData) -> bool:
    """Tell whether signalling from `sender` may go to `target`; both are of the same session, participants loaded.

    Hanging up always passes.
    """
    if isinstance(data, HangUp):
        return True
    if isinstance(data, ViewRequest):
        return _watches(sender) and _gives(target, grant=data.grant)
    if isinstance(data, Description) and not FINGERPRINT.search(data.sdp):
        return False
    assert isinstance(data, Description | Candidate)
    return (_gives(sender) and _watches(target)) or (_gives(target) and _watches(sender))


def find_target(sender: Endpoint, public_id: str) -> Endpoint | None:
    """Return a connected endpoint of the sender's session, or None."""
    target: Endpoint | None = (
        Endpoint.objects.select_related("participant")
        .filter(support_session_id=sender.support_session_id, public_id=public_id, connected=True)
        .first()
    )
    return target


def _watches(endpoint: Endpoint) -> bool:
    return endpoint.participant.is_csr and endpoint.participant.joined


def _gives(endpoint: Endpoint, *, grant: str | None = None) -> bool:
    active = Grant.objects.filter(endpoint=endpoint, state=GrantState.ACTIVE)
    return bool((active if grant is None else active.filter(public_id=grant)).exists())
