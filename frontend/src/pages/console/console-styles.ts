/** The three console styles by name, and switching between them. */
import { t } from "../../core/i18n.ts";
import type { IconName } from "../../ui/icon.tsx";
import type { MenuItem } from "../../ui/menu.tsx";
import type { Desk } from "./desk.ts";
import { openTray } from "./tray-window.tsx";
import type { ConsoleStyle } from "./types.ts";

const ICONS: Readonly<Record<ConsoleStyle, IconName>> = { dashboard: "layout", tray: "pip", multi: "grid" };
const STYLES: readonly ConsoleStyle[] = ["dashboard", "tray", "multi"];

export function styleWord(style: ConsoleStyle): string {
  switch (style) {
    case "dashboard":
      return t("CSR dashboard");
    case "tray":
      return t("Compact icon tray");
    case "multi":
      return t("Multi-session window");
  }
}

/** The styles as choices of a menu; where the administrator has fixed the style, they say so. */
export function styleItems(desk: Desk): MenuItem[] {
  const now = desk.look.style.value;
  return STYLES.map((style) => ({
    id: `style-${style}`,
    label: styleWord(style),
    icon: ICONS[style],
    checked: style === now,
    ...(desk.look.maySwitch || style === now ? {} : { off: t("Your administrator has fixed the style of your console.") }),
    run: () => {
      if (style === "tray") openTray(desk);
      else desk.tray.close();
      void desk.look.switchTo(style);
    },
  }));
}
