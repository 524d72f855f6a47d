/** What a viewer needs from outside, what it tells, and which picture it fetches. */
import type {
  ClipboardPart,
  CursorPosition,
  CursorShape,
  Mark,
  MarksCleared,
  SignalData,
} from "../protocol/generated.ts";
import type { ViewerView } from "./viewer-state.ts";

export interface ViewerTimers {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Runs once after `ms`; the answer cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** Opens a relay: its id for the source, and its end here, which has the face of a peer connection. */
export type RelayOpener = () => Promise<{ readonly id: string; readonly peer: RTCPeerConnection }>;

export interface ViewerPorts {
  /** Sends a signal to an endpoint; false while the socket is down. */
  send(to: string, data: SignalData): boolean;
  iceServers(): Promise<RTCIceServer[]>;
  createPeer(configuration: RTCConfiguration): RTCPeerConnection;
  /** Set where the picture is to come through the server's relay. */
  openRelay?: RelayOpener | null;
  videoCodecs(): RTCRtpCodec[];
  newId(): string;
  timers: ViewerTimers;
}

export interface ViewerListener {
  /** Something that is shown changed; at most a few times a second. */
  changed(view: ViewerView): void;
  /** The owner's cursor; up to 60 times a second. */
  cursor?(position: CursorPosition): void;
  shape?(shape: CursorShape): void;
  /** Somebody points, draws or clears; up to 60 times a second each. */
  marks?(message: Mark | MarksCleared): void;
  /** Text of the owner's clipboard that was asked for. */
  clipboard?(part: ClipboardPart): void;
  /** The connection is about to be closed: the last moment at which its picture can be kept. */
  losing?(): void;
}

export interface ViewerTarget {
  grant: string;
  endpoint: string;
  /** Numbers of the wanted monitors; none: all that are granted. */
  monitors?: readonly number[];
}
