/** What the customer can do on this page, and what the page remembers beside the session itself. */

import { computed, signal } from "@preact/signals";

import { ApiError } from "../../core/api.ts";
import type { Clock } from "../../core/clock.ts";
import { History } from "../../core/history.ts";
import { t } from "../../core/i18n.ts";
import type { AttachCode } from "../../core/rest.ts";
import type { LiveSession } from "../../core/session.ts";
import type { ScreenSource } from "../../core/source.ts";
import { liveGrants, me, openRequests, primaryCsr, supportManager } from "../../core/store.ts";
import type { GrantInfo, ParticipantInfo, RequestInfo, SiteInfo } from "../../protocol/generated.ts";

export interface ModelOptions {
  readonly session: LiveSession;
  readonly source: ScreenSource;
  readonly clock: Clock;
  readonly capture: () => Promise<MediaStream>;
  /** This device can show its screen from the page. */
  readonly canShow: boolean;
  readonly phone: boolean;
}

export type AnswerState = "idle" | "allowing" | "denying";

const RETRY_MS = 2_000;
const REST_AFTER_MS = 60_000;
const OFFLINE_SHOWN_AFTER_MS = 1_500;

function endStream(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

export class Model {
  readonly session: LiveSession;
  readonly source: ScreenSource;
  readonly history: History;
  readonly canShow: boolean;
  readonly phone: boolean;
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
  readonly grants;
  readonly offline;
  /** A grant of this page whose capture a reload ended: it can be taken up again. */
  readonly interrupted;

  /** How often "Stop everything" was pressed: an answer that was on its way then shows nothing. */
  #stops = 0;

  constructor(private readonly options: ModelOptions) {
    const { session, source, clock } = options;
    this.session = session;
    this.source = source;
    this.history = new History(session);
    this.canShow = options.canShow;
    this.phone = options.phone;
    this.now.value = clock.now();
    this.snapshot = session.snapshot;
    this.site = computed((): SiteInfo => session.snapshot.value.site);
    this.person = computed(() => me(session.snapshot.value));
    this.helper = computed(() => primaryCsr(session.snapshot.value));
    this.manager = computed(() => supportManager(this.person.value));
    this.requests = computed(() =>
      openRequests(session.snapshot.value).filter((request) => request.grantor === session.snapshot.value.me),
    );
    this.grants = computed(() => liveGrants(session.snapshot.value).filter((grant) => !source.stopped.value.has(grant.id)));
    this.interrupted = computed((): GrantInfo | undefined => {
      const own = session.endpoint;
      const shown = source.grant.value;
      return this.grants.value.find((grant) => grant.endpoint === own && grant.id !== shown && !this.#isStarting(grant.request));
    });
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

  csrName(id: string): string {
    return this.snapshot.value.participants.find((person) => person.id === id)?.name ?? "";
  }

  /** Whose computer a grant is about. */
  owner(grant: GrantInfo): ParticipantInfo | undefined {
    return this.snapshot.value.participants.find((person) => person.endpoints.some((endpoint) => endpoint.id === grant.endpoint));
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
      stream = await this.options.capture();
    } catch (error) {
      this.#answer(request, "idle");
      const closed = error instanceof DOMException && error.name === "NotAllowedError";
      this.trouble.value = closed ? t("Nothing was chosen, so nothing is shown.") : t("The browser could not start showing the screen.");
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
      this.source.show(grant, await this.options.capture());
      this.trouble.value = null;
    } catch {
      this.trouble.value = t("Nothing was chosen, so nothing is shown.");
    }
  }

  stopGrant(grant: GrantInfo): void {
    this.source.stop(grant.id, "owner_stop");
  }

  /** Local first: the capture ends now, the server is told as often as it takes. */
  async stopEverything(): Promise<void> {
    this.#stops += 1;
    this.source.release();
    await this.#until(
      async () => this.session.adopt(await this.session.commands.stopEverything()),
      () => {
        const left = liveGrants(this.snapshot.peek()).length + this.requests.peek().length > 0;
        if (left && this.grants.peek().length > 0) this.trouble.value = t("No connection. Press Stop in Support Manager’s own bar: it works at once.");
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
