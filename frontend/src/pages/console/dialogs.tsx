/** The dialog that is open, if any. */
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { AttachDialog } from "./attach-dialog.tsx";
import { ColleaguesDialog } from "./colleagues-dialog.tsx";
import { useDesk } from "./context.ts";
import { EndDialog } from "./end-dialog.tsx";
import { InviteDialog } from "./invite-dialog.tsx";
import { JoinDialog } from "./join-dialog.tsx";
import { KeysDialog } from "./keys-dialog.tsx";
import { TabsDialog } from "./tabs-dialog.tsx";
import { StartDialog } from "./start-dialog.tsx";
import { amPrimary } from "./people.ts";
import { TransferDialog } from "./transfer-dialog.tsx";

export function Dialogs(): JSX.Element | null {
  const desk = useDesk();
  const name = desk.dialog.value;
  const one = desk.current.value;
  const close = (): void => {
    // A share that waited for the own Support Manager is given up with its dialog.
    if (desk.dialog.peek() === "attach" && one) one.share.forget();
    desk.dialog.value = null;
  };
  const frame = (title: string, body: JSX.Element, wide = false): JSX.Element => (
    <Dialog key={name} title={title} closeLabel={t("Close")} close={close} wide={wide}>
      {body}
    </Dialog>
  );
  if (name === "start") return frame(t("Start session"), <StartDialog close={close} />);
  if (name === "join") return frame(t("Join by number"), <JoinDialog close={close} />);
  if (name === "keys") return frame(t("Keyboard shortcuts"), <KeysDialog />, true);
  if (name === "tabs") return frame(t("Order of the tabs"), <TabsDialog close={close} />);
  if (!one) return null;
  if (name === "invite") return frame(t("Invite the customer"), <InviteDialog one={one} />, true);
  if (name === "attach") return frame(t("Your own Support Manager"), <AttachDialog one={one} close={() => (desk.dialog.value = null)} />, true);
  if (name === "colleagues") return frame(t("Colleagues"), <ColleaguesDialog one={one} close={close} />);
  if (name === "transfer") return frame(t("Transfer session"), <TransferDialog one={one} close={close} />);
  if (name === "end") return frame(amPrimary(one.snapshot.value) ? t("End this session?") : t("Leave this session?"), <EndDialog one={one} close={close} />);
  return null;
}
