/** What the customer is asked now. One card per open request, and the way to get Support Manager where it is needed. */

import type { ComponentChildren, JSX, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { formatCountdown, t, tParts } from "../../core/i18n.ts";
import type { RequestInfo } from "../../protocol/generated.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { Ring } from "../../ui/ring.tsx";
import { Manager, ManagerOffer } from "./manager.tsx";
import type { Model } from "./model.ts";

/** Allow may not be hit by a click that was meant for what stood there before. */
const ALLOW_AFTER_MS = 1_000;

export function Requests({ model }: { model: Model }): JSX.Element {
  const requests = model.requests.value;
  const asksHere = requests.some((request) => request.via === "browser");
  const offer = !model.phone && model.manager.value === undefined;
  return (
    <>
      {requests.map((request) => (
        <RequestCard key={request.id} model={model} request={request} />
      ))}
      {offer && asksHere && <ManagerOffer model={model} />}
      {offer && requests.length === 0 && model.managerCode.value !== null && <ManagerOffer model={model} />}
    </>
  );
}

function RequestCard({ model, request }: { model: Model; request: RequestInfo }): JSX.Element {
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
  useEffect(() => {
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
      <span>{t("{name}, {organisation}", { name: model.csrName(request.requester), organisation: site.name })}</span>
      {site.verified && (
        <span class="ok-t row">
          <Icon name="verified" size="s" />
          <span class="sr">{t("Verified organisation")}</span>
        </span>
      )}
    </p>
  );
}

/** What the browser itself can grant: the picture, and nothing else. */
function ViewPrompt({ model, request }: { model: Model; request: RequestInfo }): JSX.Element {
  const state = model.answerState(request);
  const deny = (): void => void model.deny(request);
  const { focus, onKeyDown } = useDialog(deny);
  const [ready, setReady] = useState(false);
  useEffect(() => {
    model.shown(request);
    const timer = setTimeout(() => setReady(true), ALLOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  const title = `ask-${request.id}`;
  return (
    <section class="card prompt c-view" role="alertdialog" aria-labelledby={title} aria-describedby={`${title}-text`} onKeyDown={onKeyDown}>
      <header>
        <span class="capi">
          <Icon name="view" />
        </span>
        <div class="col">
          <h2 id={title}>{t("See your desktop?")}</h2>
          <Asker model={model} request={request} />
        </div>
      </header>
      <div class="pb" id={`${title}-text`}>
        <Point kind="yes" icon="check">
          {t("The picture of one screen, window or tab, until you stop it. You choose it in the next step.")}
        </Point>
        <Point kind="no" icon="x">
          {t("Not operate it, not your files, not the clipboard")}
        </Point>
      </div>
      <footer>
        <button type="button" class="btn" ref={focus} disabled={state === "denying"} onClick={deny}>
          {t("Deny")}
        </button>
        <button type="button" class="btn" disabled={!ready || state !== "idle"} onClick={() => void model.allow(request)}>
          {t("Allow")}
        </button>
        <Count model={model} request={request} />
      </footer>
    </section>
  );
}

function headline(model: Model, request: RequestInfo): string {
  const name = model.csrName(request.requester);
  return request.capability === "screen.control.desktop" ? t("{name} asks to operate your desktop", { name }) : t("{name} asks to see your desktop", { name });
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
  const control = request.capability === "screen.control.desktop";
  const title = `ask-${request.id}`;
  return (
    <section class={`card sm-offer ${control ? "c-control" : "c-view"}`} role="alertdialog" aria-labelledby={title} aria-describedby={`${title}-text`} onKeyDown={onKeyDown}>
      <Icon name={control ? "control" : "view"} size="l" />
      <div class="col g1">
        <h2 id={title}>{headline(model, request)}</h2>
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
  return (
    <OfferCard model={model} request={request}>
      {t("Support Manager asks you in its own window on your computer. You allow or deny it there.")}
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
