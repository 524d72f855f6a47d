/** The customer's header and the strip below it: who helps, who sees, and the way to end it. */

import type { JSX } from "preact";

import { isControl, isScreen, surfaceOf } from "../../core/capabilities.ts";
import { formatCountdown, formatTime, t, tn } from "../../core/i18n.ts";
import { joinNames } from "../../core/names.ts";
import { CLOSE_REPLACED, type GrantInfo } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import type { Model } from "./model.ts";
import { Switches } from "./switches.tsx";
import { look } from "./words.ts";

function Helper({ model }: { model: Model }): JSX.Element {
  const helper = model.helper.value;
  const { state, suspended_until } = model.snapshot.value;
  if (state === "suspended" && suspended_until !== null) {
    const away = helper !== undefined && !helper.endpoints.some((endpoint) => endpoint.connected);
    const text = away
      ? t("{name} lost the connection. Your place is kept until {time}.", { name: helper.name, time: formatTime(suspended_until) })
      : t("Paused. Your place is kept until {time}.", { time: formatTime(suspended_until) });
    return <HelperLine dot="s-suspended" text={text} />;
  }
  if (helper === undefined) return <HelperLine dot="s-waiting" text={t("Nobody is here for you yet")} />;
  return <HelperLine dot="s-active" text={t("{name} helps you", { name: helper.name })} />;
}

function HelperLine({ dot, text }: { dot: string; text: string }): JSX.Element {
  return (
    <span class="row g1 t12 mute" role="status">
      <span class={`dot ${dot}`} />
      <span class="ell">{text}</span>
    </span>
  );
}

export function Header({ model }: { model: Model }): JSX.Element {
  return (
    <header class="cbar live-bar">
      <span class="logo lg">
        <Icon name="verified" />
      </span>
      <span class="col grow">
        <span class="org ell">{model.site.value.name}</span>
        <Helper model={model} />
      </span>
      <Switches />
      {model.host !== null && (
        <button type="button" class="btn ghost icon" aria-label={t("Close")} title={t("Close")} onClick={() => model.host?.tell({ type: "close" })}>
          <Icon name="down" />
        </button>
      )}
      {model.decides && !model.waiting.value && (
        <button type="button" class="btn danger" onClick={() => void model.stopEverything()}>
          <Icon name="stop" />
          {t("Stop everything")}
        </button>
      )}
    </header>
  );
}

/** The programs that a grant names, as people know them. */
function applications(grant: GrantInfo): string {
  return joinNames([...new Set(grant.scope.applications.map((one) => one.name || one.title).filter((name) => name !== ""))]);
}

/** What a grant of this person's own computer lets others do now, with everybody who sees it. */
function ownSentence(model: Model, grant: GrantInfo): string {
  const control = isControl(grant.capability);
  if (grant.state === "suspended") {
    if (model.history.pausedByOwner(grant.id)) return t("You paused: nobody sees or operates anything");
    return control ? t("Control is paused, nobody operates") : t("Connection lost, nothing is sent");
  }
  const programs = applications(grant);
  if (control) {
    const name = model.shortNameOf(grant.holder);
    if (surfaceOf(grant.capability) === "desktop") return t("{name} sees and operates your desktop", { name });
    return programs === "" ? t("{name} sees and operates applications that you chose", { name }) : t("{name} sees and operates: {programs}", { name, programs });
  }
  const { names, n } = model.viewers(grant.owner);
  const [monitor] = grant.scope.monitors;
  if (programs !== "") return tn("{names} sees: {programs}", "{names} see: {programs}", n, { names, programs });
  if (monitor !== undefined && grant.scope.monitors.length === 1) return tn("{names} sees monitor {number}", "{names} see monitor {number}", n, { names, number: monitor });
  if (grant.endpoint === model.session.endpoint) return tn("{names} sees what you chose to show", "{names} see what you chose to show", n, { names });
  if (model.givenBy(grant)?.kind === "browser") return tn("{names} sees what you show on your other device", "{names} see what you show on your other device", n, { names });
  if (surfaceOf(grant.capability) === "application") return tn("{names} sees applications that you chose", "{names} see applications that you chose", n, { names });
  return tn("{names} sees your desktop", "{names} see your desktop", n, { names });
}

/** What this person sees of another one's computer, and whether they operate it. */
function sharedSentence(model: Model, grant: GrantInfo): string {
  const name = model.shortNameOf(grant.owner);
  const desktop = surfaceOf(grant.capability) === "desktop";
  if (grant.state === "suspended" && model.history.pausedByOwner(grant.id)) return t("{name} paused, nothing is shown", { name });
  if (isControl(grant.capability)) {
    if (grant.state === "suspended") return t("Control is paused, nobody operates");
    if (grant.holder === model.snapshot.value.me) return desktop ? t("You operate the computer of {name}", { name }) : t("You operate windows of {name}", { name });
    return t("{holder} operates the computer of {name}, you see it", { holder: model.shortNameOf(grant.holder), name });
  }
  return desktop ? t("You see the desktop of {name}", { name }) : t("You see windows of {name}", { name });
}

/** Who else sees a computer that one person operates. */
function Others({ model, grant }: { model: Model; grant: GrantInfo }): JSX.Element | null {
  const { names, n } = model.viewers(grant.owner, grant.holder);
  if (!isControl(grant.capability) || n === 0) return null;
  return <span class="t12 mute">{tn("{names} sees it", "{names} see it", n, { names })}</span>;
}

interface StripProps {
  readonly model: Model;
  readonly grants: readonly GrantInfo[];
}

