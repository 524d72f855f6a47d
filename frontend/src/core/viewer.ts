/**
 * The viewer's side of a shared screen: asks the source for its picture, answers its offer, keeps both data
 * channels, and asks again with a new connection id when the connection is lost. One guarded transition
 * function; no DOM: peers, signalling and timers come from the constructor's ports.
 */
import type { SignalData, StateMessage, ViewerInput } from "../protocol/generated.ts";
import { hasWrongKey, preferredCodecs } from "./viewer-codecs.ts";
import type { RelayOpener, ViewerListener, ViewerPorts, ViewerTarget } from "./viewer-ports.ts";
import { EMPTY_VIEW, NEXT_STATES, parseStateMessage, type ViewerState, type ViewerView } from "./viewer-state.ts";
import { countFrames, StatsReader } from "./viewer-stats.ts";

const OFFER_WAIT_MS = [2500, 4000, 6000];
const CONNECT_WAIT_MS = 10_000;
const DISCONNECTED_WAIT_MS = 3000;
const HEARTBEAT_MS = 1000;
const SILENT_AFTER_MS = 3000;
const SILENCE_IS_LOSS_MS = 8000;
const RETRY_MS = [0, 500, 1000, 2000, 4000];
const MAX_BUFFERED_BYTES = 256 * 1024;

export class Viewer {
  #view: ViewerView = EMPTY_VIEW;
  #connection = "";
  #reached = false;
  #peer: RTCPeerConnection | null = null;
  #input: RTCDataChannel | null = null;
  #channel: RTCDataChannel | null = null;
  #candidates: RTCIceCandidateInit[] = [];
  #described = false;
  #asked = 0;
  #losses = 0;
  #lastHeardAt: number | null = null;
  #cancels = new Map<string, () => void>();
  #stats = new StatsReader();

  constructor(
    readonly target: ViewerTarget,
    private readonly ports: ViewerPorts,
    private readonly listener: ViewerListener,
  ) {}

  get view(): ViewerView {
    return this.#view;
  }

  /** For how long the source was not heard, in ms; 0 before it was heard at all. */
  get unheardMs(): number {
    return this.#lastHeardAt === null ? 0 : this.ports.timers.now() - this.#lastHeardAt;
  }

  /** How many pictures this connection has decoded. */
  async framesDecoded(): Promise<number> {
    const peer = this.#peer;
    return peer && this.#view.state === "live" ? countFrames(await peer.getStats()) : 0;
  }

  /** Asks for the picture and keeps it until the answer is called. */
  start(): () => void {
    this.#update({ startedAt: this.ports.timers.now() });
    this.#ask();
    return () => this.#close();
  }

