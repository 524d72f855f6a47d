/** What the multi-session window keeps for itself: how many stages, who stands on them, how the list is sorted. */
import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";

import type { Desk } from "./desk.ts";
import { type Layout, placeTiles } from "./multi-tiles.ts";

export type Sorting = "urgency" | "letter";

const LAYOUT = "console-stages";
const SORTING = "console-sorting";

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // It lasts as long as the page then.
  }
}

function keptLayout(): Layout {
  const kept = read(LAYOUT);
  return kept === "1" ? 1 : kept === "2" ? 2 : 4;
}

export class MultiView {
  readonly #layout = signal<Layout>(keptLayout());
  readonly #sorting = signal<Sorting>(read(SORTING) === "letter" ? "letter" : "urgency");
  readonly #tiles = signal<readonly string[]>([]);
  /** One stage for the chosen customer, over the layout. */
  readonly enlarged = signal(false);
  readonly shown: ReadonlySignal<Layout>;
  #recent: readonly string[] = [];

  constructor(private readonly desk: Desk) {
    this.shown = computed(() => (this.enlarged.value ? 1 : this.#layout.value));
  }

  get layout(): ReadonlySignal<Layout> {
    return this.#layout;
  }

  get sorting(): ReadonlySignal<Sorting> {
    return this.#sorting;
  }

  get tiles(): ReadonlySignal<readonly string[]> {
    return this.#tiles;
  }

  setLayout(layout: Layout): void {
    this.enlarged.value = false;
    this.#layout.value = layout;
    write(LAYOUT, String(layout));
  }

  setSorting(sorting: Sorting): void {
    this.#sorting.value = sorting;
    write(SORTING, sorting);
  }

  start(): () => void {
    return effect(() => this.#follow());
  }

  /** Somebody is always chosen while there is a customer: no tool without one. */
  #follow(): void {
    const { desk } = this;
    const rows = new Map(desk.rows.value.map((row) => [row.id, row]));
    const order = desk.order();
    const live = order.filter((id) => (desk.cases.value.get(id)?.snapshot.value.state ?? rows.get(id)?.state) !== "waiting");
    const chosen = desk.chosen.value;
    if (chosen === null) {
      const first = live[0] ?? order[0];
      if (first !== undefined) desk.choose(first);
      return;
    }
    this.#recent = [chosen, ...this.#recent.filter((id) => id !== chosen)];
    const tiles = placeTiles(this.#tiles.peek(), live, chosen, this.#recent, this.shown.value);
    if (String(tiles) !== String(this.#tiles.peek())) this.#tiles.value = tiles;
  }
}
