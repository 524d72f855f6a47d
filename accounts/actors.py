"""Who acts, as authentication found out; kept as `request.actor`. Customers' actors live in the sessions app."""

from dataclasses import dataclass

from accounts.models import ApiToken, Membership
from accounts.permissions import GRANTED_TO, TOKEN_SCOPES, ActorType, Permission


@dataclass(frozen=True)
class CsrActor:
    """A signed-in member of the site, whatever their role: they help customers."""

    membership: Membership
    type = ActorType.CSR

    @property
    def key(self) -> str:
        """Stable name for idempotency and limits."""
        return f"csr:{self.membership.pk}"

    def may(self, permission: str) -> bool:
        """Tell whether members have this permission at all; services check it against the object."""
        return self.type in GRANTED_TO[Permission(permission)]


@dataclass(frozen=True)
class TokenActor:
    """An integrator. May never hold, ask for or answer grants."""

    token: ApiToken
    type = ActorType.TOKEN

    @property
    def key(self) -> str:
        """Stable name for idempotency and limits."""
        return f"token:{self.token.pk}"

    def may(self, permission: str) -> bool:
        """Tell whether tokens have this permission and this token its scope."""
        wanted = Permission(permission)
        return self.type in GRANTED_TO[wanted] and TOKEN_SCOPES.get(wanted) in self.token.scopes
