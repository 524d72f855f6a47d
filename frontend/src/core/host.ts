/**
 * The frame's side of the embed widget: what it says to the page around it, and what it believes from there.
 * Only the parent window counts, and only with an origin that the site allows; the script speaks first.
 */

export interface HostHello {
  /** The signed context, unverified here. */
  readonly context: string;
  readonly page: string;
  readonly referrer: string;
}

export type FrameMessage =
  | { readonly type: "open" }
  | { readonly type: "close" }
  | { readonly type: "visit" }
  | { readonly type: "gone" }
  | { readonly type: "size"; readonly width: number; readonly height: number };

const MARK = "supportsite";
const MAX_CONTEXT = 4096;
const MAX_ADDRESS = 500;

export interface HostWindow {
  readonly parent: { postMessage(message: unknown, origin: string): void };
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

function short(value: unknown, most: number): string {
  return typeof value === "string" && value.length <= most ? value : "";
}

/** What the page around says of itself, or null for anything else. */
export function readHello(data: unknown): HostHello | null {
  if (typeof data !== "object" || data === null) return null;
  const fields = data as Record<string, unknown>;
  if (fields.from !== MARK || fields.type !== "hello") return null;
  return { context: short(fields.context, MAX_CONTEXT), page: short(fields.page, MAX_ADDRESS), referrer: short(fields.referrer, MAX_ADDRESS) };
}

export class Host {
  hello: HostHello | null = null;
  #origin: string | null = null;
  readonly #waiting: FrameMessage[] = [];

  constructor(
    private readonly window: HostWindow,
    origins: readonly string[],
    onHello: () => void = () => undefined,
  ) {
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || !origins.includes(event.origin)) return;
      const hello = readHello(event.data);
      if (hello === null) return;
      this.hello = hello;
      this.#origin = event.origin;
      for (const message of this.#waiting.splice(0)) this.tell(message);
      onHello();
    });
  }

  /** Tell the page around; kept until it has spoken, because only then its origin is known. */
  tell(message: FrameMessage): void {
    if (this.#origin === null) this.#waiting.push(message);
    else this.window.parent.postMessage({ from: MARK, ...message }, this.#origin);
  }
}

/** The page around this one, or null where this page stands by itself. */
export function findHost(document: Document, origins: readonly string[]): Host | null {
  if (!("embedded" in document.documentElement.dataset)) return null;
  return new Host(window, origins);
}
