/** The frame of the monitor's tables: a card with a title, what is said when it is empty, and the columns. */
import type { ComponentChildren, JSX } from "preact";

import { t } from "../../core/i18n.ts";

/** `name` is empty for a column of buttons. */
export interface Column {
  readonly name: string;
  readonly right?: boolean;
}

export interface TableProps {
  readonly kind?: string;
  readonly head: ComponentChildren;
  readonly columns: readonly Column[];
  /** Said instead of the table. */
  readonly empty: string | null;
  readonly children: ComponentChildren;
}

export function TablePanel({ kind = "", head, columns, empty, children }: TableProps): JSX.Element {
  return (
    <section class={`card ${kind}`}>
      <div class="ph">{head}</div>
      {empty !== null ? (
        <p class="rail-note">{empty}</p>
      ) : (
        <div class="scroll-x">
          <table class={kind === "" ? "" : "compact"}>
            <thead>
              <tr>
                {columns.map(({ name, right }) => (
                  <th key={name} class={right ? "r" : ""}>
                    {name === "" ? <span class="sr">{t("Actions")}</span> : name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{children}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}
