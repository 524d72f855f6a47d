/** The letter of a customer on their colour. */
import type { JSX } from "preact";

import type { CustomerKey } from "./customer-keys.ts";

export function KeyMark({ of }: { of: CustomerKey | null }): JSX.Element | null {
  return of && <span class={`key ${of.kind}`}>{of.letter}</span>;
}
