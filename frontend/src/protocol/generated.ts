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
 * How a call ended.
 */
export type CallOutcome = ("accepted" | "declined" | "expired" | "cancelled")
/**
 * What a CSR is called for: to assist in a session, or to take it over as primary CSR.
 */
export type CallKind = ("assist" | "control")
/**
 * An action that needs consent: `screen.*`, `clipboard.*` on the customer's computer, `share.*` on the CSR's.
 */
export type Capability = ("screen.view.desktop" | "screen.control.desktop" | "screen.view.application" | "screen.control.application" | "share.view.desktop" | "share.control.desktop" | "share.view.application" | "share.control.application" | "clipboard.to_csr" | "clipboard.to_customer")
export type ClientFrame = (Hello | Heartbeat | Ack | Typing | Signal)
/**
 * What a CSR is doing, as the monitor says it.
 */
export type CsrActivity = ("offline" | "ready" | "paused" | "offered" | "wrap_up" | "busy" | "away" | "draining" | "lost")
/**
 * What a CSR declares.
 */
export type Presence = ("offline" | "available" | "away" | "draining")
/**
 * How a visit ended, in the CSR's words at the wrap-up.
 */
export type Resolution = ("solved" | "follow_up" | "passed_on" | "not_solved")
/**
 * Why a support session ended.
 */
export type EndReason = ("csr_end" | "customer_leave" | "idle" | "unjoined" | "unanswered" | "orphaned" | "admin")
/**
 * A program of a participant.
 */
export type EndpointKind = ("browser" | "support_manager")
export type Event = (SessionStarted | SessionActivated | SessionSuspended | SessionResumed | SessionIdleWarned | SessionKept | SessionEnded | InvitationSent | ParticipantWaiting | ParticipantJoined | ParticipantRefused | ParticipantLeft | EndpointConnected | EndpointDisconnected | ChatSent | NoteSaved | RequestMade | RequestRouted | RequestAccepted | RequestShown | RequestGranted | RequestDenied | RequestExpired | RequestCancelled | GrantFirstUsed | GrantMarked | GrantSuspended | GrantResumed | GrantStopped | OptionsChanged | ScreenshotTaken | CallMade | CallClosed | ControlPassed | TransferStarted | TransferEnded | SessionRequeued | ActionRefused | Withheld)
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
export type StopCause = ("owner_stop" | "stop_everything" | "csr_release" | "superseded" | "endpoint_lost" | "connection_lost" | "idle" | "expired" | "session_ended" | "participant_left" | "source_closed" | "used" | "passed")
/**
 * Session options of a share: sharp first, fast first, or by what moves.
 */
export type SharingQuality = ("standard" | "sampling" | "auto")
export type ServerFrame = (Welcome | EventFrame | Heartbeat | Typing | Signal | Wake | Calls | Waiting | InboxFrame | MonitorFrame | ErrorFrame)
/**
 * Life of a support session (product.md, common rules).
 */
export type SessionState = ("waiting" | "active" | "suspended" | "ended")
export type SignalData = (ViewRequest | Description | Candidate | HangUp)
/**
 * How far the question is.
 */
export type StaffingPhase = ("none" | "running" | "done" | "empty" | "too_many" | "failed")
export type StateMessage = (ChannelHeartbeat | Screen | Capture | CursorShape | CursorPosition | Driving | Held | Quality | Mark | MarksCleared | Refresh | ClipboardRead | ClipboardPart)
export type ViewerInput = (PointerInput | ButtonInput | WheelInput | KeyInput | TextInput | ReleaseInput | SystemInput)
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
 * A window that its owner chose: the system's id for it, the program's name, the title when it was chosen.
 */
