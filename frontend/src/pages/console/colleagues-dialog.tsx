/** Other CSRs: pass control to one who assists, or ask one who is online to assist. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { Avatar } from "../../ui/person.tsx";
import type { CsrTarget, Targets } from "./calls.ts";
import { type CaseProps, useDesk } from "./context.ts";
import { helpers } from "./hand-over.tsx";
import { Problem } from "./start-dialog.tsx";

export function presenceWord(presence: CsrTarget["presence"]): string {
  if (presence === "available") return t("Available");
  return presence === "away" ? t("Away") : t("Takes no more");
}

/** What of the targets is known: null while it is read, an empty one where it could not be. */
export function useTargets(session: string): { readonly targets: Targets | null; readonly failed: boolean } {
  const desk = useDesk();
  const targets = useSignal<Targets | null>(null);
  const failed = useSignal(false);
  useEffect(() => {
    desk.calls.targets(session).then(
      (found) => (targets.value = found),
      () => (failed.value = true),
    );
  }, []);
  return { targets: targets.value, failed: failed.value };
}

export function ColleaguesDialog({ one, close }: CaseProps & { close: () => void }): JSX.Element {
  const desk = useDesk();
  const note = useSignal("");
  const { targets, failed } = useTargets(one.id);
  const snapshot = one.snapshot.value;
  const ask = async (kind: "assist" | "control", member: string): Promise<void> => {
    if (await desk.run(() => one.live.commands.call(kind, member, note.peek().trim()))) close();
  };
  const assisting = helpers(snapshot);
  const online = targets?.csrs ?? [];
  const outside = online.filter((csr) => csr.participant === null);
  return (
    <div class="dialog-body">
      <div class="field">
        <label for="call-note">{t("A line for your colleague (optional)")}</label>
        <input class="input" id="call-note" maxLength={345} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
      </div>
      {assisting.length > 0 && (
        <section>
          <h3 class="t12 mute">{t("In this session")}</h3>
          <ul class="people-list">
            {assisting.map((person) => {
              const csr = online.find((other) => other.participant === person.id);
              return (
                <li class="row" key={person.id}>
                  <Avatar id={person.id} name={person.name} />
                  <span class="grow ell">{person.name}</span>
                  <button type="button" class="btn sm" disabled={csr === undefined} title={csr ? undefined : t("{name} is not signed in to the inbox", { name: person.name })} onClick={() => csr && void ask("control", csr.id)}>
                    <Icon name="pass" size="s" />
                    {t("Pass control")}
                  </button>
                </li>
              );
            })}
          </ul>
          <p class="mute t12">{t("You stay as assisting CSR and can get it back. Control of the customer's computer waits until the customer agrees.")}</p>
        </section>
      )}
      <section>
        <h3 class="t12 mute">{t("Online now")}</h3>
        {failed && <Problem text={t("The server cannot be reached. Try again.")} />}
        {targets !== null && outside.length === 0 && <p class="mute">{t("No other CSR is online. Read them the support number: they can join with it.")}</p>}
        <ul class="people-list">
          {outside.map((csr) => (
            <li class="row" key={csr.id}>
              <Avatar id={csr.id} name={csr.name} />
              <span class="grow ell">{csr.name}</span>
              <span class="mute t12">{presenceWord(csr.presence)}</span>
              <button type="button" class="btn sm" onClick={() => void ask("assist", csr.id)}>
                <Icon name="invite" size="s" />
                {t("Ask to assist")}
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