/** Control stands for the view that it implies. */
function strongest(grants: readonly GrantInfo[]): GrantInfo | undefined {
  return grants.find((grant) => isControl(grant.capability)) ?? grants.find((grant) => isScreen(grant.capability));
}

function OwnStrip({ model, grants }: StripProps): JSX.Element | null {
  const grant = strongest(grants);
  if (grant === undefined) return null;
  const { icon, kind } = look(grant.capability);
  return (
    <div class={`live ${kind}`}>
      <Icon name={icon} />
      <span class="col">
        <span>{ownSentence(model, grant)}</span>
        <Others model={model} grant={grant} />
      </span>
      <button type="button" class="btn sm" onClick={() => model.stopGrant(grant)}>
        {isControl(grant.capability) ? t("Stop control") : t("Stop showing")}
      </button>
    </div>
  );
}

function SharedStrip({ model, grants }: StripProps): JSX.Element | null {
  const grant = strongest(grants);
  if (grant === undefined) return null;
  const { icon, kind } = look(grant.capability);
  const hidden = model.hidden.value === grant.id;
  const operates = isControl(grant.capability) && grant.holder === model.snapshot.value.me;
  return (
    <div class={`live ${kind}`}>
      <Icon name={icon} />
      <span>{sharedSentence(model, grant)}</span>
      {model.decides ? (
        <button type="button" class="btn sm" onClick={() => grants.forEach((one) => model.stopGrant(one))}>
          {operates ? t("Stop control") : t("Stop watching")}
        </button>
      ) : (
        <button type="button" class="btn sm" aria-pressed={hidden} onClick={() => (model.hidden.value = hidden ? null : grant.id)}>
          {hidden ? t("Show the picture") : t("Hide the picture")}
        </button>
      )}
    </div>
  );
}

function Interrupted({ model, grant }: { model: Model; grant: GrantInfo }): JSX.Element {
  return (
    <div class="live">
      <Icon name="view-off" />
      <span>{t("This page was loaded again, so nothing is shown now.")}</span>
      <span class="row g2 end">
        {model.canShow && (
          <button type="button" class="btn sm" onClick={() => void model.showAgain(grant)}>
            {t("Show again")}
          </button>
        )}
        <button type="button" class="btn sm" onClick={() => model.stopGrant(grant)}>
          {t("Stop showing")}
        </button>
      </span>
    </div>
  );
}

/** Who sees and who drives; always there, in words. */
export function Strip({ model }: { model: Model }): JSX.Element {
  const interrupted = model.interrupted.value;
  const own = model.ownGrants.value.filter((grant) => grant.id !== interrupted?.id);
  const shares = model.shares.value;
  const nothing = model.ownGrants.value.length === 0 && shares.length === 0;
  return (
    <div role="status">
      <OwnStrip model={model} grants={own} />
      {interrupted !== undefined && <Interrupted model={model} grant={interrupted} />}
      <SharedStrip model={model} grants={shares} />
      {nothing && <Unseen phone={model.phone} />}
    </div>
  );
}

function Unseen({ phone }: { phone: boolean }): JSX.Element {
  return (
    <div class={phone ? "live" : "live quiet"}>
      <Icon name={phone ? "chat" : "view-off"} />
      <span>{phone ? t("Chat only. Nothing of this phone is shown.") : t("Nobody sees your screen")}</span>
    </div>
  );
}

/** Troubles of the link and of the last command, each with one way out. */
export function Notices({ model }: { model: Model }): JSX.Element {
  const link = model.session.link.value;
  const idle = model.snapshot.value.idle_ends_at;
  const trouble = model.trouble.value;
  const closed = link.phase === "closed";
  return (
    <div class="notices">
      {closed && link.code === CLOSE_REPLACED && (
        <Notice text={t("This session is open in another tab.")} action={t("Continue here")} run={() => model.session.retryNow()} />
      )}
      {closed && link.code !== CLOSE_REPLACED && (
        <Notice text={t("This page lost its place in the session.")} action={t("Load again")} run={() => location.reload()} />
      )}
      {!closed && model.offline.value && <Offline model={model} />}
      {idle !== null && (
        <Notice
          urgent
          text={t("Nothing has happened for a while. The session ends soon.")}
          detail={t("{time} left", { time: formatCountdown(model.secondsUntil(idle)) })}
          action={t("Stay")}
          run={() => void model.keep()}
        />
      )}
      {trouble !== null && <Notice urgent text={trouble} action={t("Close")} run={() => (model.trouble.value = null)} />}
    </div>
  );
}

function Offline({ model }: { model: Model }): JSX.Element {
  const { retryAt } = model.session.link.value;
  const seconds = retryAt === null ? 0 : Math.ceil(Math.max(0, retryAt - model.now.value) / 1000);
  const again = seconds > 0 ? t("Trying again in {n} s.", { n: seconds }) : t("Trying again.");
  const text = `${t("You are offline.")} ${t("Messages are kept and sent later.")}`;
  return <Notice text={text} detail={again} action={t("Try now")} run={() => model.session.retryNow()} />;
}

/** `detail` counts, so it stands outside of what is read aloud. */
function Notice(props: { text: string; detail?: string; action: string; run: () => void; urgent?: boolean }): JSX.Element {
  return (
    <div class="banner warn t14">
      <Icon name={props.urgent === true ? "alert" : "signal"} />
      <span class="grow">
        <span role={props.urgent === true ? "alert" : "status"}>{props.text}</span>
        {props.detail !== undefined && <span class="tnum"> {props.detail}</span>}
      </span>
      <button type="button" class="btn sm" onClick={props.run}>
        {props.action}
      </button>
    </div>
  );
}
