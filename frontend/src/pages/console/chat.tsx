/** Chat: messages and the session's events in one column, typing sign, composer with audience. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { formatTime, t } from "../../core/i18n.ts";
import type { Outgoing } from "../../core/outbox.ts";
import type { ChatMessageInfo, ParticipantInfo, SessionSnapshot } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { Avatar } from "../../ui/person.tsx";
import { SafeText } from "../../ui/text.tsx";
import { Composer } from "./composer.tsx";
import type { CaseProps } from "./context.ts";
import { conversation, type ConversationItem } from "./conversation.ts";
import { participant } from "./people.ts";
import { Screenshot } from "./screenshot.tsx";

const NEAR_END_PX = 80;

export function Chat({ one, to }: CaseProps & { to?: string | undefined }): JSX.Element {
  const snapshot = one.snapshot.value;
  const items = conversation(snapshot, one.events.value, one.live.outbox.items.value);
  const scroller = useRef<HTMLDivElement>(null);
  const follows = useSignal(true);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && follows.peek()) element.scrollTop = element.scrollHeight;
  }, [items.length, one.id]);
  useEffect(() => one.read(), [one.id]);
  return (
    <>
      <div
        ref={scroller}
        class="side-scroll"
        // Scrollable by keys for those who use no mouse.
        tabIndex={0}
        onScroll={(event) => {
          const element = event.currentTarget;
          follows.value = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
        }}
      >
        <div class="msgs" role="log" aria-label={t("Conversation")}>
          {items.length === 0 && <p class="dim t12">{snapshot.site.welcome || t("The conversation begins here.")}</p>}
          {items.map((item) => (
            <Item key={item.key} item={item} one={one} snapshot={snapshot} />
          ))}
        </div>
      </div>
      <div>
        <TypingSign one={one} />
        {snapshot.state !== "ended" && <Composer one={one} to={to} />}
      </div>
    </>
  );
}

function Item({ item, one, snapshot }: CaseProps & { item: ConversationItem; snapshot: SessionSnapshot }): JSX.Element {
  if (item.kind === "message") return <Message message={item.message} snapshot={snapshot} />;
  if (item.kind === "outgoing") return <Unsent message={item.message} one={one} snapshot={snapshot} />;
  const { line } = item;
  return (
    <div class={`evt ${line.tone}`}>
      <Icon name={line.icon} />
      <span>
        {line.text}
        {line.screenshot && <Screenshot one={one} shot={line.screenshot} />}
      </span>
      <time dateTime={line.at}>{formatTime(line.at)}</time>
    </div>
  );
}

function Message({ message, snapshot }: { message: ChatMessageInfo; snapshot: SessionSnapshot }): JSX.Element {
  const author = participant(snapshot, message.participant);
  const narrow = message.audience !== "everyone";
  return (
    <div class={narrow ? "msg only" : "msg"} data-message={message.id}>
      <Avatar id={message.participant} name={author?.name ?? "?"} />
      <div class="who">
        <b>{author?.name ?? t("Someone")}</b>
        <time dateTime={message.at}>{formatTime(message.at)}</time>
        {narrow && <Audience message={message} snapshot={snapshot} />}
      </div>
      <p lang=""><SafeText text={message.text} /></p>
    </div>
  );
}

function Audience({ message, snapshot }: { message: { audience: string; to: string | null }; snapshot: SessionSnapshot }): JSX.Element {
  const to = participant(snapshot, message.to);
  return (
    <span class="row g1 end dim">
      <Icon name="lock" size="s" />
      {message.audience === "csrs" ? t("CSRs only") : t("Only {name}", { name: to?.name ?? t("Someone") })}
    </span>
  );
}

function Unsent({ message, one, snapshot }: CaseProps & { message: Outgoing; snapshot: SessionSnapshot }): JSX.Element {
  const self: ParticipantInfo | undefined = participant(snapshot, snapshot.me);
  const failed = message.state === "failed";
  return (
    <div class={message.audience === "everyone" ? "msg" : "msg only"}>
      <Avatar id={self?.id ?? ""} name={self?.name ?? "?"} />
      <div class="who">
        <b>{self?.name}</b>
        <span class="row g1 dim t12" role="status">
          <Icon name={failed ? "alert" : "clock"} size="s" />
          {failed ? t("Not sent") : t("Waiting to be sent")}
        </span>
      </div>
      <p lang="">{message.text}</p>
      {failed && (
        <span class="row g1 msg-fix">
          <span class="t12 dim ell">{message.error}</span>
          <button type="button" class="btn sm" onClick={() => one.live.outbox.retry(message.client_id)}>
            {t("Try again")}
          </button>
          <button type="button" class="btn ghost sm" onClick={() => one.live.outbox.remove(message.client_id)}>
            {t("Discard")}
          </button>
        </span>
      )}
    </div>
  );
}

function TypingSign({ one }: CaseProps): JSX.Element {
  const snapshot = one.snapshot.value;
  const names = one.live.typing.value
    .filter((id) => id !== snapshot.me)
    .map((id) => participant(snapshot, id)?.name ?? "")
    .filter(Boolean);
  return (
    <p class="typing" role="status">
      {names.length > 0 && t("{name} is typing …", { name: names.join(", ") })}
    </p>
  );
}
