/** Time as an argument: tests turn it by hand. */

export interface Clock {
  /** Milliseconds since 1970, this computer's clock. */
  now(): number;
  /** Run once after `ms`; the result cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Run every `ms`; the result ends it. */
  every(ms: number, run: () => void): () => void;
  /** 0..1, for jitter. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const id = setTimeout(run, ms);
    return () => clearTimeout(id);
  },
  every(ms, run) {
    const id = setInterval(run, ms);
    return () => clearInterval(id);
  },
  random: () => Math.random(),
};

/** The server's clock as seen from here: a wrong clock on a customer's computer must not shorten a countdown. */
export class ServerTime {
  #offset = 0;

  constructor(private readonly clock: Clock) {}

  /** Take over the time that a snapshot names. */
  set(serverNow: string): void {
    this.#offset = Date.parse(serverNow) - this.clock.now();
  }

  now(): number {
    return this.clock.now() + this.#offset;
  }

  /** Seconds until an ISO time, at least 0. */
  secondsUntil(iso: string): number {
    return Math.max(0, (Date.parse(iso) - this.now()) / 1000);
  }
}
