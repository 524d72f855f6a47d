/** Copies a text and says so on the button itself. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { copyText } from "./page-actions.ts";

const SHOWN_MS = 2000;

export function CopyButton({ text, label }: { text: string; label: string }): JSX.Element {
  const state = useSignal<"idle" | "done" | "failed">("idle");
  const copy = async (): Promise<void> => {
    state.value = (await copyText(text)) ? "done" : "failed";
    setTimeout(() => (state.value = "idle"), SHOWN_MS);
  };
  const words = { idle: label, done: t("Copied"), failed: t("Select and copy it by hand") }[state.value];
  return (
    <button type="button" class="btn sm" onClick={() => void copy()}>
      <Icon name={state.value === "done" ? "check" : "clipboard"} size="s" />
      <span role="status">{words}</span>
    </button>
  );
}
