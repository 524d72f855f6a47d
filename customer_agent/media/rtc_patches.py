"""What aiortc 1.16 cannot do by itself when a track yields encoded packets. Each patch checks the shape it relies on.

- a longer history for repairs: a key frame has more packets than 128
- the playout-delay header extension at 0/0, so that the browser shows a picture when it has it
- key-frame requests and receiver reports reach us instead of being lost
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiortc.codecs
import aiortc.rtcrtpsender
import aiortc.rtp
from aiortc import RTCRtpSender
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters

HISTORY_PACKETS = 2048
PLAYOUT_DELAY_URI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
PLAYOUT_DELAY_ID = 6
ONE_BYTE_PROFILE = 0xBEDE
MAX_ONE_BYTE_ID = 14
SEQUENCE_MASK = 0xFFFFFFFF


class UnknownAiortcError(RuntimeError):
    """This aiortc is not the one the patches were written for."""


def _require(condition: object, what: str) -> None:
    if not condition:
        raise UnknownAiortcError(what)


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """One viewer's receiver report: packets lost so far and the highest sequence number, cycles included."""

    lost: int
    highest: int


def apply_patches() -> None:
    """Patch aiortc for this process; a second call does nothing. Raises UnknownAiortcError."""
    sender_module: Any = aiortc.rtcrtpsender
    if sender_module.RTP_HISTORY_SIZE == HISTORY_PACKETS:
        return
    for method, name in (
        ("_retransmit", "RTP_HISTORY_SIZE"),
        ("_run_rtp", "RTP_HISTORY_SIZE"),
        ("_handle_rtcp_packet", "_send_keyframe"),
        ("_next_encoded_frame", "pack"),
    ):
        _require(name in getattr(RTCRtpSender, method).__code__.co_names, f"RTCRtpSender.{method} uses {name}")
    sender_module.RTP_HISTORY_SIZE = HISTORY_PACKETS
    _add_playout_delay()


def _add_playout_delay() -> None:
    extensions = aiortc.codecs.HEADER_EXTENSIONS["video"]
    _require(all(item.id != PLAYOUT_DELAY_ID for item in extensions), "header extension id is free")
    extensions.append(RTCRtpHeaderExtensionParameters(id=PLAYOUT_DELAY_ID, uri=PLAYOUT_DELAY_URI))
    extension_map: Any = aiortc.rtp.HeaderExtensionsMap
    configure, set_values = extension_map.configure, extension_map.set
    _require(list(inspect.signature(configure).parameters) == ["self", "parameters"], "HeaderExtensionsMap.configure")
    _require(list(inspect.signature(set_values).parameters) == ["self", "values"], "HeaderExtensionsMap.set")

    def configure_with_delay(self: Any, parameters: Any) -> None:
        configure(self, parameters)
        for extension in parameters.headerExtensions:
            if extension.uri == PLAYOUT_DELAY_URI and extension.id <= MAX_ONE_BYTE_ID:
                self.playout_delay = bytes([extension.id << 4 | 2, 0, 0, 0])  # length 3, minimum 0, maximum 0

    def set_with_delay(self: Any, values: Any) -> tuple[int, bytes]:
        profile, value = set_values(self, values)
        delay: bytes | None = getattr(self, "playout_delay", None)
        if delay is None or profile not in (0, ONE_BYTE_PROFILE):
            return profile, value
        return ONE_BYTE_PROFILE, value + delay

    extension_map.configure, extension_map.set = configure_with_delay, set_with_delay


def watch_sender(
    sender: RTCRtpSender, *, on_key_request: Callable[[], None], on_report: Callable[[ReceiverReport], None]
) -> None:
    """Call back for the viewer's key-frame requests and receiver reports."""
    target: Any = sender
    _require(callable(getattr(target, "_send_keyframe", None)), "RTCRtpSender._send_keyframe")
    handle = target._handle_rtcp_packet  # noqa: SLF001  the only place where reports pass

    async def handle_and_report(packet: Any) -> None:
        await handle(packet)
        if isinstance(packet, aiortc.rtp.RtcpRrPacket | aiortc.rtp.RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == target._ssrc:  # noqa: SLF001
                    on_report(ReceiverReport(report.packets_lost, report.highest_sequence & SEQUENCE_MASK))

    target._send_keyframe = on_key_request  # noqa: SLF001  looked up on the instance
    target._handle_rtcp_packet = handle_and_report  # noqa: SLF001
