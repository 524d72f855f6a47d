"""A viewer's WebRTC connection: offer, answer, candidates, the channels `input` and `state`, heartbeats.

Lives on the event loop. It decides nothing about permission: what a viewer sends goes to the listener, parsed.
"""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp
from pydantic import BaseModel

from customer_agent.media.fanout import Fanout
from customer_agent.media.rtc_patches import apply_patches
from customer_agent.media.sending import PacedSender
from customer_agent.media.viewer_link import PeerListener, ViewerLink
from supportsite.protocol.channel import CursorPosition
from supportsite.protocol.socket import Candidate, Description

CURSOR_BACKLOG_BYTES = 32 * 1024


def ice_servers_of(servers: Sequence[Mapping[str, Any]]) -> list[RTCIceServer]:
    """Return aiortc's servers from the `ice/` answer."""
    return [
        RTCIceServer(urls=item["urls"], username=item.get("username"), credential=item.get("credential"))
        for item in servers
    ]


class ViewerPeer(ViewerLink):
    """One viewer by WebRTC."""

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
        super().__init__(connection=connection, participant=participant, listener=listener)
        self._fanout = fanout
        # Servers are always given: without any, aiortc would ask one on the Internet.
        self._rtc = RTCPeerConnection(
            RTCConfiguration(iceServers=ice_servers_of(ice_servers), bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self.track = fanout.add_track()
        self._sender: RTCRtpSender = self._rtc.addTrack(self.track)
        self._paced = self.way_out = self.track.way_out = PacedSender(
            self._sender, request_key=self._request_key, cut=lambda: fanout.cut
        )
        self._prefer_h264()
        self._input = self._rtc.createDataChannel("input", ordered=True)
        self._state = self._rtc.createDataChannel("state", ordered=True)
        self._input.on("message", self._on_input)
        self._state.on("message", self._on_state)
        self._state.on("open", self._on_open)
        self._rtc.on("connectionstatechange", self._on_connection_state)
        self._candidates: list[Candidate] = []

    @property
    def pictures(self) -> int:
        """Pictures handed to the network so far."""
        return self.track.pictures

    def _request_key(self) -> None:
        self._fanout.request_key(self.track.rung)

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

    async def close(self, reason: str = "") -> None:
        """End the connection; a second call does nothing."""
        if self.closed:
            return
        self.closed = True
        self._paced.close()
        self._fanout.remove_track(self.track)
        self._cancel_tasks()
        self._listener.viewer_closed(self, reason)
        await self._rtc.close()

    def _on_connection_state(self) -> None:
        if self._rtc.connectionState in ("failed", "closed") and not self.closed:
            with contextlib.suppress(RuntimeError):
                self._spawn(self.close(self._rtc.connectionState))
