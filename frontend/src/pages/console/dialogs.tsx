/** The dialog that is open, if any. */
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { useDesk } from "./context.ts";
import { EndDialog } from "./end-dialog.tsx";
import { InviteDialog } from "./invite-dialog.tsx";
import { JoinDialog } from "./join-dialog.tsx";
import { KeysDialog } from "./keys-dialog.tsx";
import { StartDialog } from "./start-dialog.tsx";
import { amPrimary } from "./people.ts";

export function Dialogs(): JSX.Element | null {
  const desk = useDesk();
  const close = (): void => {
    desk.dialog.value = null;
  };
  const name = desk.dialog.value;
  const one = desk.current.value;
  const frame = (title: string, body: JSX.Element, wide = false): JSX.Element => (
    <Dialog key={name} title={title} closeLabel={t("Close")} close={close} wide={wide}>
      {body}
    </Dialog>
  );
  if (name === "start") return frame(t("Start session"), <StartDialog close={close} />);
  if (name === "join") return frame(t("Join by number"), <JoinDialog close={close} />);
  if (name === "keys") return frame(t("Keyboard shortcuts"), <KeysDialog />, true);
  if (!one) return null;
  if (name === "invite") return frame(t("Invite the customer"), <InviteDialog one={one} />, true);
  if (name === "end") return frame(amPrimary(one.snapshot.value) ? t("End this session?") : t("Leave this session?"), <EndDialog one={one} close={close} />);
  return null;
}
