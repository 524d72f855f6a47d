"""Who calls: the actor of this app beside those of accounts."""

from dataclasses import dataclass

from accounts.permissions import GRANTED_TO, ActorType, Permission
from sessions.models import Endpoint
from supportsite.protocol.base import EndpointKind


@dataclass(frozen=True)
class ParticipantActor:
    """A customer's browser, or the Support Manager of either side, known by the secret of its endpoint."""

    endpoint: Endpoint

    @property
    def type(self) -> ActorType:
        """The kind of caller, for the table of permissions."""
        if self.endpoint.kind == EndpointKind.SUPPORT_MANAGER:
            of_csr = self.endpoint.participant.is_csr
            return ActorType.CSR_COMPUTER if of_csr else ActorType.SUPPORT_MANAGER
        return ActorType.CUSTOMER

    @property
    def key(self) -> str:
        """Name for limits and idempotency records."""
        return f"endpoint:{self.endpoint.public_id}"

    def may(self, permission: str) -> bool:
        """Tell whether this kind of caller has the permission at all."""
        return self.type in GRANTED_TO[Permission(permission)]
