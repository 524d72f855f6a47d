/** The customer's header and the strip below it: who helps, who sees, and the way to end it. */

import type { JSX } from "preact";

import { formatCountdown, formatTime, t } from "../../core/i18n.ts";
import { CLOSE_REPLACED, type GrantInfo } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import type { Model } from "./model.ts";
import { Switches } from "./switches.tsx";

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
      {model.decides && (
        <button type="button" class="btn danger" onClick={() => void model.stopEverything()}>
          <Icon name="stop" />
          {t("Stop everything")}
        </button>
      )}
    </header>
  );
}

/** What a grant lets its CSR do now, in words. */
export function grantSentence(model: Model, grant: GrantInfo): string {
  const name = model.csrName(grant.csr);
  const control = grant.capability === "screen.control.desktop";
  if (grant.state === "suspended") return control ? t("Control is paused, nobody operates") : t("Connection lost, nothing is sent");
  if (!model.decides) return t("{name} sees {customer}’s desktop", { name, customer: model.owner(grant)?.name ?? "" });
  if (control) return t("{name} sees and operates your desktop", { name });
  const [monitor] = grant.scope.monitors;
  if (monitor !== undefined && grant.scope.monitors.length === 1) return t("{name} sees monitor {n}", { name, n: monitor });
  if (grant.endpoint === model.session.endpoint) return t("{name} sees what you chose to show", { name });
  const endpoint = model.owner(grant)?.endpoints.find((other) => other.id === grant.endpoint);
  if (endpoint?.kind === "browser") return t("{name} sees what you show on your other device", { name });
  return t("{name} sees your desktop", { name });
}

function GrantStrip({ model, grant }: { model: Model; grant: GrantInfo }): JSX.Element {
  const control = grant.capability === "screen.control.desktop";
  return (
    <div class={control ? "live c-control" : "live c-view"}>
      <Icon name={control ? "control" : "view"} />
      <span>{grantSentence(model, grant)}</span>
      {model.decides && (
        <button type="button" class="btn sm" onClick={() => model.stopGrant(grant)}>
          {control ? t("Stop control") : t("Stop showing")}
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
  const grants = model.grants.value;
  const interrupted = model.interrupted.value;
  const control = grants.find((grant) => grant.capability === "screen.control.desktop");
  const view = grants.find((grant) => grant.capability === "screen.view.desktop" && grant.id !== interrupted?.id);
  return (
    <div role="status">
      {control !== undefined && <GrantStrip model={model} grant={control} />}
      {view !== undefined && control === undefined && <GrantStrip model={model} grant={view} />}
      {interrupted !== undefined && <Interrupted model={model} grant={interrupted} />}
      {grants.length === 0 && <Unseen phone={model.phone} />}
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
