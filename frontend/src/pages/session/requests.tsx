/** What the customer is asked now. One card per open request, and the way to get Support Manager where it is needed. */

import type { ComponentChildren, JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { isScreen, ownerIsCsr, surfaceOf } from "../../core/capabilities.ts";
import { formatCountdown, t, tParts } from "../../core/i18n.ts";
import type { RequestInfo } from "../../protocol/generated.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { Ring } from "../../ui/ring.tsx";
import { Manager, ManagerOffer } from "./manager.tsx";
import type { Model } from "./model.ts";
import { excluded, headline, included, look } from "./words.ts";

/** Allow may not be hit by a click that was meant for what stood there before. */
const ALLOW_AFTER_MS = 1_000;

export function Requests({ model }: { model: Model }): JSX.Element {
  const requests = model.requests.value;
  const asked = requests.find((request) => request.via === "browser" && !ownerIsCsr(request.capability));
  const offer = !model.phone && model.manager.value === undefined;
  return (
    <>
      {requests.map((request) => (
        <RequestCard key={request.id} model={model} request={request} />
      ))}
      {offer && asked && <ManagerOffer model={model} surface={surfaceOf(asked.capability)} />}
      {offer && requests.length === 0 && model.managerCode.value !== null && <ManagerOffer model={model} surface={null} />}
    </>
  );
}

function RequestCard({ model, request }: { model: Model; request: RequestInfo }): JSX.Element {
  if (ownerIsCsr(request.capability)) return request.accepted_at === null ? <SharePrompt model={model} request={request} /> : <Accepted model={model} request={request} />;
  if (request.via === "support_manager") return <AskedElsewhere model={model} request={request} />;
  if (request.via === "browser" && model.canShow) return <ViewPrompt model={model} request={request} />;
  return <NeedsManager model={model} request={request} />;
}

export function Count({ model, request }: { model: Model; request: RequestInfo }): JSX.Element {
  const total = (Date.parse(request.expires_at) - Date.parse(request.made_at)) / 1000;
  // The server's clock is an estimate; nobody is told of more time than there is.
  const left = Math.min(total, model.secondsUntil(request.expires_at));
  const time = <b class="tnum">{formatCountdown(left)}</b>;
  return (
    <span class="count">
      <Ring left={left} of={total} />
      <span>{tParts<JSX.Element>("No answer in {time} counts as Deny", { time })}</span>
    </span>
  );
}

/** Moves the focus to Deny when the card appears, and back to where it was when it goes. Esc denies. */
function useDialog(deny: () => void): { readonly focus: RefObject<HTMLButtonElement | null>; readonly onKeyDown: (event: KeyboardEvent) => void } {
  const focus = useRef<HTMLButtonElement>(null);
  // Before the card is painted: a key pressed at once is the answer, not lost.
  useLayoutEffect(() => {
    const before = document.activeElement;
    focus.current?.focus({ preventScroll: false });
    const own = focus.current?.closest("[role=alertdialog]");
    return () => {
      const lost = document.activeElement === document.body || own?.contains(document.activeElement) === true;
      if (lost && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    deny();
  };
  return { focus, onKeyDown };
}

function Point({ kind, icon, children }: { kind: string; icon: IconName; children: ComponentChildren }): JSX.Element {
  return (
    <p class={kind}>
      <Icon name={icon} />
      <span>{children}</span>
    </p>
  );
}

function Asker({ model, request }: { model: Model; request: RequestInfo }): JSX.Element {
  const site = model.site.value;
  return (
    <p class="row g1 t12 mute wrap">
      <span>{t("{name}, {organisation}", { name: model.nameOf(request.requester), organisation: site.name })}</span>
      {site.verified && (
        <span class="ok-t row">
          <Icon name="verified" size="s" />
          <span class="sr">{t("Verified organisation")}</span>
        </span>
      )}
    </p>
  );
}

/** Allow may be pressed after a second; the CSR hears that the question is on the screen. */
function useReady(model: Model, request: RequestInfo): boolean {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    model.shown(request);
    const timer = setTimeout(() => setReady(true), ALLOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return ready;
}

interface PromptProps {
  readonly model: Model;
  readonly request: RequestInfo;
  readonly title: string;
  readonly yes: string;
  readonly allow: () => void;
  readonly children: ComponentChildren;
}

/** A question that this page can answer. */
function Prompt({ model, request, title, yes, allow, children }: PromptProps): JSX.Element {
  const state = model.answerState(request);
  const deny = (): void => void model.deny(request);
  const { focus, onKeyDown } = useDialog(deny);
  const ready = useReady(model, request);
  const { icon, kind } = look(request.capability);
  const id = `ask-${request.id}`;
  return (
    <section class={`card prompt ${kind}`} role="alertdialog" aria-labelledby={id} aria-describedby={`${id}-text`} onKeyDown={onKeyDown}>
      <header>
        <span class="capi">
          <Icon name={icon} />
        </span>
        <div class="col">
          <h2 id={id}>{title}</h2>
          <Asker model={model} request={request} />
        </div>
      </header>
      <div class="pb" id={`${id}-text`}>
        {children}
        <Point kind="no" icon="x">
          {excluded(request.capability)}
        </Point>
      </div>
      <footer>
        <button type="button" class="btn" ref={focus} disabled={state === "denying"} onClick={deny}>
          {t("Deny")}
        </button>
        <button type="button" class="btn" disabled={!ready || state !== "idle"} onClick={allow}>
          {yes}
        </button>
        <Count model={model} request={request} />
      </footer>
    </section>
  );
}

/** What the browser itself can grant: the picture, and nothing else. */
function ViewPrompt({ model, request }: { model: Model; request: RequestInfo }): JSX.Element {
  const { names, n } = model.viewers(request.grantor);
  const title = surfaceOf(request.capability) === "application" ? t("See one of your windows?") : t("See your desktop?");
  return (
    <Prompt model={model} request={request} title={title} yes={t("Allow")} allow={() => void model.allow(request)}>
      <Point kind="yes" icon="check">
        {included(request.capability, "")}
      </Point>
      <Point kind="yes" icon={n > 1 ? "users" : "user"}>
        {t("It will be seen by {names}.", { names })}
      </Point>
    </Prompt>
  );
}

/** The CSR offers the own computer: to look at it, or to operate it. */
function SharePrompt({ model, request }: { model: Model; request: RequestInfo }): JSX.Element {
  const name = model.shortNameOf(request.requester);
  return (
    <Prompt model={model} request={request} title={headline(request.capability, name, null)} yes={t("Accept")} allow={() => void model.accept(request)}>
      <Point kind="yes" icon="check">
        {included(request.capability, name)}
      </Point>
    </Prompt>
  );
}

/** Accepted here; now the CSR's own program confirms. */
function Accepted({ model, request }: { model: Model; request: RequestInfo }): JSX.Element {
  const name = model.shortNameOf(request.requester);
  const { icon, kind } = look(request.capability);
  return (
    <section class={`card sm-offer ${kind}`} role="status">
      <Icon name={icon} size="l" />
      <div class="col g1">
        <h2>{t("You accepted")}</h2>
        <p class="mute">{t("Now {name} confirms it on their computer. The picture appears here by itself.", { name })}</p>
        <div class="row wrap g2 acts-row">
          <button type="button" class="btn sm" disabled={model.answerState(request) === "denying"} onClick={() => void model.deny(request)}>
            {t("Not after all")}
          </button>
        </div>
        <span class="t12 mute tnum">{t("{time} left", { time: formatCountdown(model.secondsUntil(request.expires_at)) })}</span>
      </div>
    </section>
  );
}

function headlineOf(model: Model, request: RequestInfo): string {
  const handed = request.operator !== request.requester && !ownerIsCsr(request.capability);
  return headline(request.capability, model.shortNameOf(request.requester), handed ? model.shortNameOf(request.operator) : null);
}

interface CardProps {
  readonly model: Model;
  readonly request: RequestInfo;
  readonly children: ComponentChildren;
  readonly extra?: ComponentChildren;
}

/** A request that this page cannot allow: it can only be denied here. */
function OfferCard({ model, request, children, extra }: CardProps): JSX.Element {
  const deny = (): void => void model.deny(request);
  const { focus, onKeyDown } = useDialog(deny);
  const { icon, kind } = look(request.capability);
  const title = `ask-${request.id}`;
  return (
    <section class={`card sm-offer ${kind}`} role="alertdialog" aria-labelledby={title} aria-describedby={`${title}-text`} onKeyDown={onKeyDown}>
      <Icon name={icon} size="l" />
      <div class="col g1">
        <h2 id={title}>{headlineOf(model, request)}</h2>
        <Asker model={model} request={request} />
        <div class="mute" id={`${title}-text`}>
          {children}
        </div>
        <div class="row wrap g2 acts-row">
          {extra}
          <button type="button" class="btn sm" ref={focus} disabled={model.answerState(request) === "denying"} onClick={deny}>
            {t("Deny")}
          </button>
        </div>
        <Count model={model} request={request} />
      </div>
    </section>
  );
}

function AskedElsewhere({ model, request }: { model: Model; request: RequestInfo }): JSX.Element {
  const { names } = model.viewers(request.grantor);
  return (
    <OfferCard model={model} request={request}>
      {t("Support Manager asks you in its own window on your computer. You allow or deny it there.")}
      {isScreen(request.capability) && ` ${t("It will be seen by {names}.", { names })}`}
    </OfferCard>
  );
}

function NeedsManager({ model, request }: { model: Model; request: RequestInfo }): JSX.Element {
  if (model.phone) {
    return (
      <OfferCard model={model} request={request}>
        {t("This phone cannot be shown or operated. If it is about your computer, continue there.")}
      </OfferCard>
    );
  }
  const start = (
    <button type="button" class="btn sm" onClick={() => void model.startManager()}>
      {t("Start Support Manager")}
    </button>
  );
  const started = model.managerCode.value !== null;
  return (
    <>
      <OfferCard model={model} request={request} extra={started ? undefined : start}>
        {t("This needs Support Manager. It asks you again in its own window, where you allow or deny. Nothing is installed, nothing stays behind.")}
      </OfferCard>
      {started && <Manager model={model} />}
    </>
  );
}
