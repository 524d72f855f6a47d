/** Transfer session: one queue, or one or more CSRs, with a note; the giver stays until somebody accepts. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { ApiError } from "../../core/api.ts";
import { t, tn } from "../../core/i18n.ts";
import { presenceWord, useTargets } from "./colleagues-dialog.tsx";
import { type CaseProps, useDesk } from "./context.ts";
import { Problem } from "./start-dialog.tsx";

const NOTE_LENGTH = 345;

export function TransferDialog({ one, close }: CaseProps & { close: () => void }): JSX.Element {
  const desk = useDesk();
  const { targets, failed } = useTargets(one.id);
  const queue = useSignal<string | null>(null);
  const csrs = useSignal<ReadonlySet<string>>(new Set());
  const note = useSignal("");
  const busy = useSignal(false);
  const error = useSignal("");
  const ready = queue.value !== null || csrs.value.size > 0;
  const tick = (id: string, on: boolean): void => {
    const next = new Set(csrs.peek());
    if (on) next.add(id);
    else next.delete(id);
    csrs.value = next;
    queue.value = null;
  };
  const submit = async (): Promise<void> => {
    busy.value = true;
    error.value = "";
    try {
      one.live.adopt(await one.live.commands.transfer(queue.peek() === null ? { csrs: [...csrs.peek()] } : { queue: queue.peek() ?? "" }, note.peek().trim()));
      close();
      void desk.refresh();
    } catch (problem) {
      error.value = problem instanceof ApiError && problem.message !== "" ? problem.message : t("The server cannot be reached. Try again.");
    } finally {
      busy.value = false;
    }
  };
  return (
    <form
      class="dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy.peek() && (queue.peek() !== null || csrs.peek().size > 0)) void submit();
      }}
    >
      <p class="mute">{t("The first to accept leads the session, and you leave it. Until then you stay; if nobody accepts, it stays with you. Sharing stops, chat and notes go on.")}</p>
      {failed && <Problem text={t("The server cannot be reached. Try again.")} />}
      <fieldset class="targets">
        <legend>{t("A queue")}</legend>
        {targets !== null && targets.queues.length === 0 && <p class="mute">{t("There is no queue yet. An administrator makes them.")}</p>}
        {targets?.queues.map((one) => (
          <label class="row target" key={one.id}>
            <input
              type="radio"
              name="transfer-queue"
              checked={queue.value === one.id}
              onChange={() => {
                queue.value = one.id;
                csrs.value = new Set();
              }}
            />
            <span class="grow ell">{one.name}</span>
            <span class="mute t12 tnum">
              {tn("{n} waiting", "{n} waiting", one.waiting)} · {tn("{n} CSR available", "{n} CSRs available", one.csrs)}
            </span>
          </label>
        ))}
      </fieldset>
      <fieldset class="targets">
        <legend>{t("Or CSRs; the first to accept gets it")}</legend>
        {targets !== null && targets.csrs.length === 0 && <p class="mute">{t("No other CSR is online.")}</p>}
        {targets?.csrs.map((csr) => (
          <label class="row target" key={csr.id}>
            <input type="checkbox" checked={csrs.value.has(csr.id)} onChange={(event) => tick(csr.id, event.currentTarget.checked)} />
            <span class="grow ell">{csr.name}</span>
            <span class="mute t12">{csr.presence === "available" && csr.free === 0 ? t("Busy") : presenceWord(csr.presence)}</span>
          </label>
        ))}
      </fieldset>
      <div class="field">
        <label for="transfer-note">{t("Note for the one who takes over")}</label>
        <textarea class="input" id="transfer-note" rows={3} maxLength={NOTE_LENGTH} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} aria-describedby="transfer-left" />
        <p class="mute t12 tnum" id="transfer-left">
          {t("{n} characters left. The customer does not see it.", { n: NOTE_LENGTH - note.value.length })}
        </p>
      </div>
      <Problem text={error.value} />
      <div class="dialog-foot">
        <button type="button" class="btn" onClick={close}>
          {t("Cancel")}
        </button>
        <button type="submit" class="btn primary" aria-disabled={busy.value || !ready}>
          {t("Transfer session")}
        </button>
      </div>
    </form>
  );
}
