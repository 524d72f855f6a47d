/** Start an outbound session: type, tracking codes, the customer's language. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";

import { ApiError } from "../../core/api.ts";
import { newId } from "../../core/id.ts";
import { language, t } from "../../core/i18n.ts";
import { useDesk } from "./context.ts";
import type { TrackingCodeChoice } from "./types.ts";

export function StartDialog({ close }: { close: () => void }): JSX.Element {
  const desk = useDesk();
  const { session_types, tracking_codes } = desk.me.settings;
  const busy = useSignal(false);
  const error = useSignal("");
  // One key for this dialog: pressing twice, or again after a lost answer, starts one session.
  const key = useRef(newId());
  const submit = async (form: HTMLFormElement): Promise<void> => {
    const data = new FormData(form);
    const read = (name: string): string => {
      const value = data.get(name);
      return typeof value === "string" ? value.trim() : "";
    };
    const tracking: Record<string, string> = {};
    for (const code of tracking_codes) {
      const value = read(`code-${code.id}`);
      if (value !== "") tracking[code.id] = value;
    }
    busy.value = true;
    error.value = "";
    try {
      await desk.startSession({ session_type: read("type"), tracking, customer_language: read("language") }, key.current);
    } catch (problem) {
      key.current = problem instanceof ApiError ? newId() : key.current;
      error.value = problem instanceof ApiError && problem.message ? problem.message : t("The server cannot be reached. Try again.");
    } finally {
      busy.value = false;
    }
  };
  return (
    <form
      class="dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy.peek()) void submit(event.currentTarget);
      }}
    >
      <div class="field">
        <label for="start-type">{t("Session type")}</label>
        <select class="input" id="start-type" name="type" required>
          {session_types.map((type) => (
            <option key={type.id} value={type.id}>
              {type.name}
            </option>
          ))}
        </select>
      </div>
      {tracking_codes.map((code) => (
        <TrackingField key={code.id} code={code} />
      ))}
      <div class="field">
        <label for="start-language">{t("Customer's language")}</label>
        <select class="input" id="start-language" name="language" defaultValue={language()}>
          <option value="en" selected={language() === "en"}>
            {"English"}
          </option>
          <option value="ja" selected={language() === "ja"}>
            {"日本語"}
          </option>
        </select>
      </div>
      <Problem text={error.value} />
      <div class="dialog-foot">
        <button type="button" class="btn" onClick={close}>
          {t("Cancel")}
        </button>
        <button type="submit" class="btn primary" aria-disabled={busy.value}>
          {t("Start session")}
        </button>
      </div>
    </form>
  );
}

function TrackingField({ code }: { code: TrackingCodeChoice }): JSX.Element {
  const id = `code-${code.id}`;
  const label = code.required ? code.name : t("{name} (optional)", { name: code.name });
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {code.choices.length > 0 ? (
        <select class="input" id={id} name={id} required={code.required}>
          <option value="">{t("Choose …")}</option>
          {code.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <input class="input" id={id} name={id} maxLength={200} required={code.required} autocomplete="off" />
      )}
    </div>
  );
}

export function Problem({ text }: { text: string }): JSX.Element {
  return (
    <p class="problem" role="alert">
      {text}
    </p>
  );
}
