"""A server that speaks the contract's Support Manager side, for tests of the program alone. It checks what it gets."""

import asyncio
import base64
import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from aiohttp import WSMsgType, web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from supportsite.protocol.grants import grant_statement
from supportsite.protocol.objects import Scope

SESSION, ENDPOINT = "session-00000000000001", "endpoint-0000000000001"
CUSTOMER, CSR, ASSISTANT = "customer-0000000000001", "csr-000000000000000001", "csr-000000000000000002"
SECOND_CUSTOMER = "customer-0000000000002"
CSR_ENDPOINT = "endpoint-csr-000000001"
CODE = "K7QM-2XPD"


def stamp(seconds: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def participant(identity: str, role: str, name: str, language: str = "en") -> dict[str, Any]:
    return {"id": identity, "role": role, "state": "joined", "name": name, "language": language, "endpoints": []}


class ContractServer:
    """Runs in a thread of its own; `calls` are the POSTs in order."""

    def __init__(
        self, *, language: str = "en", verified: bool = True, host: str = "127.0.0.1", owner: str = CUSTOMER
    ) -> None:
        """`owner` is the participant whose computer the program is on."""
        self.owner = owner
        self.options: dict[str, Any] = {"quality": "auto"}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.frames: list[dict[str, Any]] = []
        self.seq = 3
        self.events: list[dict[str, Any]] = []
        self.requests: dict[str, dict[str, Any]] = {}
        self.grants: dict[str, dict[str, Any]] = {}
        self.session_type = "Support"
        self.language = language
        self.site = {
            "name": "Aozora Office Systems", "host": host, "verified": verified, "accent": "#0F5F73",
            "default_language": "en", "a_new_field": 1,
        }  # fmt: skip
        self._key: Ed25519PublicKey | None = None
        self._sockets: list[web.WebSocketResponse] = []
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self.answering = True
        self.redirect_to = ""
        self.port = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # What a test does

    def ask(self, capability: str, request: str, *, seconds: float = 60, requester: str = CSR, **more: Any) -> None:
        self.requests[request] = {
            "id": request, "capability": capability, "scope": {"monitors": []}, "state": "requested",
            "requester": requester, "grantor": self.owner, "operator": requester, "source": None, "accepted_at": None,
            "via": "support_manager", "made_at": stamp(), "expires_at": stamp(seconds), **more,
        }  # fmt: skip
        self.event("request.made", {"kind": "csr", "participant": CSR}, request=self.requests[request])

    def ask_to_share(self, capability: str, request: str, **more: Any) -> None:
        """Ask in the CSR's name for what is on the CSR's own computer; the customer has not accepted yet."""
        self.ask(capability, request, **{"operator": CUSTOMER, "source": ENDPOINT, "via": "browser", **more})

    def accept(self, request: str, **more: Any) -> None:
        """Accept it as the customer: now the CSR's own program is asked."""
        accepted = {"accepted_at": stamp(), "via": "support_manager", "expires_at": stamp(60), **more}
        self.requests[request] |= accepted
        self.event(
            "request.accepted", {"kind": "customer", "participant": CUSTOMER}, request=self.requests[request]
        )  # fmt: skip

    def event(self, kind: str, actor: dict[str, Any] | None = None, **fields: Any) -> None:
        self.seq += 1
        event = {
            "type": kind, "session": SESSION, "seq": self.seq, "at": stamp(),
            "actor": actor or {"kind": "system"}, "hash": "0" * 64, **fields,
        }  # fmt: skip
        self.events.append(event)
        self.send({"type": "event", "event": event})

    def send(self, frame: Any) -> None:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        asyncio.run_coroutine_threadsafe(self._send_all(text), self._loop).result(10)

    def cut(self) -> None:
        """Stop answering and drop every connection, as a dead network does."""
        self.answering = False
        self.close_sockets(1001)

    def close_sockets(self, code: int) -> None:
        asyncio.run_coroutine_threadsafe(self._close_all(code), self._loop).result(10)

    def wait_call(self, path: str, seconds: float = 30, count: int = 1) -> dict[str, Any]:
        with self._changed:

            def found() -> list[dict[str, Any]]:
                return [body for call, body in self.calls if call == path]

            assert self._changed.wait_for(lambda: len(found()) >= count, seconds), (path, self.calls)
            return found()[count - 1]

    def called(self, ending: str) -> list[str]:
        return [path for path, _ in self.calls if path.endswith(ending)]

    def wait_frame(self, kind: str, seconds: float = 30) -> dict[str, Any]:
        with self._changed:
            assert self._changed.wait_for(lambda: any(frame["type"] == kind for frame in self.frames), seconds)
            return next(frame for frame in self.frames if frame["type"] == kind)

    def wait_signal(self, kind: str, connection: str, seconds: float = 30) -> dict[str, Any]:
        def found() -> list[dict[str, Any]]:
            signals = [frame["data"] for frame in self.frames if frame["type"] == "signal"]
            return [data for data in signals if data["kind"] == kind and data["connection"] == connection]

        with self._changed:
            assert self._changed.wait_for(lambda: bool(found()), seconds), (kind, self.frames[-5:])
            return found()[-1]

    # The server

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._started.set()
        self._loop.run_forever()

    async def _stop(self) -> None:
        """End, and end again who came in between: a transport without its loop is only found by the collector."""
        server = self._runner.server
        await self._runner.cleanup()
        await asyncio.sleep(0)
        await server.shutdown(0)
        await asyncio.sleep(0)

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_get("/api/v1/site/", self._site)
        app.router.add_post("/api/v1/agent/attach/", self._attach)
        app.router.add_post("/api/v1/socket-tickets/", self._ticket)
        app.router.add_get("/api/v1/sessions/{session}/ice/", self._ice)
        app.router.add_post("/api/v1/sessions/{session}/{rest:.*}", self._post)
        app.router.add_get("/ws/session/{session}/", self._socket)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _site(self, request: web.Request) -> web.Response:
        if self.redirect_to:
            raise web.HTTPTemporaryRedirect(self.redirect_to + request.path)
        return web.json_response(self.site)

    def _note(self, path: str, body: dict[str, Any]) -> None:
        with self._changed:
            self.calls.append((path, body))
            self._changed.notify_all()

    async def _attach(self, request: web.Request) -> web.Response:
        if self.redirect_to:
            raise web.HTTPTemporaryRedirect(self.redirect_to + request.path)
        body = await request.json()
        self._note("agent/attach/", body)
        if body["code"] != CODE:
            return web.json_response({"code": "code_invalid", "message": "no", "data": {}, "ref": "r"}, status=404)
        self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(body["public_key"]))
        answer = {
            "token": "sm_" + "t" * 30, "endpoint": ENDPOINT, "session": self.snapshot(), "site": self.site,
            "heartbeat_seconds": 1,
        }  # fmt: skip
        return web.json_response(answer, status=201)

    def snapshot(self) -> dict[str, Any]:
        return {
            "id": SESSION, "seq": self.seq, "state": "active", "session_type": self.session_type, "site": self.site,
            "me": self.owner, "options": self.options,
            "customer_language": self.language, "created_at": stamp(-60), "activated_at": stamp(-30),
            "participants": [
                participant(CUSTOMER, "primary_customer", "Hannah Lindqvist", self.language),
                participant(CSR, "primary_csr", "佐藤 大輔" if self.language == "ja" else "Daniel Okafor"),
                participant(ASSISTANT, "assisting_csr", "Yuki Sato"),
                participant(SECOND_CUSTOMER, "secondary_customer", "Nils Ek"),
            ],
            "requests": list(self.requests.values()), "grants": [], "messages": [], "now": stamp(),
        }  # fmt: skip

    async def _ticket(self, _request: web.Request) -> web.Response:
        if not self.answering:
            return web.Response(status=503, text="away")
        url = f"ws://127.0.0.1:{self.port}/ws/session/{SESSION}/"
        return web.json_response({"ticket": "t" * 32, "endpoint": ENDPOINT, "url": url, "expires_in_s": 30})

    async def _ice(self, _request: web.Request) -> web.Response:
        return web.json_response({"ice_servers": []})

    async def _post(self, request: web.Request) -> web.Response:
        if not self.answering:
            return web.Response(status=503, text="away")
        assert request.headers["Authorization"].startswith("Bearer sm_")
        path, body = request.match_info["rest"], await request.json()
        parts = path.strip("/").split("/")
        answer, status = {}, 200
        if parts[0] == "requests" and parts[2] == "grant":
            answer, status = self._grant(parts[1], body), 201
        self._note(path, body)
        return web.json_response(answer, status=status)

    def _grant(self, request: str, body: dict[str, Any]) -> dict[str, Any]:
        info = self.requests[request]
        scope = Scope.model_validate(body["scope"])
        statement = grant_statement(
            session=SESSION, request=request, capability=info["capability"], scope=scope, holder=info["operator"],
            epoch=body["epoch"],
        )  # fmt: skip
        assert self._key is not None
        self._key.verify(base64.b64decode(body["signature"]), statement)
        grant = {
            "id": f"grant-{request}", "request": request, "capability": info["capability"], "scope": body["scope"],
            "state": "active", "holder": info["operator"], "owner": self.owner, "endpoint": ENDPOINT,
            "epoch": body["epoch"],
            "granted_at": stamp(),
        }  # fmt: skip
        self.grants[grant["id"]] = grant
        return grant

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if not self.answering:
            return web.Response(status=503, text="away")
        assert "Origin" not in request.headers
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        hello = json.loads(await socket.receive_str())
        assert hello["type"] == "hello"
        welcome = {"type": "welcome", "endpoint": ENDPOINT, "seq": self.seq, "heartbeat_seconds": 1}
        await socket.send_str(json.dumps(welcome))
        for event in self.events:
            if event["seq"] > hello["after"]:
                await socket.send_str(json.dumps({"type": "event", "event": event}))
        self._sockets.append(socket)
        with self._changed:
            self.frames.append({"type": "connected", "after": hello["after"]})
            self._changed.notify_all()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                frame = json.loads(message.data)
                with self._changed:
                    self.frames.append(frame)
                    self._changed.notify_all()
                if frame["type"] == "heartbeat":
                    await socket.send_str(json.dumps({"type": "heartbeat", "seq": self.seq}))
        return socket

    async def _send_all(self, text: str) -> None:
        for socket in self._sockets:
            if not socket.closed:
                await socket.send_str(text)

    async def _close_all(self, code: int) -> None:
        for socket in self._sockets:
            await socket.close(code=code)
        self._sockets.clear()
