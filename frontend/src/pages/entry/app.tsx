/** The entry form of a queue, and what stands in its place when nobody can be let in. */

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { formatDate, formatTime, t } from "../../core/i18n.ts";
import type { FormFieldInfo } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import type { EntryModel } from "./model.ts";

const COMPLETE: Readonly<Record<string, string>> = { email: "email", phone: "tel", name: "name" };

function values(form: HTMLFormElement): Record<string, string> {
  return Object.fromEntries([...new FormData(form)].map(([key, value]) => [key, typeof value === "string" ? value : ""]));
}

function Control({ field, wrong, described }: { field: FormFieldInfo; wrong: boolean; described: string | undefined }): JSX.Element {
  const common = { id: `f-${field.key}`, name: field.key, class: "input", required: field.required, "aria-invalid": wrong, "aria-describedby": described };
  if (field.kind === "long_text") return <textarea {...common} rows={4} maxLength={2000} />;
  if (field.kind === "choice") {
    return (
      <select {...common}>
        <option value="">{t("Please choose")}</option>
        {field.choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  }
  const more = { ...common, autocomplete: COMPLETE[field.kind] ?? COMPLETE[field.key] ?? "off", maxLength: 200 };
  if (field.kind === "email") return <input {...more} type="email" />;
  if (field.kind === "phone") return <input {...more} type="tel" />;
  return <input {...more} type="text" inputMode={field.kind === "number" ? "decimal" : "text"} />;
}

function Field({ field, model }: { field: FormFieldInfo; model: EntryModel }): JSX.Element {
  const error = model.errors.value[field.key];
  const described = error === undefined ? undefined : `e-${field.key}`;
  return (
    <div class="field">
      <label for={`f-${field.key}`}>
        {field.label}
        {!field.required && <span class="mute"> {t("(optional)")}</span>}
      </label>
      <Control field={field} wrong={error !== undefined} described={described} />
      {error !== undefined && (
        <p class="error t14" id={described} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

function field(key: string, label: string, kind: FormFieldInfo["kind"], required = true): FormFieldInfo {
  return { key, label, kind, required, choices: [] };
}

function Trouble({ model }: { model: EntryModel }): JSX.Element | null {
  if (model.trouble.value === "") return null;
  return (
    <div class="banner bad t14" role="alert">
      <Icon name="alert" />
      <span>{model.trouble.value}</span>
    </div>
  );
}

interface FormProps {
  readonly model: EntryModel;
  readonly fields: readonly FormFieldInfo[];
  readonly button: string;
  readonly send: (given: Record<string, string>) => Promise<void>;
}

/** A form that checks itself in words: the browser's own bubbles speak another language than the page. */
function Form({ model, fields, button, send }: FormProps): JSX.Element {
  const element = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (Object.keys(model.errors.value).length > 0) element.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [model.errors.value]);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (element.current !== null) void send(values(element.current));
  };
  return (
    <form ref={element} class="col g4" noValidate onSubmit={submit}>
      {fields.map((one) => (
        <Field key={one.key} field={one} model={model} />
      ))}
      <Trouble model={model} />
      {model.patient.value && (
        <p class="t14 mute" role="status">
          {t("Many are asking at the moment. We try again by ourselves; please stay here.")}
        </p>
      )}
      <button class="btn primary" disabled={model.busy.value}>
        {model.busy.value ? t("One moment …") : button}
      </button>
    </form>
  );
}

function Enter({ model }: { model: EntryModel }): JSX.Element {
  const own = model.boot.queue.fields.filter((one) => one.key !== "name");
  const fields = [field("name", t("Your name"), "text"), ...own];
  const send = ({ name = "", ...form }: Record<string, string>): Promise<void> => model.enter(name, form);
  return (
    <section class="card col g4">
      <div class="col g1">
        <h1>{model.boot.queue.name}</h1>
        <p class="lead t14">{model.boot.site.welcome || t("Tell us what it is about. Somebody helps you in this window.")}</p>
      </div>
      <Form model={model} fields={fields} button={t("Start the conversation")} send={send} />
      <p class="t12 mute">{t("Nothing is shown or shared yet. You will be asked before every step.")}</p>
    </section>
  );
}

function Refused({ model }: { model: EntryModel }): JSX.Element {
  const refusal = model.refusal.value;
  const kind = model.kind.value;
  const opens = refusal?.opens ?? null;
  const contact =
    kind === "callback"
      ? [field("phone", t("Telephone number"), "phone"), field("text", t("What is it about?"), "long_text", false)]
      : [field("email", t("E-mail address"), "email"), field("phone", t("Telephone number"), "phone", false), field("text", t("Your message"), "long_text")];
  const title = kind === "callback" ? t("Ask to be called back") : t("Leave a message");
  return (
    <section class="card col g4">
      <div class="col g1">
        <h1>{model.boot.queue.name}</h1>
        <div class="banner warn t14" role="status">
          <Icon name="clock" />
          <span>
            {refusal?.text} {opens !== null && t("It opens again on {date}, {time}.", { date: formatDate(opens), time: formatTime(opens) })}
          </span>
        </div>
      </div>
      {kind !== "refuse" && (
        <>
          <h2>{title}</h2>
          <Form model={model} fields={[field("name", t("Your name"), "text"), ...contact]} button={kind === "callback" ? t("Call me back") : t("Send")} send={(given) => model.leaveMessage(given)} />
        </>
      )}
      {refusal?.code !== "queue_closed" && (
        <button type="button" class="btn" onClick={() => model.again()}>
          {t("Try again")}
        </button>
      )}
    </section>
  );
}

function Sent({ model }: { model: EntryModel }): JSX.Element {
  return (
    <section class="card col g2">
      <h1 tabIndex={-1}>{t("Thank you")}</h1>
      <div class="banner ok t14" role="status">
        <Icon name="check" />
        <span>{model.kind.value === "callback" ? t("We have your number and call you back.") : t("We have your message and answer it.")}</span>
      </div>
    </section>
  );
}

function NoMemory({ model }: { model: EntryModel }): JSX.Element {
  return (
    <section class="card col g4">
      <h1>{model.boot.queue.name}</h1>
      <p class="t14">{t("Your browser keeps nothing for a page inside another one, so your place could not be kept here.")}</p>
      <a class="btn primary" href={model.boot.own_page} target="_blank" rel="noopener">
        {t("Open in a window of its own")}
      </a>
    </section>
  );
}

function Face({ model }: { model: EntryModel }): JSX.Element {
  switch (model.face.value) {
    case "form":
      return <Enter model={model} />;
    case "refused":
      return <Refused model={model} />;
    case "sent":
      return <Sent model={model} />;
  }
}

/** The bar of an embedded page: whose it is, and the way to put it away. */
function Bar({ model }: { model: EntryModel }): JSX.Element {
  return (
    <header class="cbar">
      <span class="logo lg">
        <Icon name="verified" />
      </span>
      <span class="col grow">
        <span class="org ell">{model.boot.site.name}</span>
        <span class="t12 mute ell">{model.boot.site.host}</span>
      </span>
      <button type="button" class="btn ghost icon" aria-label={t("Close")} title={t("Close")} onClick={() => model.host?.tell({ type: "close" })}>
        <Icon name="x" />
      </button>
    </header>
  );
}

export function App({ model, keeps }: { model: EntryModel; keeps: boolean }): JSX.Element {
  return (
    <>
      {model.host !== null && <Bar model={model} />}
      <main class="wrapc" id="main">
        {keeps ? <Face model={model} /> : <NoMemory model={model} />}
      </main>
    </>
  );
}
