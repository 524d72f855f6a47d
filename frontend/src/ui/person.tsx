/** How a person is shown: initials in a colour that only tells people apart. */
import type { JSX } from "preact";

import { initials } from "./text.tsx";

const COLOURS = ["a", "b", "c", "d", "e"] as const;

/** Return the same colour for the same id, always. */
export function colourOf(id: string): (typeof COLOURS)[number] {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return COLOURS[sum % COLOURS.length] ?? "a";
}

export function Avatar({ id, name, title }: { id: string; name: string; title?: string }): JSX.Element {
  return (
    <span class={`av ${colourOf(id)}`} title={title} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
