/** Where a message is written: Enter sends, Shift Enter breaks the line, an input method's Enter never sends. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../../core/i18n.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import type { Draft } from "./case.ts";
import type { CaseProps } from "./context.ts";
import { joined } from "./people.ts";

const MAX_TEXT = 4000;
const MAX_HEIGHT_PX = 132;

type Target = Pick<Draft, "audience" | "to">;

const EVERYONE: Target = { audience: "everyone", to: null };

/** `to`: whose session it is, where several are on the screen. */
export function Composer({ one, to }: CaseProps & { to?: string | undefined }): JSX.Element {
  const { text, ...target } = one.draft.value;
  const field = useRef<HTMLTextAreaElement>(null);
  const offline = one.live.link.value.phase !== "live";
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "28px";
    element.style.height = `${Math.min(MAX_HEIGHT_PX, Math.max(28, element.scrollHeight))}px`;
  }, [text]);

  const send = (): void => {
    const draft = one.draft.peek();
    const message = draft.text.trim();
    if (message === "") return;
    one.live.outbox.add(message, draft.audience, draft.to);
    one.draft.value = { ...draft, text: "" };
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      class={target.audience === "everyone" ? "composer" : "composer only"}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="box">
        <textarea
          ref={field}
          id="message"
          aria-label={t("Message")}
          placeholder={placeholder(target, one, to)}
          maxLength={MAX_TEXT}
          value={text}
          onInput={(event) => {
            const draft = { ...one.draft.peek(), text: event.currentTarget.value };
            one.draft.value = draft;
            if (draft.audience !== "participant" && draft.text !== "") one.live.sendTyping(draft.audience);
          }}
          onKeyDown={keys}
        />
        <button type="submit" class="btn ghost sm icon" aria-label={t("Send")} title={t("Send")}>
          <Icon name="send" size="s" />
        </button>
      </div>
      <div class="row g1 composer-foot">
        <Menu kind="sel sm plain" place="up" title={t("Who reads it")} items={targets(one, target, (next) => (one.draft.value = { ...one.draft.peek(), ...next }))}>
          <Icon name={target.audience === "everyone" ? "users" : "lock"} size="s" />
          <span class="ell">{targetWords(target, one)}</span>
          <Icon name="down" size="s" />
        </Menu>
        <span class="grow" />
        {offline && <span class="t12 dim ell">{t("Offline: messages are kept and sent later")}</span>}
      </div>
    </form>
  );
}

function targets(one: CaseProps["one"], chosen: Target, choose: (target: Target) => void): MenuItem[] {
  const snapshot = one.snapshot.value;
  const others = joined(snapshot).filter((person) => person.id !== snapshot.me);
  const item = (target: Target, label: string, icon: IconName): MenuItem => ({
    id: `${target.audience}-${target.to ?? ""}`,
    label,
    icon,
    checked: chosen.audience === target.audience && chosen.to === target.to,
    run: () => choose(target),
  });
  return [
    item(EVERYONE, t("Everyone"), "users"),
    item({ audience: "csrs", to: null }, t("CSRs only"), "lock"),
    ...others.map((person) => item({ audience: "participant", to: person.id }, t("Only {name}", { name: person.name }), "user")),
  ];
}

function nameOf(target: Target, one: CaseProps["one"]): string {
  return one.snapshot.value.participants.find((person) => person.id === target.to)?.name ?? t("Someone");
}

function targetWords(target: Target, one: CaseProps["one"]): string {
  if (target.audience === "everyone") return t("Everyone");
  return target.audience === "csrs" ? t("CSRs only") : t("Only {name}", { name: nameOf(target, one) });
}

function placeholder(target: Target, one: CaseProps["one"], to: string | undefined): string {
  if (target.audience === "everyone") return to === undefined ? t("Message to everyone") : t("Message to {name}'s session", { name: to });
  return target.audience === "csrs" ? t("Message to CSRs only") : t("Message to {name}", { name: nameOf(target, one) });
}
