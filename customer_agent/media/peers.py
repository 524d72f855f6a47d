"""A viewer's WebRTC connection: offer, answer, candidates, the channels `input` and `state`, heartbeats.

Lives on the event loop. It decides nothing about permission: what a viewer sends goes to the listener, parsed.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp
from pydantic import BaseModel, ValidationError

from customer_agent.media.fanout import Fanout
from customer_agent.media.rates import LinkReport, RateControl
from customer_agent.media.rtc_patches import ReceiverReport, apply_patches, watch_sender
from supportsite.protocol.channel import (
    CHANNEL_HEARTBEAT_SECONDS,
    MAX_CHANNEL_BYTES,
    STATE_MESSAGE,
    VIEWER_INPUT,
    ChannelHeartbeat,
    CursorPosition,
    ViewerInput,
)
from supportsite.protocol.socket import Candidate, Description

SILENT_SECONDS = 3.0
GONE_SECONDS = 20.0
CONNECT_SECONDS = 30.0
MAX_BAD_MESSAGES = 20
CURSOR_BACKLOG_BYTES = 32 * 1024

log = logging.getLogger(__name__)


class PeerListener(Protocol):
    """Who hears of a viewer; called on the event loop."""

    def viewer_input(self, peer: "ViewerPeer", message: ViewerInput) -> None:
        """A well-formed message on `input`. Nothing is checked yet but its shape."""

    def viewer_refused(self, peer: "ViewerPeer", reason: str) -> None:
        """A message was dropped because it was malformed."""

    def viewer_ready(self, peer: "ViewerPeer") -> None:
        """The `state` channel is open."""

    def viewer_silent(self, peer: "ViewerPeer", *, silent: bool) -> None:
        """Nothing was heard for 3 s (release this viewer's keys), or it is heard again."""

    def viewer_closed(self, peer: "ViewerPeer", reason: str) -> None:
        """The connection ended."""


def ice_servers_of(servers: Sequence[Mapping[str, Any]]) -> list[RTCIceServer]:
    """Return aiortc's servers from the `ice/` answer."""
    return [
        RTCIceServer(urls=item["urls"], username=item.get("username"), credential=item.get("credential"))
        for item in servers
    ]


class ViewerPeer:
    """One viewer."""

    def __init__(
        self,
        *,
        connection: str,
        participant: str,
        ice_servers: Sequence[Mapping[str, Any]],
        fanout: Fanout,
        listener: PeerListener,
    ) -> None:
        apply_patches()
        self.connection, self.participant = connection, participant
        self.rates = RateControl()
        self.silent = False
        self.closed = False
        self._listener = listener
        self._fanout = fanout
        # Servers are always given: without any, aiortc would ask one on the Internet.
        self._rtc = RTCPeerConnection(
            RTCConfiguration(iceServers=ice_servers_of(ice_servers), bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._track = fanout.add_track()
        self._sender: RTCRtpSender = self._rtc.addTrack(self._track)
        watch_sender(self._sender, on_key_request=fanout.request_key, on_report=self._take_report)
        self._prefer_h264()
        self._input = self._rtc.createDataChannel("input", ordered=True)
        self._state = self._rtc.createDataChannel("state", ordered=True)
        self._input.on("message", self._on_input)
        self._state.on("message", self._on_state)
        self._state.on("open", self._on_open)
        self._rtc.on("connectionstatechange", self._on_connection_state)
        self._candidates: list[Candidate] = []
        self._heard_at = time.monotonic()
        self._opened = False
        self._bad_messages = 0
        self._reported = ReceiverReport(0, 0)
        self._report: ReceiverReport | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pictures(self) -> int:
        """Pictures handed to the network so far."""
        return self._track.pictures

    def _prefer_h264(self) -> None:
        codecs = RTCRtpSender.getCapabilities("video").codecs
        wanted = [codec for codec in codecs if codec.mimeType in ("video/H264", "video/rtx")]
        for transceiver in self._rtc.getTransceivers():
            transceiver.setCodecPreferences(wanted)
            transceiver.direction = "sendonly"

    async def make_offer(self) -> Description:
        """Return the offer, with all candidates in it."""
        await self._rtc.setLocalDescription(await self._rtc.createOffer())
        self._spawn(self._beat())
        return Description(kind="offer", connection=self.connection, sdp=self._rtc.localDescription.sdp)

    async def take_answer(self, sdp: str) -> None:
        """Take the viewer's answer. Raises ValueError for one that does not fit."""
        if self.closed or self._rtc.signalingState != "have-local-offer":
            raise ValueError("no answer is expected")
        await self._rtc.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="answer"))
        waiting, self._candidates = self._candidates, []
        for candidate in waiting:
            await self.add_candidate(candidate)

    async def add_candidate(self, candidate: Candidate) -> None:
        """Take one of the viewer's candidates; those before the answer wait. Raises ValueError for a bad one."""
        if self.closed:
            return
        if self._rtc.signalingState == "have-local-offer":
            self._candidates.append(candidate)
            return
        if not candidate.candidate:
            await self._rtc.addIceCandidate(None)
            return
        parsed = candidate_from_sdp(candidate.candidate.removeprefix("candidate:"))
        parsed.sdpMid, parsed.sdpMLineIndex = candidate.mid, candidate.line
        await self._rtc.addIceCandidate(parsed)

    def send(self, message: BaseModel) -> None:
        """Send a message on `state`; before it is open, or to one who is behind with cursor places, not."""
        if self.closed or self._state.readyState != "open":
            return
        if isinstance(message, CursorPosition) and self._state.bufferedAmount > CURSOR_BACKLOG_BYTES:
            return
        self._state.send(message.model_dump_json())

    async def link_report(self) -> LinkReport | None:
        """Return loss and round trip since the last call, or None when the viewer reported nothing new."""
        report = self._report
        if report is None or report.highest == self._reported.highest:
            return None
        sent = (report.highest - self._reported.highest) & 0xFFFFFFFF
        first = self._reported.highest == 0
        loss = 0.0 if first else max(0, report.lost - self._reported.lost) / max(1, sent)
        self._reported = report
        stats = await self._sender.getStats()
        trips = [item.roundTripTime for item in stats.values() if item.type == "remote-inbound-rtp"]
        return LinkReport(loss=min(1.0, loss), round_trip=trips[0] if trips else None)

    async def close(self, reason: str = "") -> None:
        """End the connection; a second call does nothing."""
        if self.closed:
            return
        self.closed = True
        self._fanout.remove_track(self._track)
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self._listener.viewer_closed(self, reason)
        await self._rtc.close()

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _beat(self) -> None:
        """Send heartbeats and notice silence; runs until the connection is closed."""
        while not self.closed:
            await asyncio.sleep(CHANNEL_HEARTBEAT_SECONDS)
            self.send(ChannelHeartbeat(at_ms=time.monotonic() * 1000))
            quiet = time.monotonic() - self._heard_at
            if quiet > (GONE_SECONDS if self._opened else CONNECT_SECONDS):
                await self.close("silent")
                return
            if self._opened and self.silent != (quiet > SILENT_SECONDS):
                self.silent = not self.silent
                self._listener.viewer_silent(self, silent=self.silent)

    def _heard(self) -> None:
        self._heard_at = time.monotonic()
        if self.silent:
            self.silent = False
            self._listener.viewer_silent(self, silent=False)

    def _on_open(self) -> None:
        self._heard()
        self._opened = True
        self._listener.viewer_ready(self)

    def _on_input(self, data: str | bytes) -> None:
        try:
            message = VIEWER_INPUT.validate_json(self._bounded(data))
        except (ValidationError, ValueError):
            self._refuse()
            return
        self._heard()
        self._listener.viewer_input(self, message)

    def _on_state(self, data: str | bytes) -> None:
        """Viewers send only heartbeats here; one without an echo is answered at once, so that they can time it."""
        try:
            message = STATE_MESSAGE.validate_json(self._bounded(data))
        except (ValidationError, ValueError):
            self._refuse()
            return
        self._heard()
        if isinstance(message, ChannelHeartbeat) and message.echo_ms is None:
            self.send(ChannelHeartbeat(at_ms=time.monotonic() * 1000, echo_ms=message.at_ms))

    @staticmethod
    def _bounded(data: str | bytes) -> str | bytes:
        if len(data) > MAX_CHANNEL_BYTES:
            raise ValueError("too long")
        return data

    def _refuse(self) -> None:
        self._bad_messages += 1
        self._listener.viewer_refused(self, "malformed")
        if self._bad_messages == MAX_BAD_MESSAGES:
            self._spawn(self.close("malformed"))

    def _take_report(self, report: ReceiverReport) -> None:
        self._report = report

    def _on_connection_state(self) -> None:
        if self._rtc.connectionState in ("failed", "closed") and not self.closed:
            with contextlib.suppress(RuntimeError):
                self._spawn(self.close(self._rtc.connectionState))
