/** Tells when this computer's network became another one, as far as a browser says so. */

interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

/** Calls `changed` when the browser is online again or the kind of its network changes; the answer ends it. */
export function onNetworkChange(changed: () => void): () => void {
  const information = (navigator as Navigator & { connection?: NetworkInformation }).connection;
  let kind = information?.type;
  const compare = (): void => {
    // Chromium tells estimates of the speed by the same event.
    if (information?.type === kind) return;
    kind = information?.type;
    changed();
  };
  window.addEventListener("online", changed);
  information?.addEventListener("change", compare);
  return () => {
    window.removeEventListener("online", changed);
    information?.removeEventListener("change", compare);
  };
}
