/**
 * The script that other sites' pages load: a button and a panel, both frames of our origin.
 * It reads nothing of the page but its address, writes styles only through CSSOM, and listens to its own frames alone;
 * so a strict policy needs just `script-src` and `frame-src` of our origin. Built alone, without imports.
 */

const MARK = "supportsite";
const ALLOW = "display-capture; microphone; camera; clipboard-write; fullscreen";
const NARROW = "(max-width: 520px)";
const NAMES = { en: { button: "Support", panel: "Support conversation" }, ja: { button: "サポート", panel: "サポートの会話" } };

type Message = { readonly from?: unknown; readonly type?: unknown; readonly width?: unknown; readonly height?: unknown };

function style(element: HTMLElement, rules: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(rules)) element.style.setProperty(name, value, "important");
}

function pixels(value: unknown, most: number): string {
  return `${Math.min(Math.max(typeof value === "number" && Number.isFinite(value) ? value : 0, 44), most)}px`;
}

function start(script: HTMLScriptElement): void {
  const { key = "", queue = "", context = "" } = script.dataset;
  const origin = new URL(script.src).origin;
  const language = (script.dataset.lang ?? document.documentElement.lang).toLowerCase().startsWith("ja") ? "ja" : "en";
  const id = `supportsite-${queue}`;
  if (key === "" || queue === "" || document.getElementById(id) !== null) return;

  const base = `${origin}/embed/${encodeURIComponent(key)}/${encodeURIComponent(queue)}/`;
  const holder = document.createElement("div");
  holder.id = id;
  const narrow = matchMedia(NARROW);
  let panel: HTMLIFrameElement | null = null;
  let open = false;

  const hello = (frame: HTMLIFrameElement): void => {
    const page = location.origin + location.pathname;
    frame.contentWindow?.postMessage({ from: MARK, type: "hello", context, page: page.slice(0, 500), referrer: document.referrer.slice(0, 500) }, origin);
  };
  const make = (src: string, title: string): HTMLIFrameElement => {
    const frame = document.createElement("iframe");
    frame.title = title;
    frame.allow = ALLOW;
    frame.src = src;
    frame.addEventListener("load", () => hello(frame));
    style(frame, { border: "0", position: "fixed", "z-index": "2147483000", "color-scheme": "light dark", "max-width": "100vw", "max-height": "100vh" });
    return frame;
  };
  const place = (): void => {
    if (panel === null) return;
    const wide = { inset: "auto 16px 16px auto", width: "400px", height: "min(680px, calc(100vh - 32px))", "border-radius": "12px", "box-shadow": "0 8px 32px rgba(0,0,0,.24)" };
    const full = { inset: "0", width: "100vw", height: "100%", "border-radius": "0", "box-shadow": "none" };
    style(panel, { ...(narrow.matches ? full : wide), display: open ? "block" : "none" });
    style(button, { display: open ? "none" : "block" });
  };
  const show = (wanted: boolean): void => {
    panel ??= holder.appendChild(make(`${base}?lang=${language}`, NAMES[language].panel));
    open = wanted;
    place();
    (open ? panel : button).focus();
  };

  const button = make(`${base}button/?lang=${language}`, NAMES[language].button);
  style(button, { inset: "auto 16px 16px auto", width: "240px", height: "64px" });
  holder.append(button);
  document.body.append(holder);
  narrow.addEventListener("change", place);

  window.addEventListener("message", (event) => {
    const own = event.source === button.contentWindow || (panel !== null && event.source === panel.contentWindow);
    const message = event.data as Message | null;
    if (!own || event.origin !== origin || typeof message !== "object" || message?.from !== MARK) return;
    if (message.type === "open") show(true);
    if (message.type === "close") show(false);
    // A visit goes on: its page is loaded behind the button, so that the place is kept.
    if (message.type === "visit" && panel === null) {
      panel = holder.appendChild(make(`${base}?lang=${language}`, NAMES[language].panel));
      place();
    }
    if (message.type === "size" && event.source === button.contentWindow) style(button, { width: pixels(message.width, 400), height: pixels(message.height, 120) });
    if (message.type === "gone") button.src = `${base}button/?lang=${language}`;
  });
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => start(script));
  else start(script);
}
