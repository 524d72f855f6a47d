/** The question at the end: whether the problem was solved, and a word to the team. Never in the way of the receipt. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { ApiError } from "../../core/api.ts";
import type { SessionCommands } from "../../core/commands.ts";
import { t } from "../../core/i18n.ts";
import type { SurveyAnswer } from "../../core/rest.ts";
import { Icon } from "../../ui/icon.tsx";

const SCORES = [1, 2, 3, 4, 5] as const;
const MAX_COMMENT = 1000;

type Stage = "asking" | "sending" | "thanked" | "skipped";

export function Survey({ commands, known }: { commands: SessionCommands; known: SurveyAnswer }): JSX.Element | null {
  const stage = useSignal<Stage>(known.score === null ? "asking" : "thanked");
  const score = useSignal(known.score);
  const comment = useSignal(known.comment);
  const problem = useSignal("");
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const chosen = score.peek();
    if (chosen === null) {
      problem.value = t("Choose a number from 1 to 5.");
      return;
    }
    stage.value = "sending";
    problem.value = "";
    try {
      await commands.answerSurvey(chosen, comment.peek());
      stage.value = "thanked";
    } catch (error) {
      stage.value = "asking";
      problem.value = error instanceof ApiError && error.message !== "" ? error.message : t("It could not be sent. Try again.");
    }
  };
  if (stage.value === "skipped") return null;
  if (stage.value === "thanked") {
    return (
      <section class="card row wrap" role="status">
        <span class="row g1 grow ok-t">
          <Icon name="check" size="s" />
          <span>{t("Thank you for your answer.")}</span>
        </span>
        <button type="button" class="btn sm" onClick={() => (stage.value = "asking")}>
          {t("Change it")}
        </button>
      </section>
    );
  }
  return (
    <form class="card col g2 survey" onSubmit={(event) => void send(event)}>
      <fieldset>
        <legend>
          <h2>{t("Was your problem solved?")}</h2>
        </legend>
        <p class="t12 mute" id="survey-scale">
          {t("1 not at all, 5 fully")}
        </p>
        <div class="faces">
          {SCORES.map((one) => (
            <label key={one} class={score.value === one ? "on" : ""}>
              <input type="radio" class="sr" name="score" value={one} checked={score.value === one} aria-describedby="survey-scale" onChange={() => (score.value = one)} />
              {one}
            </label>
          ))}
        </div>
      </fieldset>
      <div class="field">
        <label for="survey-comment">{t("A word to the team (optional)")}</label>
        <textarea class="input" id="survey-comment" rows={2} maxLength={MAX_COMMENT} value={comment.value} onInput={(event) => (comment.value = event.currentTarget.value)} />
      </div>
      <p class="problem" role="alert">
        {problem.value}
      </p>
      <div class="row">
        <button type="submit" class="btn primary" aria-disabled={stage.value === "sending"}>
          {t("Send")}
        </button>
        <button type="button" class="btn ghost" onClick={() => (stage.value = "skipped")}>
          {t("Skip")}
        </button>
      </div>
    </form>
  );
}
