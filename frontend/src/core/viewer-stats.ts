/** Figures of a running picture, read from `getStats()` once a second, and what limits it. */
import type { Quality } from "../protocol/generated.ts";

export interface ViewerFigures {
  readonly framesPerSecond: number;
  readonly kbitPerSecond: number;
  /** Share of packets lost in the last interval, 0..1. */
  readonly loss: number;
  readonly rttMs: number | null;
  readonly decodeMs: number | null;
  readonly width: number;
  readonly height: number;
  /** How the picture comes; `relay` is the source's own TURN server, whose transport is not told. */
  readonly path: ViewerPath;
}

export type ViewerPath = "direct" | "relay_udp" | "relay_tcp" | "relay_tls" | "relay" | "websocket";

interface Totals {
  at: number;
  bytes: number;
  frames: number;
  lost: number;
  received: number;
  decodeSeconds: number;
}

const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);

type Row = Record<string, unknown>;

const rows = (report: RTCStatsReport): Row[] => {
  const list: Row[] = [];
  report.forEach((row: Row) => list.push(row));
  return list;
};

export class StatsReader {
  #last: Totals | null = null;

  /** Return the figures since the last call; null at the first. `now` in ms. */
  read(report: RTCStatsReport, now: number): ViewerFigures | null {
    const all = rows(report);
    const video = all.find((row) => row["type"] === "inbound-rtp" && row["kind"] === "video");
    if (!video) return null;
    const totals: Totals = {
      at: now,
      bytes: number(video["bytesReceived"]),
      frames: number(video["framesDecoded"]),
      lost: number(video["packetsLost"]),
      received: number(video["packetsReceived"]),
      decodeSeconds: number(video["totalDecodeTime"]),
    };
    const last = this.#last;
    this.#last = totals;
    if (!last || totals.at <= last.at) return null;
    return { ...difference(last, totals), ...path(all), width: number(video["frameWidth"]), height: number(video["frameHeight"]) };
  }
}

function difference(last: Totals, now: Totals): Pick<ViewerFigures, "framesPerSecond" | "kbitPerSecond" | "loss" | "decodeMs"> {
  const seconds = (now.at - last.at) / 1000;
  const frames = Math.max(0, now.frames - last.frames);
  const lost = Math.max(0, now.lost - last.lost);
  const packets = lost + Math.max(0, now.received - last.received);
  return {
    framesPerSecond: frames / seconds,
    kbitPerSecond: (Math.max(0, now.bytes - last.bytes) * 8) / 1000 / seconds,
    loss: packets > 0 ? lost / packets : 0,
    decodeMs: frames > 0 ? ((now.decodeSeconds - last.decodeSeconds) * 1000) / frames : null,
  };
}

function path(all: readonly Row[]): Pick<ViewerFigures, "rttMs" | "path"> {
  if (all.some((row) => row["type"] === "relay-socket")) return { rttMs: null, path: "websocket" };
  const pair = all.find((row) => row["type"] === "candidate-pair" && row["nominated"] === true && row["state"] === "succeeded");
  if (!pair) return { rttMs: null, path: "direct" };
  const seconds = pair["currentRoundTripTime"];
  const end = (id: unknown): Row | undefined => all.find((row) => row["id"] === id);
  const [own, other] = [end(pair["localCandidateId"]), end(pair["remoteCandidateId"])];
  return { rttMs: typeof seconds === "number" ? seconds * 1000 : null, path: wayOf(own, other) };
}

const RELAYS: Readonly<Record<string, ViewerPath>> = { udp: "relay_udp", tcp: "relay_tcp", tls: "relay_tls" };

function wayOf(own: Row | undefined, other: Row | undefined): ViewerPath {
  if (own?.["candidateType"] === "relay") return RELAYS[String(own["relayProtocol"])] ?? "relay";
  return other?.["candidateType"] === "relay" ? "relay" : "direct";
}

/** Return how many pictures were decoded so far. */
export function countFrames(report: RTCStatsReport): number {
  return number(rows(report).find((row) => row["type"] === "inbound-rtp" && row["kind"] === "video")?.["framesDecoded"]);
}

export type QualityGrade = "measuring" | "good" | "fair" | "poor" | "offline";
export type QualityLimit = "nothing" | "still" | "relay" | "sender_cpu" | "sender_link" | "loss" | "distance" | "own_cpu";

export interface QualityVerdict {
  readonly grade: QualityGrade;
  readonly limit: QualityLimit;
}

const FAR_MS = 150;
const VERY_FAR_MS = 300;
const SOME_LOSS = 0.03;
const MUCH_LOSS = 0.1;
const SLOW_DECODE_MS = 25;
const STANDING_QUEUE_MS = 200;

/** Return in one word how good the picture is and what limits it most. */
export function judgeQuality(figures: ViewerFigures | null, quality: Quality | null, connected: boolean): QualityVerdict {
  if (!connected) return { grade: "offline", limit: "nothing" };
  if (!figures) return { grade: "measuring", limit: "nothing" };
  const rtt = figures.rttMs ?? quality?.rtt_ms ?? 0;
  // Both ends measure the loss, each with its own delay: the worse one is felt.
  const loss = Math.max(figures.loss, quality?.loss ?? 0);
  if (loss >= MUCH_LOSS) return { grade: "poor", limit: "loss" };
  if (rtt >= VERY_FAR_MS) return { grade: "poor", limit: "distance" };
  if (loss >= SOME_LOSS) return { grade: "fair", limit: "loss" };
  if (rtt >= FAR_MS) return { grade: "fair", limit: "distance" };
  if ((figures.decodeMs ?? 0) > SLOW_DECODE_MS || quality?.limited_by === "viewer") return { grade: "fair", limit: "own_cpu" };
  if (quality?.limited_by === "link" || (quality?.queue_ms ?? 0) > STANDING_QUEUE_MS) return { grade: "fair", limit: "sender_link" };
  if (quality?.limited_by === "cpu") return { grade: "fair", limit: "sender_cpu" };
  // The way through the web server has a sentence of its own.
  if (figures.path !== "direct" && figures.path !== "websocket") return { grade: "good", limit: "relay" };
  return { grade: "good", limit: quality?.limited_by === "still" || figures.framesPerSecond < 1 ? "still" : "nothing" };
}
