/**
 * This browser as the source of a picture, on the customer's page and on the CSR's: one captured screen, one
 * RTCPeerConnection per viewer. Stop is local first: the capture ends before anybody is told. A viewer is served only
 * while its grant is active, belongs to this endpoint, and the viewer is inside the session and not this computer's owner.
 */

import { signal, type ReadonlySignal } from "@preact/signals";

import type { GrantInfo, Quality, SharingQuality, Signal, SignalData, ViewRequest } from "../protocol/generated.ts";
import { surfaceOf } from "./capabilities.ts";
import type { Clock } from "./clock.ts";
import type { SessionCommands, StopWish } from "./commands.ts";
import { type MarkMessage, MarkRelay } from "./source-marks.ts";
import type { PeerFactory } from "./source-peer.ts";
import { QualityChooser, type QualityMode, SENDING } from "./source-quality.ts";
import { SourceViewers } from "./source-viewers.ts";
import type { LiveSession } from "./session.ts";
import { isCsr, liveGrants, me, participant } from "./store.ts";

export type SourcePart = Pick<LiveSession, "snapshot" | "endpoint" | "link" | "signal" | "onSignal" | "onEvent">;

export interface SourceOptions {
  readonly session: SourcePart;
  readonly commands: Pick<SessionCommands, "ice" | "stopGrant" | "firstUse" | "marked">;
  readonly clock: Clock;
  readonly openPeer: PeerFactory;
}

const RETRY_MS = 2_000;
const MAX_WAITING = 24;

export class ScreenSource {
  readonly #grant = signal<string | null>(null);
  readonly #stopped = signal<ReadonlySet<string>>(new Set());
  readonly #viewers: SourceViewers;
  /** By connection: who asked before there was a picture. */
  readonly #waiting = new Map<string, { readonly viewer: string; readonly request: ViewRequest }>();
  readonly #cancels = new Set<() => void>();
  readonly #stream = signal<MediaStream | null>(null);
  readonly #markListeners = new Set<(message: MarkMessage) => void>();
  readonly #quality = new QualityChooser();
  #marks: MarkRelay | null = null;
  #used = false;
  #resting = false;
  #active = false;
  #option: SharingQuality = "auto";
  /** The log has told of the grant: from then on its absence means that it stopped. */
  #confirmed = false;

  constructor(private readonly options: SourceOptions) {
    const { clock, commands, openPeer } = options;
    this.#viewers = new SourceViewers({ clock, openPeer, ice: () => commands.ice(), send: (viewer, data) => this.#send(viewer, data) });
  }

  /** The grant whose picture is captured now. */
  get grant(): ReadonlySignal<string | null> {
    return this.#grant;
  }

  /** What is captured now, for a small picture on the owner's own page. */
  get stream(): ReadonlySignal<MediaStream | null> {
    return this.#stream;
  }

  /** Everything that viewers point at and draw, with its authors: for the owner's own page. */
  onMark(listener: (message: MarkMessage) => void): () => void {
    this.#markListeners.add(listener);
    return () => this.#markListeners.delete(listener);
  }

  /** The owner clears what others drew. */
  clearMarks(): void {
    this.#tellMark({ type: "marks_cleared", participant: null });
  }

  /** Grants that were stopped here; the server may not know yet. */
  get stopped(): ReadonlySignal<ReadonlySet<string>> {
    return this.#stopped;
  }

