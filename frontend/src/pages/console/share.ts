/**
 * Showing the CSR's own computer: by this browser's picker, or by the CSR's own Support Manager. The request names the
 * program; once the customer agreed, the browser makes the grant by itself, a Support Manager after its owner's yes there.
 */
import { computed, signal, type ReadonlySignal } from "@preact/signals";

import { canShowScreen, captureScreen, TooMuchChosen } from "../../core/capture.ts";
import { isControl, ownerIsCsr, surfaceOf } from "../../core/capabilities.ts";
import type { Clock } from "../../core/clock.ts";
import { t } from "../../core/i18n.ts";
import type { LiveSession } from "../../core/session.ts";
import { ScreenSource } from "../../core/source.ts";
import { participant, supportManager } from "../../core/store.ts";
import type { Capability, Event, GrantInfo, RequestInfo } from "../../protocol/generated.ts";

/** Runs a command and says what went wrong; the desk's part that a share needs. */
export interface ShareDesk {
  run(command: () => Promise<unknown>): Promise<boolean>;
  note(text: string, kind?: "note" | "bad"): void;
  /** Opens the dialog that attaches the own Support Manager. */
  attach(): void;
}

const REST_AFTER_MS = 60_000;

interface Picked {
  readonly request: string;
  readonly stream: MediaStream;
}

export interface SharePorts {
  readonly clock: Clock;
  readonly devices: () => MediaDevices;
  readonly canShow: () => boolean;
}

export const browserPorts = (clock: Clock): SharePorts => ({ clock, devices: () => navigator.mediaDevices, canShow: () => canShowScreen(navigator) });

export class ShareKeeper {
  readonly source: ScreenSource;
  /** What is asked as soon as the own Support Manager is attached. */
  readonly waiting = signal<Capability | null>(null);
  /** The live share of this CSR's computer, whichever program shows it. */
  readonly grant: ReadonlySignal<GrantInfo | null>;
  readonly #picked = signal<Picked | null>(null);
  readonly #granting = new Set<string>();
  #cancelRest: (() => void) | null = null;

  constructor(
    private readonly live: LiveSession,
    private readonly ports: SharePorts,
  ) {
    const { commands } = live;
    const own = (): string | undefined => live.endpoint ?? undefined;
    this.source = new ScreenSource({
      session: live,
      // A CSR may have several pages: the server must know which of them reports.
      commands: {
        ice: () => commands.ice(),
        stopGrant: (grant, cause) => commands.stopGrant(grant, cause),
        firstUse: (grant) => commands.firstUse(grant, own()),
        marked: (grant, author) => commands.marked(grant, author, own()),
      },
      clock: ports.clock,
      openPeer: (configuration) => new RTCPeerConnection(configuration),
    });
    this.grant = computed(() => {
      const snapshot = live.snapshot.value;
      const own = snapshot.grants.filter((one) => one.owner === snapshot.me && ownerIsCsr(one.capability) && one.state !== "stopped" && !this.source.stopped.value.has(one.id));
      return own.find((one) => isControl(one.capability)) ?? own[0] ?? null;
    });
  }

  /** The picture that this browser gives: to the session, or kept until the customer agrees. */
  get stream(): ReadonlySignal<MediaStream | null> {
    return this.source.stream;
  }

  /** This page was reloaded under a running share: the browser must be asked for the screen again. */
  get broken(): boolean {
    const grant = this.grant.value;
    return grant !== null && grant.endpoint === this.live.endpoint && this.source.grant.value !== grant.id;
  }

