/** The list of keyboard shortcuts, and the switch for single letters. */
import type { JSX } from "preact";

import { t } from "../../core/i18n.ts";
import { lettersOn, setLetters } from "./shortcuts.ts";

function rows(): [string, string][] {
  return [
    ["F6, Shift F6", t("Next, previous region: rail, tools, stage, panel")],
    ["1, 2", t("Tools, Desktop tab")],
    ["V", t("Request view; again: cancel or stop")],
    ["O", t("Request control; again: cancel or stop")],
    ["Shift S", t("Stop all sharing of this session")],
    ["C, N, U, I", t("Chat, Notes, Participants, Customer")],
    ["Enter, Shift Enter", t("In a message: send, new line")],
    ["Z, Shift Z", t("Fit or 100 %, full screen")],
    ["[, ]", t("Previous, next session")],
    ["Shift 1 – 9", t("Session by place in the list")],
    ["?", t("This list")],
    ["Esc", t("Close a menu or a dialog; never stops a share")],
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
