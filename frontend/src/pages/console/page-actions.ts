/** What concerns the whole page: theme, forms that Django answers, the clipboard. */
import { signal } from "@preact/signals";

// The template's script reads the same key before the first paint.
const KEY = "theme";

export const theme = signal<"light" | "dark">("light");

export function startTheme(): void {
  const kept = document.documentElement.dataset.theme;
  const dark = kept ? kept === "dark" : matchMedia("(prefers-color-scheme:dark)").matches;
  theme.value = dark ? "dark" : "light";
}

export function toggleTheme(): void {
  theme.value = theme.peek() === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = theme.value;
  try {
    localStorage.setItem(KEY, theme.value);
  } catch {
    // It lasts as long as the page then.
  }
}

/** Sends a form as a page does, so that the answer's redirect and cookies count. */
export function postForm(action: string, fields: Readonly<Record<string, string>>): void {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  form.hidden = true;
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  for (const [name, value] of Object.entries({ csrfmiddlewaretoken: token, ...fields })) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}

/** Copies text; false where the browser refuses it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
