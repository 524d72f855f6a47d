/** Session options: sharp first, fast first, or by what moves. They hold at once, in both directions. */
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import type { SharingQuality } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { type CaseProps, useDesk } from "./context.ts";
import { amPrimary } from "./people.ts";

export function qualityName(quality: SharingQuality): string {
  if (quality === "standard") return t("Standard");
  return quality === "sampling" ? t("Screen sampling") : t("Auto");
}

function choices(): readonly { quality: SharingQuality; words: string }[] {
  return [
    { quality: "auto", words: t("Auto: by what moves on the screen") },
    { quality: "standard", words: t("Standard: sharp first") },
    { quality: "sampling", words: t("Screen sampling: fast first") },
  ];
}

interface Props extends CaseProps {
  kind: string;
  place: "down" | "up-end";
}

export function QualityMenu({ one, kind, place }: Props): JSX.Element {
  const desk = useDesk();
  const snapshot = one.snapshot.value;
  const now = snapshot.options.quality;
  const off = !amPrimary(snapshot) || snapshot.state === "ended";
  return (
    <Menu
      kind={kind}
      place={place}
      disabled={off}
      title={off ? t("Only the primary CSR sets the session options") : t("Session options")}
      items={choices().map(({ quality, words }) => ({
        id: quality,
        label: words,
        checked: quality === now,
        run: () => void (quality === now || desk.run(() => one.live.commands.setQuality(quality))),
      }))}
    >
      {place === "down" && <Icon name="options" />}
      {place === "down" ? t("Session options: {name}", { name: qualityName(now) }) : qualityName(now)}
      <Icon name="down" size="s" />
    </Menu>
  );
}
