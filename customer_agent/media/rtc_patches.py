"""What aiortc 1.16 cannot do by itself when a track yields encoded packets. Each patch checks the shape it relies on.

- a longer history for repairs: a key frame has more packets than 128
- the playout-delay header extension at 0/0, so that the browser shows a picture when it has it
- transport-wide congestion control: offered, and its counter in every packet
- the round trip of the connectivity checks is kept: the first thing known of a path
"""

import inspect
import time
from typing import Any

import aioice.ice
import aiortc.codecs
import aiortc.rtcrtpsender
import aiortc.rtp
from aiortc import RTCRtpSender
from aiortc.rtcrtpparameters import RTCRtcpFeedback, RTCRtpHeaderExtensionParameters

HISTORY_PACKETS = 2048
PLAYOUT_DELAY_URI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
PLAYOUT_DELAY_ID = 6
ONE_BYTE_PROFILE = 0xBEDE
MAX_ONE_BYTE_ID = 14
ABS_SEND_TIME_URI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_CC_URI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
TRANSPORT_CC_ID = 7


class UnknownAiortcError(RuntimeError):
    """This aiortc is not the one the patches were written for."""


def _require(condition: object, what: str) -> None:
    if not condition:
        raise UnknownAiortcError(what)


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
    _add_transport_cc()
    _time_connectivity_checks()


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


def _add_transport_cc() -> None:
    extensions = aiortc.codecs.HEADER_EXTENSIONS["video"]
    _require(all(item.id != TRANSPORT_CC_ID for item in extensions), "header extension id is free")
    extensions.append(RTCRtpHeaderExtensionParameters(id=TRANSPORT_CC_ID, uri=TRANSPORT_CC_URI))
    for codec in aiortc.codecs.CODECS["video"]:
        if codec.rtcpFeedback:  # not those of repairs
            codec.rtcpFeedback.append(RTCRtcpFeedback(type="transport-cc"))
    _require(hasattr(aiortc.rtp.HeaderExtensions(), "transport_sequence_number"), "HeaderExtensions")
    extension_map: Any = aiortc.rtp.HeaderExtensionsMap
    set_values = extension_map.set

    def set_with_counter(self: Any, values: Any) -> tuple[int, bytes]:
        values.transport_sequence_number = 0  # room for it; written when the packet leaves
        found: tuple[int, bytes] = set_values(self, values)
        return found

    extension_map.set = set_with_counter


def _time_connectivity_checks() -> None:
    protocol: Any = aioice.ice.StunProtocol
    _require(list(inspect.signature(protocol.request).parameters)[:3] == ["self", "request", "addr"], "StunProtocol")
    request = protocol.request

    async def timed_request(self: Any, message: Any, addr: Any, *given: Any, **named: Any) -> Any:
        began = time.monotonic()
        answer = await request(self, message, addr, *given, **named)
        trips = self.__dict__.setdefault("round_trips", {})
        trips[addr] = min(time.monotonic() - began, trips.get(addr, float("inf")))
        return answer

    protocol.request = timed_request


def require_sender(sender: Any) -> None:
    """Check that a sender has what `sending` takes over. Raises UnknownAiortcError."""
    for name in ("_handle_rtcp_packet", "_retransmit", "_send_keyframe"):
        _require(callable(getattr(sender, name, None)), f"RTCRtpSender.{name}")
    _require(isinstance(getattr(sender, "_RTCRtpSender__rtp_history", None), dict), "RTCRtpSender's history")


def extension_ids(sender: Any) -> dict[str, int]:
    """Return the negotiated ids of the header extensions that are written when a packet leaves, by their URI."""
    ids = sender._RTCRtpSender__rtp_header_extensions_map._HeaderExtensionsMap__ids  # noqa: SLF001
    found = {ABS_SEND_TIME_URI: ids.abs_send_time, TRANSPORT_CC_URI: ids.transport_sequence_number}
    return {uri: number for uri, number in found.items() if number}


def history_of(sender: Any, number: int) -> Any:
    """Return the sent RTP packet with a sequence number, or None where it is too long ago."""
    packet = sender._RTCRtpSender__rtp_history.get(number % HISTORY_PACKETS)  # noqa: SLF001
    return packet if packet is not None and packet.sequence_number == number else None


def reported_round_trip(sender: Any) -> float | None:
    """Return the round trip that the receiver reports give, in seconds."""
    trip: float | None = sender._RTCRtpSender__rtt  # noqa: SLF001
    return trip


def path_round_trip(transport: Any) -> float | None:
    """Return the round trip of the connectivity checks on the path in use, in seconds; None when nothing is known."""
    pair = transport.transport._connection._nominated.get(1)  # noqa: SLF001
    if pair is None:
        return None
    trips: dict[Any, float] = getattr(pair.protocol, "round_trips", {})
    return trips.get(tuple(pair.remote_addr))
