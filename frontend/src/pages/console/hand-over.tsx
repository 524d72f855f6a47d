/** Who moves the mouse of the shared computer: it can be handed to an assisting CSR, and taken back. The customer is asked. */
import type { JSX } from "preact";

import { controlOf } from "../../core/capabilities.ts";
import { t } from "../../core/i18n.ts";
import type { GrantInfo, ParticipantInfo, SessionSnapshot } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { liveGrant } from "./action.ts";
import { type CaseProps, useDesk } from "./context.ts";
import { amPrimary, connected, joined, shortName } from "./people.ts";

/** The assisting CSRs who could operate now. */
export function helpers(snapshot: SessionSnapshot): ParticipantInfo[] {
  return joined(snapshot).filter((person) => person.role === "assisting_csr" && person.id !== snapshot.me && connected(person));
}

/** Who may operate the shown computer; null while nobody has control. */
export function operatorOf(snapshot: SessionSnapshot, shown: GrantInfo | undefined): string | null {
  return shown ? (liveGrant(snapshot, controlOf(shown.capability))?.holder ?? null) : null;
}

export function HandOver({ one }: CaseProps): JSX.Element | null {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const shown = snapshot.grants.find((grant) => grant.id === one.picture.grant.value);
  const others = helpers(snapshot);
  if (!shown || shown.owner === snapshot.me || !amPrimary(snapshot) || others.length === 0) return null;
  const operator = operatorOf(snapshot, shown);
  const capability = controlOf(shown.capability);
  const items: MenuItem[] = others.map((person) => ({
    id: person.id,
    label: t("Hand the mouse to {name}", { name: person.name }),
    icon: "pass",
    off: person.id === operator ? t("{name} has the mouse", { name: shortName(person.name) }) : undefined,
    run: () => void desk.run(() => one.live.commands.ask(capability, { operator: person.id })),
  }));
  if (operator !== null && operator !== snapshot.me) {
    items.push({ id: "back", label: t("Take the mouse back"), icon: "control", run: () => void desk.run(() => one.live.commands.ask(capability)) });
  }
  return (
    <Menu kind="btn ghost sm" place="down-end" label={t("Hand over the mouse")} title={t("Hand over the mouse")} items={items}>
      <Icon name="pass" size="s" />
      <span class="hide-m">{t("Hand over")}</span>
    </Menu>
  );
}
