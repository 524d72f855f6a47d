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
  readonly relayed: boolean;
}

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

function path(all: readonly Row[]): Pick<ViewerFigures, "rttMs" | "relayed"> {
  const pair = all.find((row) => row["type"] === "candidate-pair" && row["nominated"] === true && row["state"] === "succeeded");
  if (!pair) return { rttMs: null, relayed: false };
  const seconds = pair["currentRoundTripTime"];
  const ends = [pair["localCandidateId"], pair["remoteCandidateId"]];
  const relayed = all.some((row) => ends.includes(row["id"]) && row["candidateType"] === "relay");
  return { rttMs: typeof seconds === "number" ? seconds * 1000 : null, relayed };
}

export type QualityGrade = "measuring" | "good" | "fair" | "poor" | "offline";
export type QualityLimit = "nothing" | "still" | "sender_cpu" | "sender_link" | "loss" | "distance" | "own_cpu";

export interface QualityVerdict {
  readonly grade: QualityGrade;
  readonly limit: QualityLimit;
}

const FAR_MS = 150;
const VERY_FAR_MS = 300;
const SOME_LOSS = 0.03;
const MUCH_LOSS = 0.1;
const SLOW_DECODE_MS = 25;

/** Return in one word how good the picture is and what limits it most. */
export function judgeQuality(figures: ViewerFigures | null, quality: Quality | null, connected: boolean): QualityVerdict {
  if (!connected) return { grade: "offline", limit: "nothing" };
  if (!figures) return { grade: "measuring", limit: "nothing" };
  const rtt = figures.rttMs ?? 0;
  if (figures.loss >= MUCH_LOSS) return { grade: "poor", limit: "loss" };
  if (rtt >= VERY_FAR_MS) return { grade: "poor", limit: "distance" };
  if (figures.loss >= SOME_LOSS) return { grade: "fair", limit: "loss" };
  if (rtt >= FAR_MS) return { grade: "fair", limit: "distance" };
  if ((figures.decodeMs ?? 0) > SLOW_DECODE_MS) return { grade: "fair", limit: "own_cpu" };
  if (quality?.limited_by === "link") return { grade: "fair", limit: "sender_link" };
  if (quality?.limited_by === "cpu") return { grade: "fair", limit: "sender_cpu" };
  return { grade: "good", limit: quality?.limited_by === "still" || figures.framesPerSecond < 1 ? "still" : "nothing" };
}
