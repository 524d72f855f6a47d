/** Which way a picture takes, and when another is tried: a peer connection if it can be, else the server's relay. Pure. */

export type Way = "peer" | "relay";

/** What is known of the connection that is shown, and of the one that is being tried beside it. */
export interface PathFacts {
  /** Milliseconds. */
  readonly now: number;
  readonly shown: {
    readonly way: Way;
    /** It is connected and was heard a moment ago. */
    readonly well: boolean;
    /** Since when it is not well; null while it is. */
    readonly downSince: number | null;
    /** It was well at some time. */
    readonly wasWell: boolean;
    /** How often it was lost since it was well. */
    readonly losses: number;
  };
  readonly trial: {
    readonly way: Way;
    readonly since: number;
    /** A picture of it was decoded. */
    readonly carries: boolean;
    /** Begun because the network changed: it replaces even a connection that is well. */
    readonly wanted: boolean;
  } | null;
  /** A relay can be opened now. */
  readonly relay: boolean;
  /** From when on a peer connection is tried beside a relay. */
  readonly peerAgainAt: number;
}

export type PathStep = "none" | "try_peer" | "try_relay" | "promote" | "give_up";

export const UNHEARD_MS = 2000;
const FIRST_WAIT_MS = 6000;
const MEND_WAIT_MS = 3500;
const MAX_LOSSES = 2;
const TRIAL_MS = 8000;
const PEER_AGAIN_MS = [15_000, 30_000, 60_000, 120_000];

/** Return how long a relay is shown before peer connection number `tries` (from 0) is tried beside it, in ms. */
export function peerAgainAfter(tries: number): number {
  return PEER_AGAIN_MS[Math.min(tries, PEER_AGAIN_MS.length - 1)] ?? 120_000;
}

/** Return what is to be done now. */
export function nextStep(facts: PathFacts): PathStep {
  return facts.trial ? trialStep(facts, facts.trial) : ownStep(facts);
}

function trialStep(facts: PathFacts, trial: NonNullable<PathFacts["trial"]>): PathStep {
  const { shown, now } = facts;
  // It came back by itself, and nothing better was wanted.
  if (shown.way === "peer" && shown.well && !trial.wanted) return "give_up";
  if (trial.carries) return "promote";
  if (trial.way === "peer" && relayIsDue(facts)) return "try_relay";
  return now - trial.since > TRIAL_MS ? "give_up" : "none";
}

function ownStep(facts: PathFacts): PathStep {
  const { shown, now, peerAgainAt } = facts;
  if (relayIsDue(facts)) return "try_relay";
  if (shown.way === "relay") return now >= peerAgainAt || !shown.well ? "try_peer" : "none";
  return !shown.well && shown.wasWell ? "try_peer" : "none";
}

function relayIsDue({ shown, relay, now }: PathFacts): boolean {
  if (!relay || shown.way === "relay" || shown.well || shown.downSince === null) return false;
  const wait = shown.wasWell ? MEND_WAIT_MS : FIRST_WAIT_MS;
  return now - shown.downSince >= wait || shown.losses >= MAX_LOSSES;
}
