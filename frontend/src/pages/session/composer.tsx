/** Where the customer writes. Enter sends, Shift Enter makes a line; Enter that ends a Japanese conversion never sends. */

import type { JSX } from "preact";
import { useRef } from "preact/hooks";

import { t } from "../../core/i18n.ts";
import { MAX_TEXT } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import type { Model } from "./model.ts";

export function Composer({ model }: { model: Model }): JSX.Element {
  const field = useRef<HTMLTextAreaElement>(null);
  const resize = (): void => {
    const element = field.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight + 2, 144)}px`;
  };
  const send = (): void => {
    const element = field.current;
    const text = element?.value.trim() ?? "";
    if (element === null || text === "") return;
    model.session.outbox.add(text);
    element.value = "";
    resize();
    element.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // keyCode 229 is a key that an input method took; Safari tells it only so.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  };
  const onInput = (): void => {
    resize();
    if (field.current?.value !== "") model.session.sendTyping();
  };
  return (
    <div class="cmp">
      <textarea
        class="input"
        ref={field}
        rows={1}
        maxLength={MAX_TEXT}
        aria-label={t("Message")}
        placeholder={t("Message")}
        onInput={onInput}
        onKeyDown={onKeyDown}
      />
      <button type="button" class="btn primary icon round" aria-label={t("Send")} title={t("Send")} onClick={send}>
        <Icon name="send" />
      </button>
    </div>
  );
}
