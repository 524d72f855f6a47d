"""How a grant is signed by the Support Manager and checked by the server."""

import json

from supportsite.protocol.objects import Scope


def grant_statement(*, session: str, request: str, capability: str, scope: Scope, holder: str, epoch: int) -> bytes:
    """Return the bytes that an endpoint's Ed25519 key signs: canonical JSON of what was allowed to whom."""
    body = {
        "capability": capability,
        "holder": holder,
        "epoch": epoch,
        "request": request,
        "scope": scope.model_dump(mode="json"),
        "session": session,
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
