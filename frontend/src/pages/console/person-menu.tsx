/** At the foot of the rail: who is signed in, language, light or dark, shortcuts, sign out. */
import type { JSX } from "preact";

import { language, t } from "../../core/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Avatar } from "../../ui/person.tsx";
import { styleItems } from "./console-styles.ts";
import { useDesk } from "./context.ts";
import { postForm, theme, toggleTheme } from "./page-actions.ts";

function roleName(role: string): string {
  if (role === "admin") return t("Site administrator");
  return role === "manager" ? t("ACD manager") : t("CSR");
}

export function PersonMenu(): JSX.Element {
  const desk = useDesk();
  const { user, membership } = desk.me;
  const here = language();
  const go = (code: string): void => postForm("/i18n/setlang/", { language: code, next: location.pathname });
  return (
    <div class="rail-me">
      <Menu
        kind="me"
        place="up"
        title={user.name}
        items={[
          { id: "en", label: "English", icon: "globe", checked: here === "en", run: () => go("en") },
          { id: "ja", label: "日本語", icon: "globe", checked: here === "ja", run: () => go("ja") },
          "line",
          ...styleItems(desk),
          { id: "tabs", label: t("Order of the tabs"), icon: "options", run: () => (desk.dialog.value = "tabs") },
          "line",
          { id: "theme", label: theme.value === "dark" ? t("Light display") : t("Dark display"), icon: "theme", run: toggleTheme },
          { id: "keys", label: t("Keyboard shortcuts"), icon: "keyboard", run: () => (desk.dialog.value = "keys") },
          "line",
          { id: "out", label: t("Sign out"), icon: "leave", run: () => postForm("/auth/logout/", {}) },
        ]}
      >
        <Avatar id={membership.id} name={user.name} title={user.name} />
        <span class="col grow hide-s">
          <span class="ell m">{user.name}</span>
          <span class="ell t12 mute">{roleName(membership.role)}</span>
        </span>
      </Menu>
      <button type="button" class="btn ghost sm icon hide-s" aria-label={t("Light or dark")} title={t("Light or dark")} onClick={toggleTheme}>
        <Icon name="theme" />
      </button>
    </div>
  );
}
