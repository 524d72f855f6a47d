/** Join another CSR's session by its number, as assisting CSR. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { ApiError } from "../../core/api.ts";
import { formatCountdown, t } from "../../core/i18n.ts";
import { useDesk } from "./context.ts";
import { Problem } from "./start-dialog.tsx";

export function JoinDialog({ close }: { close: () => void }): JSX.Element {
  const desk = useDesk();
  const number = useSignal("");
  const busy = useSignal(false);
  const error = useSignal("");
  const submit = async (): Promise<void> => {
    busy.value = true;
    error.value = "";
    try {
      await desk.joinByNumber(number.peek());
    } catch (problem) {
      error.value = problemWords(problem);
    } finally {
      busy.value = false;
    }
  };
  return (
    <form
      class="dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy.peek()) void submit();
      }}
    >
      <p class="mute">{t("You join as assisting CSR. Everybody in the session is told.")}</p>
      <div class="field">
        <label for="join-number">{t("Support number")}</label>
        <input
          class="input tnum"
          id="join-number"
          inputMode="numeric"
          autocomplete="off"
          maxLength={40}
          required
          autofocus
          value={number.value}
          onInput={(event) => (number.value = event.currentTarget.value)}
        />
      </div>
      <Problem text={error.value} />
      <div class="dialog-foot">
        <button type="button" class="btn" onClick={close}>
          {t("Cancel")}
        </button>
        <button type="submit" class="btn primary" aria-disabled={busy.value}>
          {t("Join")}
        </button>
      </div>
    </form>
  );
}

function problemWords(problem: unknown): string {
  if (!(problem instanceof ApiError)) return t("The server cannot be reached. Try again.");
  const wait = problem.data.retry_after_s;
  if (problem.code === "too_many_tries" && typeof wait === "number") {
    return t("Too many tries. Try again in {time}.", { time: formatCountdown(wait) });
  }
  return problem.message || t("The server cannot be reached. Try again.");
}