  start(): () => void {
    const stops = [
      this.source.start(),
      this.live.onEvent((event) => this.#heard(event)),
      this.live.snapshot.subscribe(() => this.#follow()),
      this.live.link.subscribe(({ phase }) => this.#linked(phase === "live")),
    ];
    return () => {
      for (const stop of stops) stop();
      this.#cancelRest?.();
      this.#drop();
    };
  }

  /** Asks the customer; runs inside the click, because the browser's picker must. */
  async begin(capability: Capability, desk: ShareDesk): Promise<void> {
    const manager = supportManager(participant(this.live.snapshot.peek(), this.live.snapshot.peek().me));
    if (manager) {
      await desk.run(() => this.live.commands.ask(capability, { source: manager.id }));
    } else if (isControl(capability) || !this.ports.canShow()) {
      this.waiting.value = capability;
      desk.attach();
    } else await this.#byBrowser(capability, desk);
  }

  /** The own Support Manager came: go on with what waited for it. */
  async attached(desk: ShareDesk): Promise<void> {
    const capability = this.waiting.peek();
    this.waiting.value = null;
    if (capability !== null) await this.begin(capability, desk);
  }

  /** Nothing waits for the own Support Manager any more. */
  forget(): void {
    this.waiting.value = null;
  }

  /** After a reload of the page: gives the picture again under the grant that still lives. */
  async again(desk: ShareDesk): Promise<void> {
    const grant = this.grant.peek();
    if (!grant) return;
    const stream = await this.#pick(grant.capability, desk);
    if (stream) this.source.show(grant, stream);
  }

  async #byBrowser(capability: Capability, desk: ShareDesk): Promise<void> {
    const stream = await this.#pick(capability, desk);
    const endpoint = this.live.endpoint;
    if (!stream) return;
    let request: RequestInfo | null = null;
    const asked = endpoint !== null && (await desk.run(async () => (request = await this.live.commands.ask(capability, { source: endpoint }))));
    const made = request as RequestInfo | null;
    if (!asked || !made) {
      stopTracks(stream);
      return;
    }
    this.#drop();
    this.#picked.value = { request: made.id, stream };
    for (const track of stream.getVideoTracks()) {
      track.onended = () => {
        if (this.#picked.peek()?.request !== made.id) return;
        this.#drop();
        void desk.run(() => this.live.commands.cancel(made.id));
      };
    }
    // The customer may have answered before this page knew the request's number.
    this.#follow();
  }

  async #pick(capability: Capability, desk: ShareDesk): Promise<MediaStream | null> {
    try {
      return await captureScreen(this.ports.devices(), surfaceOf(capability) ?? "desktop");
    } catch (error) {
      if (error instanceof TooMuchChosen) desk.note(t("You chose a whole screen. Choose one window."), "bad");
      // A closed picker is an answer, not a fault.
      else if (!(error instanceof DOMException && error.name === "NotAllowedError")) desk.note(t("The browser could not give the screen."), "bad");
      return null;
    }
  }

  #heard(event: Event): void {
    const gone = event.type === "request.denied" || event.type === "request.expired" || event.type === "request.cancelled";
    if (gone && event.request === this.#picked.peek()?.request) this.#drop();
  }

  /** Without a link the customer cannot stop the picture: soon it rests. A short break is no reason. */
  #linked(live: boolean): void {
    this.#cancelRest?.();
    this.#cancelRest = null;
    if (live) {
      this.source.rest(false);
      this.#forgetLost();
    } else this.#cancelRest = this.ports.clock.after(REST_AFTER_MS, () => this.source.rest(true));
  }

  /** The customer agreed to what this browser holds ready: the grant is made without another question. */
  #follow(): void {
    const picked = this.#picked.peek();
    if (!picked) return;
    const snapshot = this.live.snapshot.peek();
    if (snapshot.state === "ended") this.#drop();
    const request = snapshot.requests.find((one) => one.id === picked.request);
    if (!request?.accepted_at || this.#granting.has(picked.request)) return;
    this.#granting.add(picked.request);
    void this.#grantNow(picked);
  }

  async #grantNow({ request, stream }: Picked): Promise<void> {
    try {
      const grant = await this.live.commands.grant(request, this.live.endpoint ?? undefined);
      this.#picked.value = null;
      this.source.show(grant, stream);
    } catch (error) {
      console.warn("the share could not be granted", error);
      this.#granting.delete(request);
      // Still open: the next event or the link's return tries again; else it is dropped with the request.
      if (!this.live.snapshot.peek().requests.some((one) => one.id === request)) this.#drop();
    }
  }

  /** A request of this page whose picture a reload took away can never be granted: take it back. */
  #forgetLost(): void {
    this.#follow();
    const { requests } = this.live.snapshot.peek();
    const lost = requests.find((one) => one.source !== null && one.source === this.live.endpoint && one.id !== this.#picked.peek()?.request);
    if (lost && !this.#granting.has(lost.id)) this.live.commands.cancel(lost.id).catch((error: unknown) => console.warn("could not cancel", error));
  }

  #drop(): void {
    const picked = this.#picked.peek();
    this.#picked.value = null;
    if (picked) stopTracks(picked.stream);
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) {
    track.onended = null;
    track.stop();
  }
}
