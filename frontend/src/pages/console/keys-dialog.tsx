/** The list of keyboard shortcuts, and the switch for single letters. */
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { lettersOn, setLetters } from "./shortcuts.ts";

function rows(): [string, string][] {
  return [
    ["F6, Shift F6", t("Next, previous region: rail, tools, stage, panel")],
    ["1, 2, 3, 4", t("The tabs Tools, Desktop, Application, Session, in your order")],
    ["Ctrl + Shift + ← →", t("On a tab: moves it")],
    ["A, D", t("Accept, decline the customer who is offered")],
    ["V", t("Request view on the open tab; again: cancel or stop")],
    ["O", t("Request control on the open tab; again: cancel or stop")],
    ["Shift S", t("Stop all sharing of this session")],
    ["C, N, U, I", t("Chat, Notes, Participants, Customer")],
    ["Enter, Shift Enter", t("In a message: send, new line")],
    ["P, L, W, B, X", t("On the picture: pen, pointer, arrow, box, clear")],
    ["Z, Shift Z", t("Fit or 100 %, full screen")],
    ["[, ]", t("Previous, next customer")],
    ["Shift 1 – 9", t("Customer by letter: 1 is A")],
    ["?", t("This list")],
    ["Esc", t("Close a menu or a dialog, put the pen away; never stops a share")],
    ["Ctrl + Alt", t("While operating: pressed and released alone, the keys are yours again")],
    ["Ctrl + Shift + V", t("While operating: types the text of your clipboard")],
  ];
}

export function KeysDialog(): JSX.Element {
  return (
    <div class="dialog-body">
      <dl class="keys-list">
        {rows().map(([keys, words]) => (
          <div key={keys}>
            <dt>
              <kbd class="kbd">{keys}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={lettersOn.value} onChange={(event) => setLetters(event.currentTarget.checked)} />
        <span>{t("Single letters work outside text fields")}</span>
      </label>
    </div>
  );
}
