/** Order of video codecs that a viewer offers to take. */

const rank = (codec: RTCRtpCodec): number => {
  const kind = codec.mimeType.toLowerCase();
  const line = codec.sdpFmtpLine?.toLowerCase() ?? "";
  if (kind !== "video/h264") return 2;
  // The Support Manager sends Baseline in packetization mode 1; anything else would only be transcoded.
  return line.includes("profile-level-id=42e01f") && line.includes("packetization-mode=1") ? 0 : 1;
};

/** Return `codecs` with H.264 constrained Baseline first, the rest in its order. */
export function orderCodecs(codecs: readonly RTCRtpCodec[]): RTCRtpCodec[] {
  return codecs.map((codec, place) => ({ codec, place })).sort((a, b) => rank(a.codec) - rank(b.codec) || a.place - b.place)
    .map(({ codec }) => codec);
}

/** Applies the order to every video transceiver of a peer that has an offer. */
export function preferredCodecs(peer: RTCPeerConnection, codecs: readonly RTCRtpCodec[]): void {
  if (codecs.length === 0) return;
  for (const transceiver of peer.getTransceivers()) {
    if (transceiver.receiver.track.kind === "video") transceiver.setCodecPreferences(orderCodecs(codecs));
  }
}

/** The way was there, but the other side's key is not the one that was announced: somebody may stand in between. */
export function hasWrongKey(peer: RTCPeerConnection | null): boolean {
  return peer?.sctp?.transport.state === "failed";
}
