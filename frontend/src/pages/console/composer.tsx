/** Where a message is written: Enter sends, Shift Enter breaks the line, an input method's Enter never sends. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../../core/i18n.ts";
import type { Audience } from "../../protocol/generated.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import type { CaseProps } from "./context.ts";
import { joined } from "./people.ts";

const MAX_TEXT = 4000;
const MAX_HEIGHT_PX = 132;

interface Target {
  audience: Audience;
  to: string | null;
}

const EVERYONE: Target = { audience: "everyone", to: null };

export function Composer({ one }: CaseProps): JSX.Element {
  const text = useSignal("");
  const target = useSignal<Target>(EVERYONE);
  const field = useRef<HTMLTextAreaElement>(null);
  const offline = one.live.link.value.phase !== "live";
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "28px";
    element.style.height = `${Math.min(MAX_HEIGHT_PX, Math.max(28, element.scrollHeight))}px`;
  }, [text.value]);

  const send = (): void => {
    const message = text.peek().trim();
    if (message === "") return;
    one.live.outbox.add(message, target.peek().audience, target.peek().to);
    text.value = "";
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      class={target.value.audience === "everyone" ? "composer" : "composer only"}
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
          placeholder={placeholder(target.value, one)}
          maxLength={MAX_TEXT}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            if (target.peek().audience !== "participant" && text.peek() !== "") {
              one.live.sendTyping(target.peek().audience === "csrs" ? "csrs" : "everyone");
            }
          }}
          onKeyDown={keys}
        />
        <button type="submit" class="btn ghost sm icon" aria-label={t("Send")} title={t("Send")}>
          <Icon name="send" size="s" />
        </button>
      </div>
      <div class="row g1 composer-foot">
        <Menu kind="sel sm plain" place="up" title={t("Who reads it")} items={targets(one, target.value, (next) => (target.value = next))}>
          <Icon name={target.value.audience === "everyone" ? "users" : "lock"} size="s" />
          <span class="ell">{targetWords(target.value, one)}</span>
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

function placeholder(target: Target, one: CaseProps["one"]): string {
  if (target.audience === "everyone") return t("Message to everyone");
  return target.audience === "csrs" ? t("Message to CSRs only") : t("Message to {name}", { name: nameOf(target, one) });
}
