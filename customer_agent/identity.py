"""The key of this run of the Support Manager: made at start, never written anywhere, signs what was allowed."""

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from customer_agent.grant_rows import Grant
from supportsite.protocol.grants import grant_statement


class Identity:
    """An Ed25519 key pair for one session."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()

    @property
    def public_key(self) -> str:
        """Return the public key, base64."""
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def sign(self, grant: Grant, *, session: str) -> str:
        """Return the signature (base64) over what `grant` allows to whom."""
        statement = grant_statement(
            session=session,
            request=grant.request,
            capability=grant.capability.value,
            scope=grant.scope,
            holder=grant.holder,
            epoch=grant.epoch,
        )
        return base64.b64encode(self._key.sign(statement)).decode()
