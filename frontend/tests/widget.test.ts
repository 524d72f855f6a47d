import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

// A script, not a module: its types cannot be imported.
const SCRIPT: string = "../src/pages/widget/widget.ts";
const ORIGIN = "https://support.example";

interface Sent {
  readonly message: Record<string, unknown>;
  readonly to: string;
}

/** Runs the widget's script as a page's `<script>` with these attributes. */
async function load(data: Readonly<Record<string, string>>): Promise<void> {
  const script = document.createElement("script");
  Object.defineProperty(script, "src", { value: `${ORIGIN}/widget.js` });
  Object.assign(script.dataset, data);
  Object.defineProperty(document, "currentScript", { value: script, configurable: true });
  vi.resetModules();
  await import(/* @vite-ignore */ SCRIPT);
}

/** The frames of the widget, each with a window of its own that remembers what it was sent. */
function frames(): { readonly element: HTMLIFrameElement; readonly window: object; readonly sent: readonly Sent[] }[] {
  return [...document.querySelectorAll("iframe")].map((element) => {
    const known = (element as unknown as { known?: { window: object; sent: Sent[] } }).known;
    if (known !== undefined) return { element, ...known };
    const sent: Sent[] = [];
    const window = { postMessage: (message: Record<string, unknown>, to: string) => void sent.push({ message, to }) };
    Object.defineProperty(element, "contentWindow", { value: window });
    Object.assign(element, { known: { window, sent } });
    return { element, window, sent };
  });
}

function say(type: string, source: object | undefined, { origin = ORIGIN, from = "supportsite", ...rest }: Record<string, unknown> = {}): void {
  const event = new Event("message");
  Object.assign(event, { source, origin, data: { from, type, ...rest } });
  window.dispatchEvent(event);
}

const shown = (element: HTMLElement | undefined): string => element?.style.getPropertyValue("display") ?? "none";

// Nothing is fetched: the frames' pages have tests of their own.
Object.defineProperty(HTMLIFrameElement.prototype, "src", {
  get: () => "about:blank",
  set(this: HTMLIFrameElement, address: string) {
    this.dataset["src"] = address;
  },
});

describe("the widget's script", () => {
  beforeEach(() => {
    document.body.replaceChildren();
  });
  afterEach(() => {
    document.body.replaceChildren();
  });

  it("puts one button on the page, however often it is loaded", async () => {
    await load({ key: "k1", queue: "once" });
    await load({ key: "k1", queue: "once" });
    expect(frames().map(({ element }) => element.dataset["src"])).toEqual([`${ORIGIN}/embed/k1/once/button/?lang=en`]);
  });

  it("does nothing without key or queue", async () => {
    await load({ key: "", queue: "a" });
    await load({ key: "k" });
    expect(frames()).toEqual([]);
  });

  it("tells its frame the page's address without its query, and only our origin hears it", async () => {
    history.replaceState(null, "", "/order?secret=1");
    await load({ key: "k1", queue: "hello", context: "signed" });
    const [button] = frames();
    button?.element.dispatchEvent(new Event("load"));
    expect(button?.sent).toHaveLength(1);
    expect(button?.sent[0]?.to).toBe(ORIGIN);
    expect(button?.sent[0]?.message).toMatchObject({ from: "supportsite", type: "hello", context: "signed" });
    expect(String(button?.sent[0]?.message["page"])).toMatch(/\/order$/);
  });

  it("opens and closes at the word of its own frames", async () => {
    await load({ key: "k1", queue: "open", lang: "ja" });
    const [button] = frames();
    say("open", button?.window);
    const [, panel] = frames();
    expect(panel?.element.dataset["src"]).toBe(`${ORIGIN}/embed/k1/open/?lang=ja`);
    expect([shown(button?.element), shown(panel?.element)]).toEqual(["none", "block"]);
    say("close", panel?.window);
    expect([shown(button?.element), shown(panel?.element)]).toEqual(["block", "none"]);
  });

  it("hears nobody else", async () => {
    await load({ key: "k1", queue: "deaf" });
    const [button] = frames();
    say("open", {});
    say("open", undefined);
    say("open", button?.window, { origin: "https://evil.example" });
    say("open", button?.window, { from: "somebody" });
    expect(frames()).toHaveLength(1);
  });

  it("loads a visit that goes on behind the button, so that the place is kept", async () => {
    await load({ key: "k1", queue: "visit" });
    say("visit", frames()[0]?.window);
    expect(frames().map(({ element }) => shown(element))).toEqual(["block", "none"]);
  });

  it.each([
    [{ width: 9999, height: 9999 }, ["400px", "120px"]],
    [{ width: -5, height: "tall" }, ["44px", "44px"]],
    [{ width: 180.5, height: 56 }, ["180.5px", "56px"]],
  ])("takes a size %j within bounds", async (size, expected) => {
    await load({ key: "k1", queue: `size-${size.width}` });
    const [button] = frames();
    say("size", button?.window, size);
    expect([button?.element.style.getPropertyValue("width"), button?.element.style.getPropertyValue("height")]).toEqual(expected);
  });
});
