/** A session's state: the shape tells it as well as the colour. */
import type { JSX } from "preact";
import type { SessionState } from "../protocol/generated.ts";

export function StateDot({ state }: { state: SessionState }): JSX.Element {
  return <span class={`dot s-${state}`} aria-hidden="true" />;
}
