/** The entry page of a queue, by itself and inside other sites' pages. */

import { render } from "preact";

import { systemClock } from "../../core/clock.ts";
import { findHost } from "../../core/host.ts";
import { startLanguage } from "../../core/i18n.ts";
import { pageApi, pageLanguage, readBoot } from "../../core/page.ts";
import { tabMemory } from "../../core/session.ts";
import { catalogs } from "virtual:catalog/entry";
import { App } from "./app.tsx";
import { EntryModel, type EntryBoot, type Origin } from "./model.ts";

import "./entry.css";

const boot = readBoot(document) as EntryBoot;
const host = findHost(document, boot.origins); // before anything is waited for: the page around speaks first
const root = document.getElementById("app");

/** Whether the browser keeps a cookie for this page inside another site's. */
function keepsCookies(): boolean {
  if (host === null) return true;
  document.cookie = "probe=1; SameSite=None; Secure; Partitioned; Max-Age=60; Path=/embed/";
  return document.cookie.includes("probe=1");
}

function origin(): Origin {
  if (host !== null) return { entry_url: host.hello?.page ?? "", referrer: host.hello?.referrer ?? "", context: host.hello?.context ?? "" };
  // A link may bring the signed context behind its #, where no server's log sees it.
  const context = new URLSearchParams(location.hash.slice(1)).get("context") ?? "";
  return { entry_url: document.referrer.slice(0, 500), referrer: "", context: context.slice(0, 4096) };
}

if (root !== null) {
  await startLanguage(pageLanguage(document), catalogs);
  const model = new EntryModel({
    boot,
    host,
    api: pageApi(document),
    memory: tabMemory(() => localStorage),
    clock: systemClock,
    origin,
    go: (url) => location.replace(url),
  });
  render(<App model={model} keeps={keepsCookies()} />, root);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) host?.tell({ type: "close" });
  });
}
