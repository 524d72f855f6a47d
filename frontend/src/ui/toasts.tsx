/** Short messages at the foot of the page; announced politely, gone after a while or by their button. */
import type { JSX } from "preact";
import { Icon } from "./icon.tsx";

export interface Toast {
  id: number;
  kind: "note" | "bad" | "ok";
  text: string;
}

const ICON = { note: "info", bad: "alert", ok: "check" } as const;

export function Toasts({ toasts, closeLabel, close }: { toasts: readonly Toast[]; closeLabel: string; close: (id: number) => void }): JSX.Element {
  return (
    <div class="toasts" role="status">
      {toasts.map((toast) => (
        <div key={toast.id} class={`toast ${toast.kind}`}>
          <Icon name={ICON[toast.kind]} size="s" />
          <span class="grow">{toast.text}</span>
          <button type="button" class="btn ghost sm icon" aria-label={closeLabel} onClick={() => close(toast.id)}>
            <Icon name="x" size="s" />
          </button>
        </div>
      ))}
    </div>
  );
}
