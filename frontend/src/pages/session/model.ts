/** What the customer can do on this page, and what the page remembers beside the session itself. */

import { computed, signal } from "@preact/signals";

import { ApiError } from "../../core/api.ts";
import { isScreen, ownerIsCsr, surfaceOf, type Surface } from "../../core/capabilities.ts";
import { TooMuchChosen } from "../../core/capture.ts";
import type { Clock } from "../../core/clock.ts";
import { History } from "../../core/history.ts";
import type { Host } from "../../core/host.ts";
import { t } from "../../core/i18n.ts";
import { joinNames, shortName } from "../../core/names.ts";
import type { AttachCode } from "../../core/rest.ts";
import type { LiveSession } from "../../core/session.ts";
import type { ScreenSource } from "../../core/source.ts";
import { liveGrants, me, openRequests, primaryCsr, supportManager } from "../../core/store.ts";
import type { EndpointInfo, GrantInfo, RequestInfo, SiteInfo } from "../../protocol/generated.ts";

export interface ModelOptions {
  readonly session: LiveSession;
  readonly source: ScreenSource;
  readonly clock: Clock;
  /** Opens the browser's picker for what is asked. */
  readonly capture: (surface: Surface) => Promise<MediaStream>;
  /** This device can show its screen from the page. */
  readonly canShow: boolean;
  readonly phone: boolean;
  /** The page around this one, where it is embedded. */
  readonly host?: Host | null;
}

export type AnswerState = "idle" | "allowing" | "denying";

const RETRY_MS = 2_000;
const REST_AFTER_MS = 60_000;
const OFFLINE_SHOWN_AFTER_MS = 1_500;

