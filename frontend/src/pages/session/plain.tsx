/** The header of pages without a live session. */

import type { JSX } from "preact";

import type { SiteInfo } from "../../protocol/generated.ts";
import { Icon } from "../../ui/icon.tsx";
import { Switches } from "./switches.tsx";

export function PlainHeader({ site }: { site: SiteInfo }): JSX.Element {
  return (
    <header class="cbar">
      <span class="logo lg">
        <Icon name="verified" />
      </span>
      <span class="col grow">
        <span class="org ell">{site.name}</span>
        <span class="t12 mute ell">{site.host}</span>
      </span>
      <Switches />
    </header>
  );
}
