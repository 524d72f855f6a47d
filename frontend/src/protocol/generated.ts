/* Made by `npm run protocol` from supportsite/protocol; never edited by hand. */
/**
 * Who did it.
 */
export type ActorKind = ("csr" | "customer" | "support_manager" | "admin" | "api" | "system")
/**
 * Who may read a message or event.
 */
export type Audience = ("everyone" | "csrs" | "participant")
/**
 * An action on the other side's computer that needs consent.
 */
export type Capability = ("screen.view.desktop" | "screen.control.desktop")
export type ClientFrame = (Hello | Heartbeat | Ack | Typing | Signal)
/**
 * Why a support session ended.
 */
export type EndReason = ("csr_end" | "customer_leave" | "idle" | "unjoined" | "orphaned" | "admin")
/**
 * A program of a participant.
 */
export type EndpointKind = ("browser" | "support_manager")
export type Event = (SessionStarted | SessionActivated | SessionSuspended | SessionResumed | SessionIdleWarned | SessionKept | SessionEnded | InvitationSent | ParticipantWaiting | ParticipantJoined | ParticipantRefused | ParticipantLeft | EndpointConnected | EndpointDisconnected | ChatSent | NoteSaved | RequestMade | RequestRouted | RequestShown | RequestGranted | RequestDenied | RequestExpired | RequestCancelled | GrantFirstUsed | GrantSuspended | GrantResumed | GrantStopped | ActionRefused | Withheld)
/**
 * What a participant is to the session.
 */
export type ParticipantRole = ("primary_csr" | "assisting_csr" | "primary_customer" | "secondary_customer")
/**
 * Where a participant is: outside the door, inside, gone.
 */
export type ParticipantState = ("lobby" | "joined" | "refused" | "left")
/**
 * Life of a request (product.md).
 */
export type RequestState = ("requested" | "granted" | "denied" | "expired" | "cancelled" | "stopped")
/**
 * Life of a grant: suspended grants show and do nothing until they resume.
 */
export type GrantState = ("active" | "suspended" | "stopped")
/**
 * Why a grant ended or rests.
 */
export type StopCause = ("owner_stop" | "stop_everything" | "csr_release" | "superseded" | "endpoint_lost" | "connection_lost" | "idle" | "expired" | "session_ended" | "participant_left" | "source_closed")
export type ServerFrame = (Welcome | EventFrame | Heartbeat | Typing | Signal | Wake | ErrorFrame)
/**
 * Life of a support session (product.md, common rules).
 */
export type SessionState = ("waiting" | "active" | "suspended" | "ended")
export type SignalData = (ViewRequest | Description | Candidate | HangUp)
export type StateMessage = (ChannelHeartbeat | Screen | CursorShape | CursorPosition | Driving | Held | Quality)
export type ViewerInput = (PointerInput | ButtonInput | WheelInput | KeyInput | TextInput | ReleaseInput)
/**
 * Everything up to `seq` is processed; opens the server's outgoing window.
 */
export interface Ack {
seq: number
type: "ack"
}
/**
 * The server or a Support Manager dropped something that was not granted.
 */
export interface ActionRefused {
actor: Actor
at: string
by: ("server" | "support_manager")
count: number
endpoint: (string | null)
hash: string
reason: string
seq: number
session: string
type: "action.refused"
}
/**
 * Who caused an event; `participant` is empty for system and administrators.
 */
export interface Actor {
kind: ActorKind
name: string
participant: (string | null)
}
/**
 * `button` as in DOM MouseEvent: 0 left, 1 middle, 2 right, 3 back, 4 forward.
 */
export interface ButtonInput {
button: number
down: boolean
epoch: number
grant: string
seq: number
type: "button"
x: number
y: number
}
/**
 * A trickled ICE candidate; empty `candidate` ends them.
 */
export interface Candidate {
candidate: string
connection: string
kind: "candidate"
line: (number | null)
mid: (string | null)
}
/**
 * A capability that pauses after three denials.
 */
export interface CapabilityRest {
capability: Capability
until: string
}
/**
 * Every second both ways; 3 s without one holds input and releases keys.
 */
export interface ChannelHeartbeat {
at_ms: number
echo_ms: (number | null)
type: "heartbeat"
}
/**
 * One chat message. `to` is set only for audience "participant"; `client_id` is the sender's own key.
 */
