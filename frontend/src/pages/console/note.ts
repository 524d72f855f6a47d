/**
 * The CSRs' note, saved as it is typed. A save names the version that it was written on; when somebody else saved
 * meanwhile both texts are shown and a person decides. What is not on the server survives a reload of the tab.
 */
import { signal, type ReadonlySignal } from "@preact/signals";

import { ApiError } from "../../core/api.ts";
import type { Clock } from "../../core/clock.ts";
import type { Memory } from "../../core/session.ts";
import type { NoteInfo } from "../../protocol/generated.ts";
import type { NoteView } from "./types.ts";

const SAVE_AFTER_MS = 700;
const RETRY_MS = 3000;

export interface NotePorts {
  readonly clock: Clock;
  readonly memory: Memory;
  readonly key: string;
  read(): Promise<NoteInfo>;
  save(text: string, baseVersion: number): Promise<NoteInfo>;
  online(): boolean;
}

export class NoteKeeper {
  readonly #view = signal<NoteView>({ text: "", state: "loading", version: 0, savedAt: null, theirs: null });
  #dirty = false;
  #saving = false;
  #cancel: (() => void) | null = null;

  constructor(private readonly ports: NotePorts) {}

  get view(): ReadonlySignal<NoteView> {
    return this.#view;
  }

  /** Take the note of the first snapshot; a draft that was never saved comes before it. */
  start(note: NoteInfo | null): () => void {
    if (note) this.#taken(note);
    else void this.#read();
    const draft = this.ports.memory.get(this.ports.key);
    if (draft !== null && draft !== note?.text) this.edit(draft);
    return () => this.#cancel?.();
  }

  edit(text: string): void {
    this.#dirty = true;
    this.ports.memory.set(this.ports.key, text);
    const held = this.#view.peek().state === "conflict";
    this.#set({ text, state: held ? "conflict" : this.ports.online() ? "unsaved" : "offline" });
    if (!held) this.#later(SAVE_AFTER_MS);
  }

  /** Another CSR saved: take it over, unless something here is not saved yet (the save will then say so). */
  savedElsewhere(version: number): void {
    if (version > this.#view.peek().version && !this.#dirty) void this.#read();
  }

  /** The link is back. */
  cameBack(): void {
    if (this.#dirty && this.#view.peek().state !== "conflict") this.#later(0);
  }

  /** After a conflict: keep what stands here, over theirs. */
  keepMine(): void {
    const { theirs, version } = this.#view.peek();
    this.#set({ version: theirs?.version ?? version, theirs: null, state: "unsaved" });
    this.#later(0);
  }

  /** After a conflict: both texts, theirs first. */
  keepBoth(): void {
    const { theirs, text } = this.#view.peek();
    this.#set({ version: theirs?.version ?? 0, theirs: null, state: "unsaved" });
    this.edit(`${theirs?.text ?? ""}\n\n${text}`);
  }

  takeTheirs(): void {
    const { theirs } = this.#view.peek();
    if (theirs) this.#taken(theirs);
  }

  #set(change: Partial<NoteView>): void {
    this.#view.value = { ...this.#view.peek(), ...change };
  }

  #taken(note: NoteInfo): void {
    this.#dirty = false;
    this.ports.memory.set(this.ports.key, null);
    this.#set({ text: note.text, version: note.version, savedAt: note.at, state: "saved", theirs: null });
  }

  #later(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.ports.clock.after(ms, () => {
      this.#cancel = null;
      void this.#save();
    });
  }

  async #read(): Promise<void> {
    try {
      const note = await this.ports.read();
      if (!this.#dirty) this.#taken(note);
    } catch (error) {
      if (!this.#dirty) this.#set({ state: error instanceof ApiError ? "failed" : "offline" });
    }
  }

  async #save(): Promise<void> {
    if (this.#saving) {
      this.#later(SAVE_AFTER_MS);
      return;
    }
    const { text, version } = this.#view.peek();
    this.#saving = true;
    this.#set({ state: "saving" });
    try {
      const note = await this.ports.save(text, version);
      if (this.#view.peek().text === text) this.#taken(note);
      else {
        this.#set({ version: note.version, savedAt: note.at, state: "unsaved" });
        this.#later(SAVE_AFTER_MS);
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#saving = false;
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof ApiError)) {
      this.#set({ state: "offline" });
      this.#later(RETRY_MS);
      return;
    }
    const theirs = error.code === "note_conflict" ? (error.data.note as NoteInfo | undefined) : undefined;
    if (theirs) this.#set(theirs.text === this.#view.peek().text ? { state: "unsaved" } : { state: "conflict", theirs });
    else this.#set({ state: "failed" });
    if (theirs && theirs.text === this.#view.peek().text) this.#taken(theirs);
    if (!theirs && (error.status >= 500 || error.status === 429)) this.#later(RETRY_MS);
  }
}