function endStream(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function captureTrouble(error: unknown): string {
  if (error instanceof TooMuchChosen) return t("You chose a whole screen, so nothing is shown. Only a window was asked for: choose one.");
  const closed = error instanceof DOMException && error.name === "NotAllowedError";
  return closed ? t("Nothing was chosen, so nothing is shown.") : t("The browser could not start showing the screen.");
}

export class Model {
  readonly session: LiveSession;
  readonly source: ScreenSource;
  readonly history: History;
  readonly canShow: boolean;
  readonly phone: boolean;
  readonly host: Host | null;
  /** Local time, twice a second: countdowns read it. */
  readonly now = signal(0);
  /** One sentence about something that did not work; null when all is well. */
  readonly trouble = signal<string | null>(null);
  readonly answering = signal<Readonly<Record<string, AnswerState>>>({});
  readonly managerCode = signal<AttachCode | null>(null);
  readonly deviceCode = signal<AttachCode | null>(null);
  readonly panelOpen = signal(false);
  readonly left = signal(false);
  readonly snapshot;
  readonly site;
  readonly person;
  readonly helper;
  readonly manager;
  readonly requests;
  /** Grants that live, of any computer. */
  readonly grants;
  /** Grants of this person's own computer. */
  readonly ownGrants;
  /** Grants that show this person another one's screen. */
  readonly shares;
  /** The share that this person does not want to look at: only the primary customer can end one. */
  readonly hidden = signal<string | null>(null);
  /** The stage is on the page. */
  readonly watching;
  /** Nobody has taken this customer yet: they came by themselves and stand in a line. */
  readonly waiting;
  readonly clock: Clock;
  readonly offline;
  /** A grant of this page whose capture a reload ended: it can be taken up again. */
  readonly interrupted;

  /** Shares that were stopped here; the server may not know yet. */
  readonly #dropped = signal<ReadonlySet<string>>(new Set());
  /** How often "Stop everything" was pressed: an answer that was on its way then shows nothing. */
  #stops = 0;

  constructor(private readonly options: ModelOptions) {
    const { session, source, clock } = options;
    this.session = session;
    this.clock = clock;
    this.source = source;
    this.history = new History(session);
    this.canShow = options.canShow;
    this.phone = options.phone;
    this.host = options.host ?? null;
    this.now.value = clock.now();
    this.snapshot = session.snapshot;
    this.site = computed((): SiteInfo => session.snapshot.value.site);
    this.person = computed(() => me(session.snapshot.value));
    this.helper = computed(() => primaryCsr(session.snapshot.value));
    this.manager = computed(() => supportManager(this.person.value));
    this.requests = computed(() => {
      const { me: own } = session.snapshot.value;
      return openRequests(session.snapshot.value).filter((request) => (ownerIsCsr(request.capability) ? request.operator : request.grantor) === own);
    });
    this.grants = computed(() => liveGrants(session.snapshot.value).filter((grant) => !source.stopped.value.has(grant.id) && !this.#dropped.value.has(grant.id)));
    this.ownGrants = computed(() => this.grants.value.filter((grant) => grant.owner === session.snapshot.value.me));
    this.shares = computed(() => this.grants.value.filter((grant) => isScreen(grant.capability) && grant.owner !== session.snapshot.value.me));
    this.watching = computed(() => {
      const [share] = this.shares.value;
      return share !== undefined && this.hidden.value !== share.id;
    });
    this.interrupted = computed((): GrantInfo | undefined => {
      const own = session.endpoint;
      const shown = source.grant.value;
      return this.ownGrants.value.find((grant) => grant.endpoint === own && grant.id !== shown && !this.#isStarting(grant.request));
    });
    this.waiting = computed(() => session.snapshot.value.state === "waiting" && this.person.value?.state === "joined");
    this.offline = computed(() => {
      const link = session.link.value;
      return link.lostAt !== null && this.now.value - link.lostAt > OFFLINE_SHOWN_AFTER_MS;
    });
  }

  start(): () => void {
    const ends = [
      this.options.clock.every(500, () => this.#tick()),
      this.history.start(),
      this.source.start(),
      this.session.start(),
    ];
    return () => ends.forEach((end) => end());
  }

  #tick(): void {
    const now = this.options.clock.now();
    this.now.value = now;
    const { phase, lostAt } = this.session.link.peek();
    // Used up: a later offer needs a new one.
    if (this.manager.peek() !== undefined) this.managerCode.value = null;
    // Another tab or nobody holds this page's place: what is captured here could not be stopped from there.
    if (phase === "closed") this.source.drop();
    else this.source.rest(lostAt !== null && now - lostAt > REST_AFTER_MS);
  }

  secondsUntil(iso: string): number {
    // Reading `now` makes the caller follow the clock.
    return this.now.value > 0 ? this.session.time.secondsUntil(iso) : 0;
  }

  nameOf(id: string): string {
    return this.snapshot.value.participants.find((person) => person.id === id)?.name ?? "";
  }

  /** As people are called in a sentence. */
  shortNameOf(id: string): string {
    return shortName(this.nameOf(id));
  }

  /** The kind of program that a grant of this person's is given by. */
  givenBy(grant: GrantInfo): EndpointInfo | undefined {
    return this.snapshot.value.participants.flatMap((person) => person.endpoints).find((endpoint) => endpoint.id === grant.endpoint);
  }

  /** Everybody but `owner` who is here sees what is shown of the owner's computer; `without` leaves one out. */
  viewers(owner: string, without: string | null = null): { readonly names: string; readonly n: number } {
    const people = this.snapshot.value.participants.filter((person) => person.state === "joined" && person.id !== owner && person.id !== without);
    return { names: joinNames(people.map((person) => shortName(person.name))), n: people.length };
  }

  /** Only the primary customer allows and stops. */
  get decides(): boolean {
    return this.person.value?.role === "primary_customer";
  }

  /** Allow: the browser's picker opens inside the click, and only then the server hears of it. */
  async allow(request: RequestInfo): Promise<void> {
    this.#answer(request, "allowing");
    let stream: MediaStream;
    try {
      stream = await this.options.capture(surfaceOf(request.capability) ?? "desktop");
    } catch (error) {
      this.#answer(request, "idle");
      this.trouble.value = captureTrouble(error);
      return;
    }
    const stops = this.#stops;
    try {
      const grant = await this.session.commands.grant(request.id);
      this.trouble.value = null;
      if (stops === this.#stops) this.source.show(grant, stream);
      else endStream(stream);
    } catch (error) {
      endStream(stream);
      this.#failed(error);
    } finally {
      this.#answer(request, "idle");
    }
  }

  /** Yes to being shown the CSR's computer: nothing of one's own is opened, so no picker. */
  async accept(request: RequestInfo): Promise<void> {
    this.#answer(request, "allowing");
    try {
      await this.session.commands.accept(request.id);
      this.trouble.value = null;
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#answer(request, "idle");
    }
  }

  async deny(request: RequestInfo): Promise<void> {
    this.#answer(request, "denying");
    await this.#until(
      () => this.session.commands.deny(request.id),
      () => this.requests.peek().some((other) => other.id === request.id),
    );
    this.#answer(request, "idle");
  }

  shown(request: RequestInfo): void {
    this.session.commands.shown(request.id).catch(() => {
      // Only a courtesy to the CSR ("the customer sees your request"): the answer itself matters.
    });
  }

  /** Take up the picture again under the grant that still stands. */
  async showAgain(grant: GrantInfo): Promise<void> {
    try {
      this.source.show(grant, await this.options.capture(surfaceOf(grant.capability) ?? "desktop"));
      this.trouble.value = null;
    } catch (error) {
      this.trouble.value = captureTrouble(error);
    }
  }

  /** Local first, for a share of one's own and for watching another's. */
  stopGrant(grant: GrantInfo): void {
    const own = grant.owner === this.snapshot.peek().me;
    if (!own) this.#drop([grant]);
    this.source.stop(grant.id, own ? "owner_stop" : "csr_release");
  }

  #drop(grants: readonly GrantInfo[]): void {
    this.#dropped.value = new Set([...this.#dropped.peek(), ...grants.map((grant) => grant.id)]);
  }

  /** Local first: the capture ends now, the server is told as often as it takes. */
  async stopEverything(): Promise<void> {
    this.#stops += 1;
    this.source.release();
    this.#drop(this.shares.peek());
    await this.#until(
      async () => this.session.adopt(await this.session.commands.stopEverything()),
      () => {
        const left = liveGrants(this.snapshot.peek()).length + this.requests.peek().length > 0;
        if (left && this.ownGrants.peek().length > 0) this.trouble.value = t("No connection. Press Stop in Support Manager’s own bar: it works at once.");
        return left;
      },
    );
  }

  async leave(): Promise<void> {
    this.source.release();
    try {
      await this.session.commands.leave();
      this.left.value = true;
    } catch (error) {
      this.#failed(error);
    }
  }

  async keep(): Promise<void> {
    await this.#try(() => this.session.commands.keep());
  }

  async startManager(): Promise<void> {
    await this.#try(async () => (this.managerCode.value = await this.session.commands.attachCode("support_manager")));
  }

  async startDevice(): Promise<void> {
    await this.#try(async () => (this.deviceCode.value = await this.session.commands.attachCode("device")));
  }

  answerState(request: RequestInfo): AnswerState {
    return this.answering.value[request.id] ?? "idle";
  }

  #answer(request: RequestInfo, state: AnswerState): void {
    this.answering.value = { ...this.answering.peek(), [request.id]: state };
  }

  #isStarting(request: string): boolean {
    return this.answering.value[request] === "allowing";
  }

  /** Run a command; true when it is done, else the trouble is shown. */
  async attempt(command: () => Promise<unknown>): Promise<boolean> {
    await this.#try(command);
    return this.trouble.peek() === null;
  }

  async #try(command: () => Promise<unknown>): Promise<void> {
    try {
      await command();
      this.trouble.value = null;
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Repeat over lost links until it is done or no longer needed. */
  async #until(command: () => Promise<unknown>, needed: () => boolean): Promise<void> {
    for (;;) {
      try {
        await command();
        return;
      } catch (error) {
        if (error instanceof ApiError && error.status < 500) return;
        await new Promise<void>((resume) => void this.options.clock.after(RETRY_MS, resume));
        if (!needed()) return;
      }
    }
  }

  #failed(error: unknown): void {
    const said = error instanceof ApiError ? error.message : "";
    this.trouble.value = said === "" ? t("That did not work. Check the connection and try again.") : said;
  }
}