export interface ApplicationInfo {
name: string
title: string
window: number
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
export interface CallClosed {
actor: Actor
at: string
call: string
hash: string
outcome: CallOutcome
seq: number
session: string
type: "call.closed"
}
/**
 * A CSR is called into a session: to assist, or (`control`) an assisting one to become primary. For CSRs only.
 * 
 * `name` is that of the one who is called; `participant` is set where they are inside already.
 */
export interface CallInfo {
caller: string
expires_at: string
id: string
kind: CallKind
made_at: string
name: string
note: string
participant: (string | null)
}
/**
 * A CSR is called into the session. For CSRs only.
 */
export interface CallMade {
actor: Actor
at: string
call: CallInfo
hash: string
seq: number
session: string
type: "call.made"
}
/**
 * Console socket: somebody calls the member, or a call ended; read the calls again.
 */
export interface Calls {
type: "calls"
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
 * What stands in the way of the picture; `live` ends it. A held picture is named, never a black rectangle.
 */
export interface Capture {
state: ("live" | "locked" | "secure_prompt" | "protected" | "permission_missing" | "waiting_for_portal" | "minimised" | "source_lost")
type: "capture"
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
 * 
 * `monitors` narrows it to some of the granted ones (empty: all); a second connection may ask for others. `relay`
 * is the server's relay that the viewer opened because no peer connection came about; None asks for WebRTC.
 */
export interface ViewRequest {
connection: string
grant: string
kind: "view_request"
/**
 * @maxItems 16
 */
monitors: number[]
relay: (string | null)
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
 * One part of clipboard text, in order; at most `MAX_CLIPBOARD_CHARACTERS` together. One use ends the grant.
 */
export interface ClipboardPart {
epoch: number
grant: string
part: number
parts: number
text: string
type: "clipboard_part"
}
/**
 * Holder of `clipboard.to_csr` → source: send me the text of your clipboard, once.
 */
export interface ClipboardRead {
epoch: number
grant: string
type: "clipboard_read"
}
/**
 * An offer that ended some seconds ago without the reader's doing; `taken_by` is a colleague's name.
 */
export interface ClosedOffer {
at: string
id: string
name: string
reason: string
state: ("expired" | "revoked" | "superseded")
taken_by: string
}
/**
 * The session has another primary CSR; the giver assists from now on.
 */
export interface ControlPassed {
actor: Actor
at: string
giver: string
hash: string
seq: number
session: string
taker: string
type: "control.passed"
}
/**
 * The reader's own state. `capacity` places: `sessions`, `offers` and `wrap_ups` take one each.
 * 
 * `reason` of away: break, meeting, training, rona (offers were missed), or a manager's own words; of offline: lost.
 * `paused_until`: nobody is offered before, because an offer was declined or missed.
 */
export interface CsrStatus {
capacity: number
offers: number
paused_until: (string | null)
presence: Presence
reason: string
sessions: number
since: (string | null)
wrap_ups: number
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
 * Who operates now: the owner, a viewer (participant id), or nobody.
 */
export interface Driving {
participant: (string | null)
type: "driving"
who: ("owner" | "viewer" | "nobody")
}
/**
 * An earlier visit of the same customer. `minutes` of help; `session` of the log, where there is one.
 */
export interface EarlierVisit {
at: string
csr: string
minutes: number
queue: string
resolution: (Resolution | null)
session: (string | null)
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
 * A CSR's request.
 * 
 * `grantor` is whose computer it is about: their program makes the grant. `operator` is who may use the grant: the
 * requester, the CSR who gets the mouse at a hand-over, or for `share.*` the primary customer. `share.*` is first
 * accepted by the primary customer (`accepted_at`), then granted by `source`, the CSR's program that will be shown.
 * `via` says which kind of endpoint can answer the next step now; None while nothing fit is attached.
 */
export interface RequestInfo {
accepted_at: (string | null)
capability: Capability
expires_at: string
grantor: string
id: string
made_at: string
operator: string
requester: string
scope: Scope
source: (string | null)
state: RequestState
via: (EndpointKind | null)
}
/**
 * What of the computer a request or grant covers.
 * 
 * `monitors` are numbered from 1, empty means all; they belong to desktop capabilities. `applications` belong to
 * application capabilities: empty in a request, because only the owner knows and chooses them, and at least one in
 * the grant of a Support Manager (a browser's own picker does not say which window it gave).
 */
export interface Scope {
/**
 * @maxItems 16
 */
applications: ApplicationInfo[]
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
/**
 * The customer agreed to be shown, or to operate, the CSR's computer; now the CSR's own program may grant it.
 */
export interface RequestAccepted {
actor: Actor
at: string
hash: string
request: RequestInfo
seq: number
session: string
type: "request.accepted"
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
 * A live permission.
 * 
 * `holder` is the one participant who may operate or use it; a view is seen by everyone who is in the session but
 * the owner. `owner` is whose computer it is, `endpoint` the program there that captures and injects; `epoch` grows
 * with every change.
 */
export interface GrantInfo {
capability: Capability
endpoint: string
epoch: number
granted_at: string
holder: string
id: string
not_after: (string | null)
owner: string
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
/**
 * A participant pointed or drew on the shared picture for the first time under this grant.
 */
export interface GrantMarked {
actor: Actor
at: string
grant: string
hash: string
participant: string
seq: number
session: string
type: "grant.marked"
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
export interface OptionsChanged {
actor: Actor
at: string
hash: string
options: SessionOptions
seq: number
session: string
type: "options.changed"
}
/**
 * What the CSR set for this session; it holds for shares in both directions.
 */
export interface SessionOptions {
quality: SharingQuality
}
/**
 * Everyone is told: a still of somebody's screen was saved to the session.
 */
export interface ScreenshotTaken {
actor: Actor
at: string
hash: string
screenshot: ScreenshotInfo
seq: number
session: string
type: "screenshot.taken"
}
/**
 * A still of the shared picture that somebody saved to the session. `sha256` is that of the PNG file.
 */
export interface ScreenshotInfo {
at: string
grant: string
height: number
id: string
participant: string
sha256: string
size: number
width: number
}
export interface TransferStarted {
actor: Actor
at: string
hash: string
seq: number
session: string
transfer: TransferInfo
type: "transfer.started"
}
/**
 * A transfer that nobody has taken yet; its giver stays until somebody does. `target` names a queue or CSRs.
 */
export interface TransferInfo {
at: string
expires_at: string
giver: string
target: string
}
/**
 * Somebody took the session, nobody did (`returned` to the giver, `fallback` queue), or it was taken back.
 */
export interface TransferEnded {
actor: Actor
at: string
hash: string
outcome: ("accepted" | "returned" | "fallback" | "cancelled")
seq: number
session: string
type: "transfer.ended"
}
/**
 * The CSR was lost; the customer waits in a queue again, at the old place.
 */
export interface SessionRequeued {
actor: Actor
at: string
hash: string
queue: string
seq: number
session: string
type: "session.requeued"
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
event: (SessionStarted | SessionActivated | SessionSuspended | SessionResumed | SessionIdleWarned | SessionKept | SessionEnded | InvitationSent | ParticipantWaiting | ParticipantJoined | ParticipantRefused | ParticipantLeft | EndpointConnected | EndpointDisconnected | ChatSent | NoteSaved | RequestMade | RequestRouted | RequestAccepted | RequestShown | RequestGranted | RequestDenied | RequestExpired | RequestCancelled | GrantFirstUsed | GrantMarked | GrantSuspended | GrantResumed | GrantStopped | OptionsChanged | ScreenshotTaken | CallMade | CallClosed | ControlPassed | TransferStarted | TransferEnded | SessionRequeued | ActionRefused | Withheld)
type: "event"
}
/**
 * An answer of the entry form under its label; `kind` as in the form's field.
 */
export interface FormAnswer {
key: string
kind: string
label: string
value: string
}
/**
 * A field of the entry form, its label in the reader's language.
 */
export interface FormFieldInfo {
choices: string[]
key: string
kind: ("text" | "long_text" | "email" | "phone" | "number" | "choice")
label: string
required: boolean
}
/**
 * Input is dropped, and why; `none` ends it. `unsupported`: this computer does not allow what was asked for.
 */
export interface Held {
reason: ("none" | "owner_input" | "prompt" | "own_window" | "connection" | "not_granted" | "outside" | "focus" | "locked" | "unsupported")
type: "held"
}
/**
 * Inbox socket: the whole inbox, whenever something in it has changed.
 */
export interface InboxFrame {
inbox: InboxState
type: "inbox"
}
/**
 * All of one CSR's inbox at version `n` of the site's router.
 */
export interface InboxState {
closed: ClosedOffer[]
csr: CsrStatus
n: number
now: string
offers: OfferInfo[]
outcome_codes: OutcomeChoice[]
queues: ServedQueue[]
waiting: WaitingCustomer[]
wrap_ups: WrapUp[]
}
/**
 * A customer offered to the reader until `expires_at`; the seconds left are counted from the frame's `now`.
 * 
 * `context` is what the host page signed, `waiting_since` the customer's coming. `note` and `giver` belong to a
 * transfer.
 */
export interface OfferInfo {
answers: FormAnswer[]
context: {
[k: string]: string
}
earlier: EarlierVisit[]
earlier_count: number
entry: string
everybody: boolean
expires_at: string
giver: string
id: string
language: string
made_at: string
name: string
note: string
page: string
priority: number
queue: QueueRef
said: SaidLine[]
session: (string | null)
waiting_since: string
why: OfferReason
}
/**
 * A queue, named in the reader's language.
 */
export interface QueueRef {
id: string
name: string
}
/**
 * What the customer wrote while waiting.
 */
export interface SaidLine {
at: string
text: string
}
/**
 * Why this CSR: the queue's strategy, the rule that brought the customer, how many offers came before.
 */
export interface OfferReason {
rule: string
strategy: string
tried: number
}
/**
 * A code that may be given at the wrap-up.
 */
export interface OutcomeChoice {
id: string
name: string
}
/**
 * A queue that the reader serves. `waiting` stops at 1000.
 */
export interface ServedQueue {
id: string
may_pick: boolean
name: string
waiting: number
}
/**
 * Somebody in a queue from which the reader may pick; `about` is the first answer of their form.
 */
export interface WaitingCustomer {
about: string
entry: string
name: string
priority: number
queue: string
waiting_since: string
}
/**
 * A visit whose help has ended, to be finished by `deadline_at`.
 */
export interface WrapUp {
answered_at: string
deadline_at: string
ended_at: string
entry: string
name: string
queue: QueueRef
session: (string | null)
transferred: boolean
}
/**
 * A CSR's day so far. `accepted_in_s`: mean ringing until accepted; `score`: mean of `answers` surveys, 1 to 5.
 */
export interface InboxToday {
accepted_in_s: (number | null)
answers: number
handled: number
missed: number
score: (number | null)
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
/**
 * A pointer or a drawing on the shared picture, without control.
 * 
 * Viewer → source with `participant` empty; the source names the author, picks `colour` (the customer colours of
 * the design, one per author) and sends it to every viewer. A pen's later messages under the same `id` append their
 * points; an arrow's or a box's replace them; a pointer has one point, and `done` takes it away. Marks fade after
 * `MARK_SECONDS`, pointers after 3 s without news.
 */
export interface Mark {
colour: (("a" | "b" | "c" | "d" | "e" | "f") | null)
done: boolean
id: string
kind: ("pointer" | "pen" | "arrow" | "box")
participant: (string | null)
/**
 * @minItems 1
 * @maxItems 200
 */
points: [number, number][]
type: "mark"
}
/**
 * Viewer → source and source → viewers: the marks of `participant` are gone; None means everyone's.
 */
export interface MarksCleared {
participant: (string | null)
type: "marks_cleared"
}
/**
 * A CSR. Of `capacity` places `sessions`, `offers` and `wrap_ups` are taken; `until`: when the activity ends.
 */
export interface MonitorCsr {
activity: CsrActivity
capacity: number
id: string
name: string
offers: number
presence: string
queues: string[]
reason: string
sessions: number
since: string
until: (string | null)
wrap_ups: number
}
/**
 * A customer in a queue's line, in the order of the line.
 */
export interface MonitorEntry {
about: string
id: string
name: string
offered_to: string
priority: number
rule: string
since: string
state: string
}
/**
 * Monitor socket: everything, whenever something in it has changed, at most once a second.
 */
export interface MonitorFrame {
monitor: MonitorState
type: "monitor"
}
/**
 * All that a manager may watch, at version `n` of the site's router.
 * 
 * `quarters` are the 16 from `quarters_from` on; those in which nobody came to a queue are left out.
 */
export interface MonitorState {
csrs: MonitorCsr[]
n: number
now: string
quarters: MonitorQuarter[]
quarters_from: string
queues: MonitorQueue[]
sessions: MonitorSession[]
}
/**
 * Who came to a queue in a quarter of an hour, by how it went on; those still waiting are in none.
 */
export interface MonitorQuarter {
at: string
in_time: number
later: number
left: number
queue: string
}
/**
 * A queue. `override` is a manager's word over the hours. Figures of today count from the queue's midnight.
 * 
 * `service_level` = `in_time` / (`answered` + `left`), 0 to 1. `wait` is None where nobody serves the queue.
 */
export interface MonitorQueue {
answered: number
csrs: number
csrs_ready: number
id: string
in_time: number
left: number
left_short: number
longest_since: (string | null)
name: string
offered: number
open: boolean
override: ("" | "open" | "closed")
service_level: (number | null)
sl_seconds: number
until: (string | null)
wait: (WaitRange | null)
waiting: number
}
/**
 * Expected wait of the next customer, seconds; 90 of 100 wait between low and high.
 */
export interface WaitRange {
high_s: number
low_s: number
median_s: number
}
/**
 * A live session; `allowed` are the capabilities of its active grants, `mine`: the reader is inside.
 */
export interface MonitorSession {
allowed: string[]
csr: string
customer: string
id: string
mine: boolean
queue: string
since: string
state: string
}
/**
 * One monitor: size and place in its computer's pixels; `scale` is how many of them a logical pixel has.
 */
export interface MonitorInfo {
height: number
number: number
primary: boolean
scale: number
width: number
x: number
y: number
}
/**
 * The line of one queue, first to last; at most 200 of `waiting`.
 */
export interface MonitorLine {
entries: MonitorEntry[]
now: string
queue: string
waiting: number
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
 * Sender's figures of the last second, for the quality line; times in ms, `loss` 0..1, rates in kbit/s.
 * 
 * `estimate_kbit` is what the link is believed to carry, `queue_ms` how long packets stand in its queue.
 */
export interface Quality {
encode_ms: number
estimate_kbit: (number | null)
frames_per_second: number
kbit_per_second: number
limited_by: ("nothing" | "cpu" | "link" | "viewer" | "still")
loss: (number | null)
mode: ("standard" | "sampling")
queue_ms: (number | null)
rtt_ms: (number | null)
type: "quality"
}
/**
 * `when_closed` is what a customer may do instead of waiting. `changes_at`: closes, or opens next, at this time.
 */
export interface QueueInfo {
changes_at: (string | null)
fields: FormFieldInfo[]
id: string
name: string
open: boolean
when_closed: ("message" | "callback" | "refuse")
}
/**
 * Viewer → source: send a whole picture now; the viewer changed over to this connection.
 */
export interface Refresh {
type: "refresh"
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
 * What this viewer is shown: size of the picture in pixels, and what it consists of.
 * 
 * `monitors` are all that the grant covers, `shown` the numbers of those in this picture; `windows` are the shared
 * windows of an application share. `marks_in_picture` says that the picture already holds what is drawn.
 */
export interface Screen {
height: number
marks_in_picture: boolean
monitors: MonitorInfo[]
shown: number[]
surface: ("desktop" | "application")
type: "screen"
width: number
/**
 * @maxItems 64
 */
windows: WindowInfo[]
}
/**
 * One shared window; the rectangle is 0..1 of the picture. A closed window is told of once.
 */
export interface WindowInfo {
focused: boolean
height: number
name: string
state: ("shown" | "minimised" | "hung" | "closed")
title: string
width: number
window: number
x: number
y: number
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
 * The place changed.
 */
export interface Waiting {
info: WaitingInfo
type: "waiting"
}
/**
 * The customer's place. `place` is 1 for the next one; None where the queue does not show it, or nobody waits.
 * 
 * `grew` says why the place is further back than it was told before: somebody more urgent came, somebody who had
 * waited was passed on to this queue, or the order was changed. `callback_phone` is in answers only, not in frames.
 */
export interface WaitingInfo {
callback_phone: (string | null)
entry: string
grew: ("" | "urgent" | "passed" | "changed")
now: string
place: (number | null)
queue: string
since: string
state: ("waiting" | "active" | "wrap" | "done" | "abandoned" | "timed_out" | "cancelled" | "overflowed")
wait: (WaitInfo | null)
}
/**
 * Seconds from now; nine of ten people in this place wait between `low` and `high`.
 */
export interface WaitInfo {
high_s: number
likely_s: number
low_s: number
}
/**
 * All that one participant may know of a session at `seq`; later events fold onto it.
 * 
 * `number`, `note` and `tracking` are for CSRs only. `messages` are those the reader may see, oldest first.
 */
export interface SessionSnapshot {
activated_at: (string | null)
calls: CallInfo[]
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
options: SessionOptions
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
transfer: (TransferInfo | null)
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
 * Yesterday's traffic of a queue (by its time zone) with other numbers of CSRs, through the real router.
 * 
 * `levels` are those that are ready, of `of`; `actual` is what the queue had, with the CSRs of that day.
 */
export interface Staffing {
actual: (number | null)
customers: number
day: string
levels: StaffingLevel[]
of: number
phase: StaffingPhase
queue: string
sl_seconds: number
}
/**
 * What would have been with so many CSRs; figures as the monitor's, `occupancy` the part of time in use.
 */
export interface StaffingLevel {
csrs: number
left_share: (number | null)
mean_answer_s: (number | null)
occupancy: (number | null)
service_level: (number | null)
}
/**
 * What keys cannot do everywhere: the secure attention sequence (Ctrl+Alt+Del), locking the screen.
 */
export interface SystemInput {
action: ("secure_attention" | "lock")
epoch: number
grant: string
seq: number
type: "system"
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
export const CLIPBOARD_PART_CHARACTERS = 10000;
export const CLOSE_BAD_FRAMES = 4422;
export const CLOSE_FORBIDDEN = 4403;
export const CLOSE_NOT_FOUND = 4404;
export const CLOSE_REPLACED = 4409;
export const CLOSE_TOO_SLOW = 4408;
export const CLOSE_TRY_LATER = 1013;
export const CLOSE_UNAUTHENTICATED = 4401;
export const MARK_SECONDS = 6;
export const MAX_CHANNEL_BYTES = 262144;
export const MAX_CLIPBOARD_CHARACTERS = 1048576;
export const MAX_FRAME_BYTES = 65536;
export const MAX_INPUT_TEXT = 2000;
export const MAX_NAME = 80;
export const MAX_NOTE = 20000;
export const MAX_TEXT = 4000;
export const MAX_WRAP_NOTE = 4000;
export const PROTOCOL_VERSION = 1;