  start(): () => void {
    const { session } = this.options;
    const ends = [
      session.onSignal((message) => this.#signalled(message)),
      session.onEvent(() => this.#follow()),
      session.link.subscribe(({ phase }) => phase === "live" && this.#viewers.linkReturned()),
    ];
    return () => {
      for (const end of ends) end();
      for (const cancel of this.#cancels) cancel();
      this.#cancels.clear();
      this.#release("page_closed");
    };
  }

  /** Show `stream` under a grant that the server confirmed. Viewers who already asked are answered now. */
  show(grant: GrantInfo, stream: MediaStream): void {
    this.#release("superseded");
    this.#stream.value = stream;
    this.#grant.value = grant.id;
    this.#used = false;
    this.#confirmed = false;
    this.#marks = this.#relay(grant.id);
    for (const track of stream.getVideoTracks()) track.onended = () => this.stop(grant.id, "source_closed");
    this.#option = this.options.session.snapshot.peek().options.quality;
    this.#setMode(this.#quality.set(this.#option));
    this.#follow();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { viewer, request } of waiting) if (request.grant === grant.id) this.#viewRequested(viewer, request);
  }

  /** End the capture at once, then tell the server, as often as it takes. */
  stop(grant: string, cause: StopWish): void {
    if (this.#grant.peek() === grant) this.#release(cause);
    this.#markStopped(grant);
    this.#report(grant, cause);
  }

  /** End the capture at once and tell nobody: the caller stops everything, or the server already knows. */
  release(): void {
    const { session } = this.options;
    for (const grant of session.snapshot.peek().grants) if (grant.endpoint === session.endpoint) this.#markStopped(grant.id);
    this.#release("stopped");
  }

  /** End the capture at once; the grant stands and may be taken up again. */
  drop(): void {
    this.#release("closed");
  }

  /** Without a link nobody else could stop the picture: it rests until the link is back. */
  rest(resting: boolean): void {
    if (this.#resting === resting) return;
    this.#resting = resting;
    this.#follow();
  }

  /** Only this browser's own captures end here; a Support Manager's end where it runs. */
  #markStopped(grant: string): void {
    const { session } = this.options;
    const own = session.snapshot.peek().grants.some((other) => other.id === grant && other.endpoint === session.endpoint);
    if (own) this.#stopped.value = new Set([...this.#stopped.peek(), grant]);
  }

  #report(grant: string, cause: StopWish): void {
    const stillLives = (): boolean => liveGrants(this.options.session.snapshot.peek()).some((other) => other.id === grant);
    const attempt = (): void => {
      this.options.commands.stopGrant(grant, cause, this.#name()).catch(() => {
        if (!stillLives()) return;
        const cancel = this.options.clock.after(RETRY_MS, () => {
          this.#cancels.delete(cancel);
          if (stillLives()) attempt();
        });
        this.#cancels.add(cancel);
      });
    };
    attempt();
  }

  /** Grants change on the server: what is no longer active is no longer shown. */
  #follow(): void {
    const id = this.#grant.peek();
    if (id === null) return;
    const snapshot = this.options.session.snapshot.peek();
    const grant = snapshot.grants.find((other) => other.id === id);
    if (snapshot.state === "ended" || (grant === undefined && this.#confirmed)) {
      this.#release("stopped");
      return;
    }
    if (grant === undefined) return;
    this.#confirmed = true;
    if (snapshot.options.quality !== this.#option) this.#setMode(this.#quality.set((this.#option = snapshot.options.quality)));
    this.#active = grant.state === "active" && !this.#resting;
    for (const track of this.#stream.peek()?.getVideoTracks() ?? []) track.enabled = this.#active;
    for (const person of this.#viewers.participants) if (!this.#mayView(person)) this.#marks?.left(person);
    this.#viewers.follow((person) => this.#mayView(person), (viewer) => this.#isGone(viewer));
  }

  #isGone(viewer: string): boolean {
    const people = this.options.session.snapshot.peek().participants;
    return people.some((person) => person.endpoints.some((other) => other.id === viewer && !other.connected));
  }

  #mayView(participantId: string | null): boolean {
    const snapshot = this.options.session.snapshot.peek();
    const person = participant(snapshot, participantId);
    return person !== undefined && person.id !== snapshot.me && person.state === "joined";
  }

  #signalled(message: Signal): void {
    const { data, sender } = message;
    if (sender === null) return;
    if (data.kind === "view_request") {
      if (this.#mayView(message.participant)) this.#viewRequested(sender, data, message.participant);
      else this.#send(sender, { kind: "hang_up", connection: data.connection, reason: "not_allowed" });
      return;
    }
    if (data.kind === "hang_up") this.#waiting.delete(data.connection);
    this.#viewers.signalled(sender, data);
  }

  #viewRequested(viewer: string, request: ViewRequest, participantId: string | null = null): void {
    const { session } = this.options;
    const grant = session.snapshot.peek().grants.find((other) => other.id === request.grant);
    if (grant !== undefined && (grant.state !== "active" || grant.endpoint !== session.endpoint)) {
      this.#send(viewer, { kind: "hang_up", connection: request.connection, reason: "not_granted" });
      return;
    }
    const stream = this.#stream.peek();
    if (stream === null || this.#grant.peek() !== request.grant) {
      // Not captured yet (the answer to "Allow" is on its way), or not any more, after a reload: answered when it is.
      if (this.#waiting.size < MAX_WAITING) this.#waiting.set(request.connection, { viewer, request });
      return;
    }
    const person = participantId ?? this.#participantOf(viewer);
    if (!this.#mayView(person) || person === null) return;
    void this.#viewers.serve({
      viewer,
      participant: person,
      connection: request.connection,
      stream,
      surface: this.#surface(request.grant),
      mode: () => this.#quality.mode,
      wanted: () => this.#stream.peek() === stream && this.#mayView(person),
      onConnected: () => this.#connected(request.grant),
      onMark: (message) => this.#active && this.#marks?.take(person, message),
      onQuality: (figures) => this.#measured(figures),
    });
  }

  #participantOf(endpoint: string): string | null {
    const people = this.options.session.snapshot.peek().participants;
    return people.find((person) => person.endpoints.some((other) => other.id === endpoint))?.id ?? null;
  }

  #surface(grant: string): "desktop" | "application" {
    const found = this.options.session.snapshot.peek().grants.find((other) => other.id === grant);
    return (found === undefined ? null : surfaceOf(found.capability)) ?? "desktop";
  }

  #setMode(mode: QualityMode): void {
    for (const track of this.#stream.peek()?.getVideoTracks() ?? []) track.contentHint = SENDING[mode].contentHint;
    this.#viewers.setMode(mode);
  }

  #measured({ frames_per_second, kbit_per_second }: Quality): void {
    const before = this.#quality.mode;
    if (this.#option !== "auto") return;
    const mode = this.#quality.watch({ framesPerSecond: frames_per_second, kbitPerSecond: kbit_per_second });
    if (mode !== before) this.#setMode(mode);
  }

  #relay(grant: string): MarkRelay {
    const relay = new MarkRelay({
      tell: (message) => this.#tellMark(message),
      first: (author) => void this.options.commands.marked(grant, author, this.#name()).catch(() => relay.untold(author)),
      clearsAll: (author) => {
        const person = participant(this.options.session.snapshot.peek(), author);
        return person !== undefined && isCsr(person);
      },
      now: () => this.options.clock.now(),
    });
    return relay;
  }

  #tellMark(message: MarkMessage): void {
    this.#viewers.tell(message);
    for (const listener of this.#markListeners) listener(message);
  }

  #connected(grant: string): void {
    if (this.#used) return;
    this.#used = true;
    this.options.commands.firstUse(grant, this.#name()).catch(() => (this.#used = false));
  }

  /** A customer is known by the page's own secret; a CSR is signed in once for many pages, so this one names itself. */
  #name(): string | undefined {
    const { session } = this.options;
    const own = me(session.snapshot.peek());
    return own !== undefined && isCsr(own) ? (session.endpoint ?? undefined) : undefined;
  }

  #send(viewer: string, data: SignalData): void {
    this.options.session.signal(viewer, data);
  }

  #release(reason: string): void {
    const stream = this.#stream.peek();
    this.#stream.value = null;
    this.#grant.value = null;
    this.#marks = null;
    this.#active = false;
    for (const track of stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.#viewers.closeAll(reason);
  }
}
