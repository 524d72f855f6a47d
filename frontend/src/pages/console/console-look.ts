/** How this CSR works at the console: the style and the order of the tabs, kept on the server; switched at once. */
import { signal, type ReadonlySignal } from "@preact/signals";

import type { Api } from "../../core/api.ts";
import type { ConsoleInfo, ConsoleStyle, ToolTab } from "./types.ts";

/** Runs a command and says what went wrong; true when it was done. */
type Run = (command: () => Promise<unknown>) => Promise<boolean>;

/** Return `order` with `tab` at place `to` (from 0). */
export function moveTab(order: readonly ToolTab[], tab: ToolTab, to: number): ToolTab[] {
  const rest = order.filter((one) => one !== tab);
  rest.splice(Math.max(0, Math.min(to, rest.length)), 0, tab);
  return rest;
}

export class ConsoleLook {
  readonly maySwitch: boolean;
  /** Customers at once; 1 in single-session mode. */
  readonly limit: number;
  readonly #style = signal<ConsoleStyle>("dashboard");
  readonly #tabs = signal<readonly ToolTab[]>([]);

  constructor(
    private readonly api: Api,
    private readonly run: Run,
    info: ConsoleInfo,
  ) {
    this.maySwitch = info.may_switch;
    this.limit = info.session_limit;
    this.#style.value = info.style;
    this.#tabs.value = info.tab_order;
  }

  get style(): ReadonlySignal<ConsoleStyle> {
    return this.#style;
  }

  get tabs(): ReadonlySignal<readonly ToolTab[]> {
    return this.#tabs;
  }

  /** Shows the style at once; one that the server does not keep is taken back. */
  async switchTo(style: ConsoleStyle): Promise<void> {
    const before = this.#style.peek();
    if (style === before) return;
    this.#style.value = style;
    const kept = await this.run(() => this.api.post<ConsoleInfo>("me/console/", { style }));
    if (!kept && this.#style.peek() === style) this.#style.value = before;
  }

  async orderTabs(tabs: readonly ToolTab[]): Promise<void> {
    const before = this.#tabs.peek();
    if (String(tabs) === String(before)) return;
    this.#tabs.value = tabs;
    const kept = await this.run(() => this.api.post<ConsoleInfo>("me/console/", { tab_order: tabs }));
    if (!kept && this.#tabs.peek() === tabs) this.#tabs.value = before;
  }
}
