"""The REST calls of the Support Manager: one site, no redirects, bounded answers, errors by code."""

import json
from typing import Any, TypeVar

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from customer_agent import VERSION
from customer_agent.address import SiteAddress
from customer_agent.errors import AgentError
from supportsite.protocol.objects import GrantInfo, Scope, SessionSnapshot, SiteInfo
from supportsite.protocol.relay import RelayInfo

TIMEOUT_SECONDS = 8
MAX_ANSWER_BYTES = 4 * 1024 * 1024


M = TypeVar("M", bound=BaseModel)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Attached(_Answer):
    """The server's answer to an attach code."""

    token: str = Field(min_length=10, max_length=200)
    endpoint: str = Field(min_length=8, max_length=40)
    session: SessionSnapshot
    site: SiteInfo
    heartbeat_seconds: float = Field(gt=0, le=60)


class Ticket(_Answer):
    """One use of a WebSocket."""

    ticket: str
    endpoint: str
    url: str


class ApiClient:
    """Calls one site's API. Everything raises AgentError; `unreachable` where no answer came."""

    def __init__(self, address: SiteAddress, *, language: str = "en") -> None:
        self.address = address
        self._http = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
            headers={"User-Agent": f"SupportManager/{VERSION}", "Accept-Language": language},
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=address.scheme == "https",
        )
        self._token = ""

    @property
    def http(self) -> aiohttp.ClientSession:
        """Return the HTTP session, for the WebSocket beside the calls."""
        return self._http

    async def close(self) -> None:
        """Close every connection."""
        await self._http.close()

    async def site(self) -> SiteInfo:
        """Return the site's statement of itself; raises `wrong_site` if it is not the one that was asked."""
        info = _parse(SiteInfo, await self.call("GET", "site/"))
        if not self.address.matches(info.host):
            raise AgentError("wrong_site")
        return info

    async def attach(self, *, code: str, public_key: str, label: str) -> Attached:
        """Redeem an attach code; from here on every call bears the token."""
        body = {"code": code, "public_key": public_key, "label": label}
        attached = _parse(Attached, await self.call("POST", "agent/attach/", body))
        if not self.address.matches(attached.site.host):
            raise AgentError("wrong_site")
        self._token = attached.token
        return attached

    async def ticket(self, *, session: str, endpoint: str) -> Ticket:
        """Return a ticket for this endpoint's WebSocket."""
        return _parse(Ticket, await self.call("POST", "socket-tickets/", {"session": session, "endpoint": endpoint}))

    async def snapshot(self, session: str) -> SessionSnapshot:
        """Return the session as it is now."""
        return _parse(SessionSnapshot, await self.call("GET", f"sessions/{session}/"))

    async def ice_servers(self, session: str) -> list[dict[str, Any]]:
        """Return the ICE servers for a peer connection made now."""
        answer = await self.call("GET", f"sessions/{session}/ice/")
        servers = answer.get("ice_servers") if isinstance(answer, dict) else None
        if not isinstance(servers, list):
            raise AgentError("bad_answer")
        return [server for server in servers if isinstance(server, dict)]

    async def join_relay(self, session: str, relay: str) -> RelayInfo:
        """Join a viewer's relay as the program that it is about."""
        return _parse(RelayInfo, await self.call("POST", f"sessions/{session}/relays/{relay}/join/", {}))

    async def grant(self, *, session: str, request: str, scope: Scope, epoch: int, signature: str) -> GrantInfo:
        """Tell the server of a grant that was given here."""
        body = {"scope": scope.model_dump(mode="json"), "epoch": epoch, "signature": signature}
        return _parse(GrantInfo, await self.call("POST", f"sessions/{session}/requests/{request}/grant/", body))

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Make one call below `/api/v1/` and return its JSON (None for 204)."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        url = self.address.url(f"/api/v1/{path}")
        try:
            async with self._http.request(method, url, json=body, headers=headers, allow_redirects=False) as response:
                raw = await _read(response)
                return _unpack(response.status, raw)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise AgentError("unreachable", message=type(error).__name__) from error


async def _read(response: aiohttp.ClientResponse) -> bytes:
    chunks = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        chunks += chunk
        if len(chunks) > MAX_ANSWER_BYTES:
            raise AgentError("bad_answer", status=response.status)
    return bytes(chunks)


def _unpack(status: int, raw: bytes) -> Any:
    if status == 204:
        return None
    try:
        data = json.loads(raw)
    except ValueError as error:
        code = "bad_answer" if status < 500 else "server_fault"
        raise AgentError(code, status=status) from error
    if 200 <= status < 300:
        return data
    if not isinstance(data, dict) or not isinstance(data.get("code"), str):
        raise AgentError("bad_answer", status=status)
    details = data.get("data")
    raise AgentError(
        data["code"][:60],
        message=str(data.get("message", ""))[:500],
        status=status,
        data=details if isinstance(details, dict) else {},
    )


def _parse(model: type[M], data: Any) -> M:
    try:
        return model.model_validate(data, extra="ignore")
    except ValidationError as error:
        raise AgentError("bad_answer") from error
