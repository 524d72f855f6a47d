/** What is known of the customer and of the session. */
import type { JSX } from "preact";

import { formatDate, formatNumber, formatTime, t } from "../../core/i18n.ts";
import type { SessionSnapshot } from "../../protocol/generated.ts";
import { type CaseProps, useDesk } from "./context.ts";
import { customer } from "./people.ts";
import { endWord, stateWord } from "./words.ts";

export function CustomerPane({ one }: CaseProps): JSX.Element {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const names = new Map(desk.me.settings.tracking_codes.map((code) => [code.id, code.name]));
  const rows: [string, string][] = [...basics(snapshot)];
  for (const [id, value] of Object.entries(snapshot.tracking)) {
    if (value !== "") rows.push([names.get(id) ?? id, value]);
  }
  return (
    <div class="side-scroll scroll" tabIndex={0}>
      <dl class="kv">
        {rows.map(([name, value]) => (
          <Row key={name} name={name} value={value} />
        ))}
      </dl>
    </div>
  );
}

function Row({ name, value }: { name: string; value: string }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function basics(snapshot: SessionSnapshot): [string, string][] {
  const person = customer(snapshot);
  const when = (at: string | null): string => (at ? `${formatDate(at)} ${formatTime(at)}` : "");
  const programs = person?.endpoints.map((endpoint) => endpoint.label).filter(Boolean) ?? [];
  const rows: [string, string][] = [
    [t("Name"), person?.name ?? t("Has not joined yet")],
    [t("Language"), (person?.language ?? snapshot.customer_language) === "ja" ? "日本語" : "English"],
    [t("Uses"), [...new Set(programs)].join(", ")],
    [t("Joined"), when(person?.joined_at ?? null)],
    [t("Session type"), snapshot.session_type],
    [t("Support number"), formatNumber(snapshot.number ?? "")],
    [t("State"), snapshot.state === "ended" ? endWord(snapshot.end_reason) : stateWord(snapshot.state)],
    [t("Started"), when(snapshot.created_at)],
    [t("Ended"), when(snapshot.ended_at)],
  ];
  return rows.filter(([, value]) => value !== "");
}