export interface ChatMessageInfo {
at: string
audience: Audience
client_id: string
id: string
participant: string
text: string
to: (string | null)
}
export interface ChatSent {
actor: Actor
at: string
hash: string
message: ChatMessageInfo
seq: number
session: string
type: "chat.sent"
}
/**
 * First frame of every socket. `after` is the last `seq` the client has.
 */
export interface Hello {
after: number
protocol: number
ticket: string
type: "hello"
}
/**
 * Both ways. From a client `seq` is the last event processed (and acknowledges bytes), from the server the newest.
 * 
 * The server beats by its own clock and never answers one. A browser answers each of the server's at once, because its
 * own timers sleep in a hidden page; 20 s without any frame let the endpoint's lease end, 75 s close the socket.
 */
export interface Heartbeat {
seq: number
type: "heartbeat"
}
/**
 * Somebody types. From the server with `participant`.
 */
export interface Typing {
audience: ("everyone" | "csrs")
participant: (string | null)
type: "typing"
}
/**
 * WebRTC signalling between two endpoints of one session.
 * 
 * The server sets `sender` and `participant`; what a client writes there is overwritten.
 */
export interface Signal {
data: (ViewRequest | Description | Candidate | HangUp)
participant: (string | null)
sender: (string | null)
to: string
type: "signal"
}
/**
 * Viewer → source: send me the picture of this grant.
 */
export interface ViewRequest {
connection: string
grant: string
kind: "view_request"
}
/**
 * An SDP offer (source → viewer) or answer (viewer → source).
 */
export interface Description {
connection: string
kind: ("offer" | "answer")
sdp: string
}
/**
 * The sender closed this connection.
 */
export interface HangUp {
connection: string
kind: "hang_up"
reason: string
}
/**
 * Where the owner's cursor is; `serial` names its shape.
 */
export interface CursorPosition {
serial: number
type: "cursor"
visible: boolean
x: number
y: number
}
/**
 * A cursor picture, sent once per `serial`; `png` is base64.
 */
export interface CursorShape {
height: number
hot_x: number
hot_y: number
png: string
serial: number
type: "cursor_shape"
width: number
}
/**
 * Who operates now: the owner, a CSR (participant id), or nobody.
 */
export interface Driving {
participant: (string | null)
type: "driving"
who: ("owner" | "csr" | "nobody")
}
export interface EndpointConnected {
actor: Actor
at: string
endpoint: EndpointInfo
hash: string
participant: string
seq: number
session: string
type: "endpoint.connected"
}
/**
 * A program of a participant. `label` is e.g. "Chromium, Linux".
 */
export interface EndpointInfo {
connected: boolean
id: string
kind: EndpointKind
label: string
}
export interface EndpointDisconnected {
actor: Actor
at: string
endpoint: string
hash: string
participant: string
seq: number
session: string
type: "endpoint.disconnected"
}
/**
 * A frame was refused; `ref` finds it in the log. The socket stays until 20 of them.
 */
export interface ErrorFrame {
code: string
data: {
[k: string]: unknown
}
message: string
ref: string
type: "error"
}
export interface SessionStarted {
actor: Actor
at: string
hash: string
number_expires_at: string
seq: number
session: string
session_type: string
type: "session.started"
}
export interface SessionActivated {
actor: Actor
at: string
hash: string
seq: number
session: string
type: "session.activated"
}
export interface SessionSuspended {
actor: Actor
at: string
cause: ("customer_lost" | "csr_lost")
hash: string
seq: number
session: string
type: "session.suspended"
until: string
}
export interface SessionResumed {
actor: Actor
at: string
hash: string
seq: number
session: string
type: "session.resumed"
}
export interface SessionIdleWarned {
actor: Actor
at: string
ends_at: string
hash: string
seq: number
session: string
type: "session.idle_warned"
}
/**
 * Somebody answered the idle warning.
 */
export interface SessionKept {
actor: Actor
at: string
hash: string
seq: number
session: string
type: "session.kept"
}
export interface SessionEnded {
actor: Actor
at: string
hash: string
reason: EndReason
seq: number
session: string
type: "session.ended"
}
export interface InvitationSent {
actor: Actor
address_hash: string
at: string
channel: ("phone" | "email" | "message")
hash: string
seq: number
session: string
type: "invitation.sent"
}
/**
 * A later joiner stands in the lobby.
 */
