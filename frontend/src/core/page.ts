/** What a page's template hands to its script, and the browser's parts that core takes as arguments. */

import { createApi, type Api } from "./api.ts";
import { languageFrom, type Language } from "./i18n.ts";
import type { WebSocketLike } from "./socket.ts";

/** The JSON in `<script type="application/json" id="boot">`. */
export function readBoot(document: Document): unknown {
  return JSON.parse(document.getElementById("boot")?.textContent ?? "{}");
}

export function pageLanguage(document: Document): Language {
  return languageFrom(document.documentElement.lang);
}

export function pageApi(document: Document): Api {
  const csrf = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  return createApi((input, init) => fetch(input, init), csrf);
}

/** Open a WebSocket by the address of a ticket, which may be a path. */
export function openWebSocket(url: string): WebSocketLike {
  const absolute = new URL(url, location.href);
  absolute.protocol = absolute.protocol.replace(/^http/, "ws");
  const socket = new WebSocket(absolute);
  const like: WebSocketLike = {
    onopen: null,
    onmessage: null,
    onclose: null,
    send: (data) => socket.send(data),
    close: (code) => socket.close(code),
  };
  socket.onopen = () => like.onopen?.();
  socket.onmessage = (event) => like.onmessage?.(event);
  socket.onclose = (event) => like.onclose?.(event);
  return like;
}
