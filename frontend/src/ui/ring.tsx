/** The countdown ring: a share of time that is left. */

import type { JSX } from "preact";

export function Ring({ left, of }: { left: number; of: number }): JSX.Element {
  const percent = Math.max(0, Math.min(100, (left / Math.max(of, 1)) * 100));
  return (
    <svg class="ring" viewBox="0 0 20 20" aria-hidden="true" style={{ "--p": percent.toFixed(1) }}>
      <circle cx="10" cy="10" r="8" pathLength="100" />
      <circle cx="10" cy="10" r="8" pathLength="100" />
    </svg>
  );
}