export interface ParticipantWaiting {
actor: Actor
at: string
hash: string
participant: ParticipantInfo
seq: number
session: string
type: "participant.waiting"
}
/**
 * A person in the session. `match_number` (two digits) is set while waiting in the lobby.
 */
export interface ParticipantInfo {
endpoints: EndpointInfo[]
id: string
joined_at: (string | null)
language: string
match_number: (string | null)
name: string
role: ParticipantRole
state: ParticipantState
}
export interface ParticipantJoined {
actor: Actor
at: string
hash: string
participant: ParticipantInfo
seq: number
session: string
type: "participant.joined"
}
export interface ParticipantRefused {
actor: Actor
at: string
hash: string
participant: string
seq: number
session: string
type: "participant.refused"
}
export interface ParticipantLeft {
actor: Actor
at: string
hash: string
participant: string
seq: number
session: string
type: "participant.left"
}
/**
 * For CSRs only; the text is fetched, not carried.
 */
export interface NoteSaved {
actor: Actor
at: string
author: string
hash: string
seq: number
session: string
type: "note.saved"
version: number
}
export interface RequestMade {
actor: Actor
at: string
hash: string
request: RequestInfo
seq: number
session: string
type: "request.made"
}
/**
 * A CSR's request. `via` says which kind of endpoint can answer it now; None while nothing fit is attached.
 */
export interface RequestInfo {
capability: Capability
expires_at: string
grantor: string
id: string
made_at: string
requester: string
scope: Scope
state: RequestState
via: (EndpointKind | null)
}
/**
 * What of the computer a request or grant covers; monitors are numbered from 1, empty means all.
 */
export interface Scope {
/**
 * @maxItems 16
 */
monitors: number[]
}
/**
 * Another kind of endpoint answers the request now (a Support Manager came or went).
 */
export interface RequestRouted {
actor: Actor
at: string
hash: string
request: RequestInfo
seq: number
session: string
type: "request.routed"
}
export interface RequestShown {
actor: Actor
at: string
endpoint: string
hash: string
request: string
seq: number
session: string
type: "request.shown"
}
export interface RequestGranted {
actor: Actor
at: string
grant: GrantInfo
hash: string
request: string
seq: number
session: string
type: "request.granted"
}
/**
 * A live permission. `endpoint` is the program that captures and injects; `epoch` grows with every change.
 */
export interface GrantInfo {
capability: Capability
csr: string
endpoint: string
epoch: number
granted_at: string
id: string
not_after: (string | null)
request: string
scope: Scope
state: GrantState
}
export interface RequestDenied {
actor: Actor
at: string
hash: string
request: string
rest: (CapabilityRest | null)
seq: number
session: string
type: "request.denied"
}
/**
 * Silence is a denial; it counts as one for the pause.
 */
export interface RequestExpired {
actor: Actor
at: string
hash: string
request: string
rest: (CapabilityRest | null)
seq: number
session: string
type: "request.expired"
}
export interface RequestCancelled {
actor: Actor
at: string
hash: string
request: string
seq: number
session: string
type: "request.cancelled"
}
export interface GrantFirstUsed {
actor: Actor
at: string
grant: string
hash: string
seq: number
session: string
type: "grant.first_used"
}
export interface GrantSuspended {
actor: Actor
at: string
cause: StopCause
grant: GrantInfo
hash: string
seq: number
session: string
type: "grant.suspended"
}
export interface GrantResumed {
actor: Actor
at: string
grant: GrantInfo
hash: string
seq: number
session: string
type: "grant.resumed"
}
export interface GrantStopped {
actor: Actor
at: string
cause: StopCause
grant: string
hash: string
seq: number
session: string
type: "grant.stopped"
}
/**
 * Stands for an event that this reader may not see.
 */
export interface Withheld {
actor: Actor
at: string
hash: string
seq: number
session: string
type: "withheld"
}
/**
 * One event of the session's log.
 */
