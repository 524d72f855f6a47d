/** The widget's button, alone in its frame: it tells its size, its presses, and whether a visit goes on. */

import { Host } from "../../core/host.ts";
import { readBoot } from "../../core/page.ts";

import "./button.css";

interface Boot {
  readonly origins: readonly string[];
  readonly visit: boolean;
}

const REFRESH_MS = 120_000;

const boot = readBoot(document) as Boot;
const button = document.querySelector<HTMLButtonElement>("#launch");
const host = new Host(window, boot.origins);

if (boot.visit) host.tell({ type: "visit" });
if (button !== null) {
  button.addEventListener("click", () => host.tell({ type: "open" }));
  const box = button.getBoundingClientRect();
  host.tell({ type: "size", width: Math.ceil(box.width) + 16, height: Math.ceil(box.height) + 16 });
}
// Open and closed change with the hours.
setTimeout(() => location.reload(), REFRESH_MS);
