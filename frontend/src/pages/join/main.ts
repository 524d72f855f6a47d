/** The join page's comfort: hyphens in the number, and the wait after too many tries. Without it the form works too. */

import { formatTyped } from "../../core/digits.ts";
import { formatCountdown, startLanguage, t } from "../../core/i18n.ts";
import { pageLanguage } from "../../core/page.ts";
import { catalogs } from "virtual:catalog/join";

import "./join.css";

function formatWhileTyping(field: HTMLInputElement): void {
  const format = (): void => {
    const typed = formatTyped(field.value, field.selectionStart ?? field.value.length);
    if (typed.text === field.value) return;
    field.value = typed.text;
    if (document.activeElement === field) field.setSelectionRange(typed.caret, typed.caret);
  };
  field.addEventListener("input", (event) => {
    // An input method still composes: its text must not be pulled away.
    if (!(event instanceof InputEvent && event.isComposing)) format();
  });
  field.addEventListener("compositionend", format);
  format();
}

function submitOnce(form: HTMLFormElement): void {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  // Coming back with the browser's Back button shows the same page again, ready for another try.
  window.addEventListener("pageshow", () => (sent = false));
}

function countDown(form: HTMLFormElement, seconds: number): void {
  const place = form.querySelector<HTMLElement>("[data-retry]");
  const button = form.querySelector<HTMLButtonElement>("button.primary");
  if (place === null || button === null) return;
  const end = Date.now() + seconds * 1000;
  button.disabled = true;
  const show = (): void => {
    const left = (end - Date.now()) / 1000;
    place.textContent = left > 0 ? t("You can try again in {time}.", { time: formatCountdown(left) }) : t("You can try again now.");
    if (left > 0) return;
    button.disabled = false;
    clearInterval(timer);
  };
  const timer = setInterval(show, 500);
  show();
}

const form = document.querySelector<HTMLFormElement>("form#join");
const field = document.querySelector<HTMLInputElement>("input#number");
if (field !== null) formatWhileTyping(field);
if (form !== null) {
  submitOnce(form);
  const wait = Number(form.dataset.retryAfter ?? 0);
  if (wait > 0) {
    await startLanguage(pageLanguage(document), catalogs);
    countDown(form, wait);
  }
}