export interface EventFrame {
event: (SessionStarted | SessionActivated | SessionSuspended | SessionResumed | SessionIdleWarned | SessionKept | SessionEnded | InvitationSent | ParticipantWaiting | ParticipantJoined | ParticipantRefused | ParticipantLeft | EndpointConnected | EndpointDisconnected | ChatSent | NoteSaved | RequestMade | RequestRouted | RequestShown | RequestGranted | RequestDenied | RequestExpired | RequestCancelled | GrantFirstUsed | GrantSuspended | GrantResumed | GrantStopped | ActionRefused | Withheld)
type: "event"
}
/**
 * Input is dropped, and why; `none` ends it.
 */
export interface Held {
reason: ("none" | "owner_input" | "prompt" | "own_window" | "connection" | "not_granted")
type: "held"
}
/**
 * One key. `key` and `code` as in DOM KeyboardEvent; `key` decides, `code` helps where `key` is empty.
 */
export interface KeyInput {
code: string
down: boolean
epoch: number
grant: string
key: string
seq: number
type: "key"
}
export interface MonitorInfo {
height: number
number: number
primary: boolean
width: number
}
/**
 * The CSRs' note, as last saved.
 */
export interface NoteInfo {
at: (string | null)
author: (string | null)
text: string
version: number
}
export interface PointerInput {
epoch: number
grant: string
seq: number
type: "pointer"
x: number
y: number
}
/**
 * Sender's figures of the last second, for the quality line.
 */
export interface Quality {
encode_ms: number
frames_per_second: number
kbit_per_second: number
limited_by: ("nothing" | "cpu" | "link" | "still")
type: "quality"
}
/**
 * Let go of every key and button that this viewer holds.
 */
export interface ReleaseInput {
epoch: number
grant: string
seq: number
type: "release"
}
/**
 * What is shared: size of the picture in pixels and the monitors there are.
 */
export interface Screen {
height: number
monitors: MonitorInfo[]
type: "screen"
width: number
}
/**
 * The socket is authenticated; `endpoint` is the client's own id.
 */
export interface Welcome {
endpoint: (string | null)
heartbeat_seconds: number
seq: number
type: "welcome"
}
/**
 * Console socket: this session changed; read the list again.
 */
export interface Wake {
seq: number
session: string
type: "wake"
}
/**
 * All that one participant may know of a session at `seq`; later events fold onto it.
 * 
 * `number`, `note` and `tracking` are for CSRs only. `messages` are those the reader may see, oldest first.
 */
export interface SessionSnapshot {
activated_at: (string | null)
created_at: string
customer_language: string
end_reason: (EndReason | null)
ended_at: (string | null)
grants: GrantInfo[]
id: string
idle_ends_at: (string | null)
me: (string | null)
messages: ChatMessageInfo[]
note: (NoteInfo | null)
now: string
number: (string | null)
number_expires_at: (string | null)
participants: ParticipantInfo[]
requests: RequestInfo[]
rests: CapabilityRest[]
seq: number
session_type: string
site: SiteInfo
state: SessionState
suspended_until: (string | null)
tracking: {
[k: string]: string
}
}
/**
 * What everyone may know of the organisation.
 */
export interface SiteInfo {
accent: string
default_language: string
host: string
name: string
verified: boolean
welcome: string
}
/**
 * Composed text (input method, paste into the page), typed as a whole.
 */
export interface TextInput {
epoch: number
grant: string
seq: number
text: string
type: "text"
}
/**
 * `dx`, `dy` in wheel steps, positive right and down; fractions add up.
 */
export interface WheelInput {
dx: number
dy: number
epoch: number
grant: string
seq: number
type: "wheel"
x: number
y: number
}

export const CHANNEL_HEARTBEAT_SECONDS = 1;
export const CLOSE_BAD_FRAMES = 4422;
export const CLOSE_FORBIDDEN = 4403;
export const CLOSE_NOT_FOUND = 4404;
export const CLOSE_REPLACED = 4409;
export const CLOSE_TOO_SLOW = 4408;
export const CLOSE_TRY_LATER = 1013;
export const CLOSE_UNAUTHENTICATED = 4401;
export const MAX_CHANNEL_BYTES = 262144;
export const MAX_FRAME_BYTES = 65536;
export const MAX_INPUT_TEXT = 2000;
export const MAX_NAME = 80;
export const MAX_NOTE = 20000;
export const MAX_TEXT = 4000;
export const PROTOCOL_VERSION = 1;
