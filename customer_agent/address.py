"""The site's address: https, or http on this very computer; nothing else is ever spoken to."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from customer_agent.errors import AgentError

MAX_ADDRESS = 300


@dataclass(frozen=True, slots=True)
class SiteAddress:
    """Scheme, host and port of one site. `host` is in its ASCII (IDNA) form, as it is shown to the owner."""

    scheme: str
    host: str
    port: int

    @property
    def netloc(self) -> str:
        """Return host and port as in a URL, without the scheme's own port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        own = {"https": 443, "http": 80}[self.scheme]
        return host if self.port == own else f"{host}:{self.port}"

    def url(self, path: str) -> str:
        """Return the address of `path` (with a leading slash) on this site."""
        return f"{self.scheme}://{self.netloc}{path}"

    def socket_url(self, path: str) -> str:
        """Return the WebSocket address of `path` on this site, whatever host a server may have put before it."""
        parts = urlsplit(path)
        scheme = {"https": "wss", "http": "ws"}[self.scheme]
        return f"{scheme}://{self.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")

    def matches(self, stated_host: str) -> bool:
        """Whether the host that a site states for itself is the one that was asked."""
        return stated_host.lower() in (self.host, self.netloc)


def parse_site_address(text: str) -> SiteAddress:
    """Return the address that a person or a link gave; raises AgentError `bad_address` or `not_secure`."""
    text = text.strip()
    if "://" not in text:
        text = f"https://{text}"
    if len(text) > MAX_ADDRESS:
        raise AgentError("bad_address")
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna").decode("ascii").lower()
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    except (UnicodeError, ValueError) as error:
        raise AgentError("bad_address") from error
    if not host or parts.username is not None or parts.scheme not in ("https", "http"):
        raise AgentError("bad_address")
    if parts.scheme == "http" and not is_loopback(host):
        raise AgentError("not_secure")
    return SiteAddress(parts.scheme, host, port)


def is_loopback(host: str) -> bool:
    """Whether `host` is this computer: a loopback address, `localhost`, or a name below it."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