  /** A signal that an endpoint sent to us. Signals of other endpoints and connections are ignored. */
  receive(sender: string, data: SignalData): void {
    if (sender !== this.target.endpoint || this.#view.state === "closed") return;
    if (data.kind === "view_request" || data.connection !== this.#connection) return;
    if (data.kind === "offer") void this.#answer(data.sdp, data.connection);
    else if (data.kind === "candidate") this.#addCandidate(data);
    else if (data.kind === "hang_up") this.#lose("hang_up");
  }

  /** The source's socket came back: ask at once unless the picture is running. */
  sourceReturned(): void {
    const { state } = this.#view;
    if (state === "asking" || state === "lost") this.#restart();
    else if (state === "live" && this.#view.silent) this.#lose("source_returned");
  }

  /** The first frame is on the screen. */
  pictureShown(): void {
    if (this.#view.pictureAt !== null && this.#view.lostAt === null) return;
    this.#update({ pictureAt: this.#view.pictureAt ?? this.ports.timers.now(), lostAt: null });
  }

  /** Sends what operates the computer. False when it could not leave now: it is dropped, never queued. */
  sendInput(message: ViewerInput): boolean {
    const channel = this.#input;
    if (!channel || channel.readyState !== "open" || this.#view.silent) return false;
    if (channel.bufferedAmount > MAX_BUFFERED_BYTES) return false;
    channel.send(JSON.stringify(message));
    return true;
  }

  #to(next: ViewerState, change: Partial<ViewerView> = {}): boolean {
    const { state } = this.#view;
    if (state !== next && !NEXT_STATES[state].includes(next)) return false;
    this.#update({ ...change, state: next });
    return true;
  }

  #update(change: Partial<ViewerView>): void {
    this.#view = { ...this.#view, ...change };
    this.listener.changed(this.#view);
  }

  #later(name: string, ms: number, run: () => void): void {
    this.#cancel(name);
    this.#cancels.set(name, this.ports.timers.after(ms, run));
  }

  #cancel(name: string): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }

  #ask(): void {
    if (!this.#to("asking")) return;
    this.#hangUp("again");
    this.#connection = this.ports.newId();
    if (this.ports.openRelay) {
      void this.#askByRelay(this.#connection, this.ports.openRelay);
      return;
    }
    this.#reached = this.#request(this.#connection, null);
    const wait = OFFER_WAIT_MS[Math.min(this.#asked, OFFER_WAIT_MS.length - 1)] ?? 6000;
    this.#asked += 1;
    this.#later("offer", wait, () => this.#ask());
  }

  #request(connection: string, relay: string | null): boolean {
    const { endpoint, grant, monitors = [] } = this.target;
    return this.ports.send(endpoint, { kind: "view_request", grant, connection, monitors: [...monitors], relay });
  }

  /** The relay is the connection: there is no offer to wait for. */
  async #askByRelay(connection: string, open: RelayOpener): Promise<void> {
    this.#later("connect", CONNECT_WAIT_MS, () => this.#lose("timeout"));
    try {
      const { id, peer } = await open();
      if (connection === this.#connection && this.#to("connecting")) {
        this.#adopt(peer, connection);
        this.#reached = this.#request(connection, id);
        if (!this.#reached) this.#lose("unreachable");
      } else peer.close();
    } catch (error) {
      if (connection === this.#connection) this.#lose(error instanceof Error ? error.name : "error");
    }
  }

  #restart(): void {
    this.#asked = 0;
    this.#losses = 0;
    this.#drop();
    if (this.#view.state === "asking" || this.#to("lost")) this.#ask();
  }

  async #answer(sdp: string, connection: string): Promise<void> {
    if (!this.#to("connecting")) return;
    this.#cancel("offer");
    this.#later("connect", CONNECT_WAIT_MS, () => this.#lose("timeout"));
    try {
      const peer = this.ports.createPeer({ iceServers: await this.ports.iceServers(), bundlePolicy: "max-bundle" });
      if (connection !== this.#connection || this.#view.state !== "connecting") {
        peer.close();
        return;
      }
      this.#adopt(peer, connection);
      await peer.setRemoteDescription({ type: "offer", sdp });
      preferredCodecs(peer, this.ports.videoCodecs());
      await peer.setLocalDescription(await peer.createAnswer());
      if (this.#peer !== peer) return;
      const local = peer.localDescription?.sdp ?? "";
      this.ports.send(this.target.endpoint, { kind: "answer", connection, sdp: local });
      this.#described = true;
      for (const candidate of this.#candidates.splice(0)) await peer.addIceCandidate(candidate);
    } catch (error) {
      if (connection === this.#connection) this.#lose(error instanceof Error ? error.name : "error");
    }
  }

  #adopt(peer: RTCPeerConnection, connection: string): void {
    this.#peer = peer;
    const mine = (): boolean => this.#peer === peer;
    peer.ontrack = (event) => {
      if (!mine()) return;
      // Zero playout delay: a support picture is operated, so late is worse than uneven.
      event.receiver.jitterBufferTarget = 0;
      this.#update({ stream: event.streams[0] ?? new MediaStream([event.track]) });
    };
    peer.ondatachannel = (event) => mine() && this.#adoptChannel(event.channel);
    peer.onicecandidate = (event) => {
      if (!mine()) return;
      const { candidate } = event;
      this.ports.send(this.target.endpoint, {
        kind: "candidate",
        connection,
        candidate: candidate?.candidate ?? "",
        mid: candidate?.sdpMid ?? null,
        line: candidate?.sdpMLineIndex ?? null,
      });
    };
    peer.onconnectionstatechange = () => mine() && this.#peerChanged(peer.connectionState);
  }

  #peerChanged(state: RTCPeerConnectionState): void {
    this.#cancel("disconnected");
    if (state === "connected") {
      this.#cancel("connect");
      this.#losses = 0;
      this.#asked = 0;
      // Between two pictures the old one is shown dimmed, so "lost" ends with the first new frame.
      if (this.#to("live", { silent: false, wrongKey: false })) this.#beat();
    } else if (state === "failed" || state === "closed") this.#lose(state);
    else if (state === "disconnected") this.#later("disconnected", DISCONNECTED_WAIT_MS, () => this.#lose(state));
  }

  #addCandidate(data: Extract<SignalData, { kind: "candidate" }>): void {
    if (data.candidate === "") return;
    const candidate = { candidate: data.candidate, sdpMid: data.mid, sdpMLineIndex: data.line };
    if (this.#described && this.#peer) void this.#peer.addIceCandidate(candidate).catch(() => this.#lose("candidate"));
    else this.#candidates.push(candidate);
  }

  #adoptChannel(channel: RTCDataChannel): void {
    if (channel.label === "input") {
      this.#input = channel;
      channel.onopen = () => this.#update({ canInput: true });
      channel.onclose = () => this.#input === channel && this.#update({ canInput: false });
      if (channel.readyState === "open") this.#update({ canInput: true });
    } else if (channel.label === "state") {
      this.#channel = channel;
      channel.onmessage = (event: MessageEvent<unknown>) => this.#channel === channel && this.#heard(event.data);
      channel.onclose = () => this.#channel === channel && this.#view.state === "live" && this.#lose("channel");
    }
  }

  #heard(data: unknown): void {
    const message: StateMessage | null = parseStateMessage(data);
    if (!message) return;
    this.#lastHeardAt = this.ports.timers.now();
    if (this.#view.silent) this.#update({ silent: false });
    switch (message.type) {
      case "heartbeat":
        // Only a beat without an echo is echoed, so two sides never answer each other's answers.
        if (typeof message.echo_ms === "number") this.#update({ rttMs: this.#lastHeardAt - message.echo_ms });
        else this.sendState({ type: "heartbeat", at_ms: this.#lastHeardAt, echo_ms: message.at_ms });
        break;
      case "cursor":
        this.listener.cursor?.(message);
        break;
      case "cursor_shape":
        this.listener.shape?.(message);
        break;
      case "screen":
        this.#update({ screen: message });
        break;
      case "driving":
        this.#update({ driving: message });
        break;
      case "held":
        this.#update({ held: message.reason });
        break;
      case "quality":
        this.#update({ quality: message });
        break;
      case "capture":
        this.#update({ capture: message.state });
        break;
      case "mark":
      case "marks_cleared":
        this.listener.marks?.(message);
        break;
      case "clipboard_part":
        this.listener.clipboard?.(message);
        break;
      case "clipboard_read":
      case "refresh":
        break;
    }
  }

  /** Sends what goes beside the picture: marks, clipboard. False when it could not leave now. */
  sendState(message: StateMessage): boolean {
    const channel = this.#channel;
    if (channel?.readyState !== "open" || channel.bufferedAmount > MAX_BUFFERED_BYTES) return false;
    channel.send(JSON.stringify(message));
    return true;
  }

  #beat(): void {
    this.#later("beat", HEARTBEAT_MS, () => {
      const now = this.ports.timers.now();
      this.sendState({ type: "heartbeat", at_ms: now, echo_ms: null });
      void this.#readStats();
      const silence = this.#lastHeardAt === null ? 0 : now - this.#lastHeardAt;
      if (silence > SILENCE_IS_LOSS_MS) {
        this.#lose("silent");
        return;
      }
      if (silence > SILENT_AFTER_MS && !this.#view.silent) this.#update({ silent: true });
      this.#beat();
    });
  }

  async #readStats(): Promise<void> {
    const peer = this.#peer;
    if (!peer) return;
    const figures = this.#stats.read(await peer.getStats(), this.ports.timers.now());
    if (figures && this.#peer === peer) this.#update({ figures });
  }

  #lose(reason: string): void {
    const lostAt = this.#view.pictureAt === null ? null : (this.#view.lostAt ?? this.ports.timers.now());
    const current = this.#view.lostAt === null;
    if (this.#view.state === "lost" || !this.#to("lost", { lostAt, reason, wrongKey: this.#view.wrongKey || hasWrongKey(this.#peer) })) return;
    this.#hangUp(reason);
    if (current) this.listener.losing?.();
    this.#drop();
    const wait = RETRY_MS[Math.min(this.#losses, RETRY_MS.length - 1)] ?? 4000;
    this.#losses += 1;
    this.#later("retry", wait, () => this.#ask());
  }

  #hangUp(reason: string): void {
    // A source that never heard of this connection has nothing to hang up.
    if (this.#connection === "" || !this.#reached || reason === "hang_up") return;
    this.ports.send(this.target.endpoint, { kind: "hang_up", connection: this.#connection, reason });
  }

  #drop(): void {
    for (const name of [...this.#cancels.keys()]) this.#cancel(name);
    const peer = this.#peer;
    this.#peer = this.#input = this.#channel = null;
    this.#candidates = [];
    this.#described = false;
    this.#lastHeardAt = null;
    this.#connection = "";
    this.#stats = new StatsReader();
    peer?.close();
    this.#update({ canInput: false, silent: false, figures: null, driving: null, held: "none", capture: "live" });
  }

  #close(): void {
    if (this.#view.state === "closed") return;
    this.#hangUp("closed");
    this.#to("closed", { stream: null });
    this.#drop();
  }
}
