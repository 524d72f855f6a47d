/** The CSRs' note: one field, saved as it is typed; a conflict shows both texts. */
import type { JSX } from "preact";

import { formatTime, t } from "../../core/i18n.ts";
import type { CaseProps } from "./context.ts";
import { participant } from "./people.ts";
import type { NoteView } from "./types.ts";

const MAX_NOTE = 20_000;

export function Notes({ one }: CaseProps): JSX.Element {
  const note = one.note.view.value;
  const ended = one.snapshot.value.state === "ended";
  return (
    <div class="side-scroll scroll">
      <div class="row">
        <label for="notes" class="label">
          {t("Notes")}
        </label>
        <span class="end t12 dim" role="status">
          {stateWords(note)}
        </span>
      </div>
      <textarea
        id="notes"
        class="input notes"
        rows={14}
        maxLength={MAX_NOTE}
        value={note.text}
        readOnly={ended || note.state === "loading"}
        onInput={(event) => one.note.edit(event.currentTarget.value)}
      />
      {note.state === "conflict" && <Conflict one={one} note={note} />}
      <p class="t12 dim">{ended ? t("The session has ended: notes can be read, not changed here.") : t("Only CSRs read notes.")}</p>
    </div>
  );
}

function stateWords(note: NoteView): string {
  switch (note.state) {
    case "loading":
      return t("Loading");
    case "saving":
    case "unsaved":
      return t("Saving");
    case "offline":
      return t("Kept here, saved later");
    case "failed":
      return t("Not saved, the text is kept");
    case "conflict":
      return t("Changed by somebody else");
    case "read_only":
      return t("Read only");
    case "saved":
      if (note.savedAt === null) return "";
      return t("Saved {time} · version {n}", { time: formatTime(note.savedAt), n: note.version });
  }
}

function Conflict({ one, note }: CaseProps & { note: NoteView }): JSX.Element {
  const author = participant(one.snapshot.value, note.theirs?.author ?? null)?.name ?? t("Another CSR");
  return (
    <div class="banner warn conflict" role="alert">
      <div class="grow col g2">
        <b class="m">{t("{name} saved another text meanwhile", { name: author })}</b>
        <p class="theirs">{note.theirs?.text}</p>
        <span class="row wrap">
          <button type="button" class="btn sm" onClick={() => one.note.keepBoth()}>
            {t("Keep both")}
          </button>
          <button type="button" class="btn sm" onClick={() => one.note.keepMine()}>
            {t("Keep mine")}
          </button>
          <button type="button" class="btn sm" onClick={() => one.note.takeTheirs()}>
            {t("Take theirs")}
          </button>
        </span>
      </div>
    </div>
  );
}
