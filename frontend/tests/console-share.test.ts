import { beforeEach, describe, expect, it, vi } from "vitest";

import type { LiveSession } from "../src/core/session.ts";
import { signal } from "@preact/signals";
import { monitorChoices, replaceable } from "../src/pages/console/monitors.tsx";
import { monitorInAddress } from "../src/pages/console/popout.tsx";
import { ClipboardKeeper, clipboardParts } from "../src/pages/console/clipboard.ts";
import { ShareKeeper, type ShareDesk } from "../src/pages/console/share.ts";
import { EMPTY_VIEW } from "../src/core/viewer-state.ts";
import type { PictureKeeper } from "../src/core/picture.ts";
import type { Event, GrantInfo, Screen, SessionSnapshot, StateMessage } from "../src/protocol/generated.ts";
import { AT, csr, event, FakeClock, grant, person, request, settle, snapshot } from "./fakes.ts";

class Track extends EventTarget {
  enabled = true;
  contentHint = "";
  stopped = false;
  onended: (() => void) | null = null;
  stop(): void {
    this.stopped = true;
  }
  getSettings(): object {
    return { displaySurface: "monitor" };
  }
}

const streamOf = (track: Track): MediaStream => ({ getTracks: () => [track], getVideoTracks: () => [track] }) as unknown as MediaStream;

function session(first: SessionSnapshot) {
  const current = signal(first);
  const link = signal({ phase: "live", retryAt: null, lostAt: null, code: null });
  const listeners = new Set<(event: Event, after: SessionSnapshot) => void>();
  const calls: [string, ...unknown[]][] = [];
  const call = (name: string, answer?: unknown) => (...args: unknown[]) => {
    calls.push([name, ...args]);
    return Promise.resolve(answer);
  };
  const commands = {
    ask: call("ask", request({ id: "share", capability: "share.view.desktop", source: "endpoint-csr" })),
    cancel: call("cancel"),
    grant: call("grant", grant({ id: "g", capability: "share.view.desktop", owner: "csr", endpoint: "endpoint-csr", holder: "customer" })),
    stopGrant: call("stopGrant"),
    firstUse: call("firstUse"),
    marked: call("marked"),
    ice: call("ice", { ice_servers: [] }),
  };
  const live = {
    snapshot: current,
    link,
    endpoint: "endpoint-csr",
    commands,
    signal: () => true,
    onSignal: () => () => undefined,
    onEvent: (listener: (event: Event, after: SessionSnapshot) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as LiveSession;
  const become = (change: Partial<SessionSnapshot>, said?: Event): void => {
    current.value = { ...current.peek(), ...change };
    if (said) for (const listener of listeners) listener(said, current.peek());
  };
  return { live, calls, become, link };
}

const notes: string[] = [];
let attached: number;
const desk: ShareDesk = {
  run: (command) => command().then(() => true, () => false),
  note: (text) => notes.push(text),
  attach: () => (attached += 1),
};

describe("showing the own computer", () => {
  let track: Track;
  let clock: FakeClock;

  beforeEach(() => {
    track = new Track();
    clock = new FakeClock();
    attached = 0;
    notes.length = 0;
  });

  function keeper(first = snapshot({ me: "csr" }), pick: () => Promise<MediaStream> = () => Promise.resolve(streamOf(track))) {
    const made = session(first);
    const devices = { getDisplayMedia: vi.fn(pick) };
    const share = new ShareKeeper(made.live, { clock, devices: () => devices as unknown as MediaDevices, canShow: () => true });
    share.start();
    return { ...made, share, devices };
  }

  const asked = request({ id: "share", capability: "share.view.desktop", source: "endpoint-csr" });
  const accepted = { ...asked, accepted_at: AT };

  it("picks the screen, asks, and grants by itself once the customer agreed", async () => {
    const { share, calls, become, devices } = keeper();
    await share.begin("share.view.desktop", desk);
    expect(devices.getDisplayMedia).toHaveBeenCalledOnce();
    expect(calls).toEqual([["ask", "share.view.desktop", { source: "endpoint-csr" }]]);
    become({ requests: [asked] });
    await settle();
    expect(calls).toHaveLength(1);
    become({ requests: [accepted] });
    become({ requests: [accepted] });
    await settle();
    expect(calls.filter(([name]) => name === "grant")).toEqual([["grant", "share", "endpoint-csr"]]);
    expect(share.source.grant.value).toBe("g");
    expect(track.stopped).toBe(false);
    share.source.stop("g", "owner_stop");
    expect(track.stopped).toBe(true);
    expect(calls.at(-1)).toEqual(["stopGrant", "g", "owner_stop"]);
  });

  it("gives the screen back when the customer says No or nothing", async () => {
    const { share, become } = keeper();
    await share.begin("share.view.desktop", desk);
    become({ requests: [asked] });
    become({ requests: [] }, event(1, "request.denied", { request: "share", rest: null }));
    expect(track.stopped).toBe(true);
  });

  it("takes the request back when the CSR ends the capture before the answer", async () => {
    const { share, calls, become } = keeper();
    await share.begin("share.view.desktop", desk);
    become({ requests: [asked] });
    track.onended?.();
    await settle();
    expect(calls.at(-1)).toEqual(["cancel", "share"]);
    become({ requests: [accepted] });
    await settle();
    expect(calls.filter(([name]) => name === "grant")).toHaveLength(0);
  });

  it("asks nobody when the picker is closed", async () => {
    const { share, calls } = keeper(snapshot({ me: "csr" }), () => Promise.reject(new DOMException("", "NotAllowedError")));
    await share.begin("share.view.desktop", desk);
    expect(calls).toEqual([]);
    expect(notes).toEqual([]);
  });

  it("shares control by the own Support Manager: attaches it first, then goes on by itself", async () => {
    const { share, calls, become, devices } = keeper();
    await share.begin("share.control.desktop", desk);
    expect([attached, calls.length]).toEqual([1, 0]);
    const endpoints = [...csr().endpoints, { id: "manager", kind: "support_manager" as const, connected: true, label: "" }];
    become({ participants: [csr({ endpoints }), person()] });
    await share.attached(desk);
    expect(calls).toEqual([["ask", "share.control.desktop", { source: "manager" }]]);
    expect(devices.getDisplayMedia).not.toHaveBeenCalled();
  });

  it("takes back, after a reload, what this page can no longer show", async () => {
    const { calls } = keeper(snapshot({ me: "csr", requests: [asked] }));
    await settle();
    expect(calls).toEqual([["cancel", "share"]]);
  });

  it("says that the screen must be chosen again when a reload took the picture of a live share", () => {
    const own = grant({ id: "g", capability: "share.view.desktop", owner: "csr", endpoint: "endpoint-csr" });
    const { share } = keeper(snapshot({ me: "csr", grants: [own] }));
    expect(share.grant.value?.id).toBe("g");
    expect(share.broken).toBe(true);
  });
});

describe("clipboard text", () => {
  const get = grant({ id: "get", capability: "clipboard.to_csr" });
  const give = grant({ id: "give", capability: "clipboard.to_customer" });

  function keeper(may = () => true) {
    const made = session(snapshot({ me: "csr" }));
    const told: StateMessage[] = [];
    const view = signal({ ...EMPTY_VIEW, state: "live" as const });
    const picture = { view, onClipboard: null, tell: (message: StateMessage) => may() && told.push(message) > 0 } as unknown as PictureKeeper;
    const clock = new FakeClock();
    const clipboard = new ClipboardKeeper(made.live, picture, clock);
    clipboard.start();
    return { ...made, clipboard, picture, told, clock };
  }

  it("is fetched once per grant and shown when the last part is there", () => {
    const { clipboard, picture, told, become } = keeper();
    become({ grants: [get] });
    become({ grants: [get] });
    expect(told).toEqual([{ type: "clipboard_read", grant: "get", epoch: 1 }]);
    const part = { type: "clipboard_part", grant: "get", epoch: 1, parts: 2 } as const;
    picture.onClipboard?.({ ...part, part: 0, text: "日本" });
    expect(clipboard.view.value.received).toBeNull();
    picture.onClipboard?.({ ...part, part: 1, text: "語" });
    expect(clipboard.view.value.received).toBe("日本語");
  });

  it("is not taken from a grant that nobody here asked to use", () => {
    const { clipboard, picture } = keeper();
    picture.onClipboard?.({ type: "clipboard_part", grant: "other", epoch: 1, part: 0, parts: 1, text: "x" });
    expect(clipboard.view.value.received).toBeNull();
  });

  it("leaves only after the customer said yes, in parts, waiting while the link is full", async () => {
    let room = 2;
    const { clipboard, told, become, clock } = keeper(() => (room -= 1) >= 0);
    const text = "x".repeat(25_000);
    await clipboard.send(desk, () => Promise.resolve(text));
    expect(told).toEqual([]);
    become({ grants: [give] });
    expect(told).toHaveLength(2);
    room = 5;
    await clock.pass(100);
    expect(told.map((message) => ("text" in message ? message.text : "")).join("")).toBe(text);
    expect(told).toMatchObject([{ part: 0, parts: 3 }, { part: 1 }, { part: 2 }]);
    expect(clipboard.view.value.sentAt).not.toBeNull();
  });

  it("tears no character apart", () => {
    const text = `${"a".repeat(9999)}😀b`;
    const parts = clipboardParts(text);
    expect(parts.join("")).toBe(text);
    expect(parts.map((part) => part.length)).toEqual([9999, 3]);
  });

  it("asks nothing for an empty clipboard", async () => {
    notes.length = 0;
    const { clipboard, calls } = keeper();
    await clipboard.send(desk, () => Promise.resolve(""));
    expect(calls).toEqual([]);
    expect(notes).toHaveLength(1);
  });
});

describe("monitors", () => {
  const monitor = (number: number) => ({ number, width: 1920, height: 1080, primary: number === 1, x: 0, y: 0, scale: 1 });
  const screen = (shown: number[]): Screen => ({ type: "screen", width: 1, height: 1, monitors: [monitor(1), monitor(2)], shown, surface: "desktop", windows: [], marks_in_picture: false });
  const shown = (screen_: Screen | null, chosen: number[]): number[] => monitorChoices(screen_, chosen).filter((one) => one.shown).map((one) => one.monitor.number);

  it("are those of the picture, until another one is chosen", () => {
    expect(shown(screen([1, 2]), [])).toEqual([1, 2]);
    expect(shown(screen([1]), [])).toEqual([1]);
    expect(shown(screen([1]), [2])).toEqual([2]);
    expect(shown(screen([]), [])).toEqual([1, 2]);
    expect(shown(null, [])).toEqual([]);
  });

  it("and windows that were left out are asked for anew, under the widest grant of the own", () => {
    const view = grant({ id: "view", capability: "screen.view.application" });
    const control = grant({ id: "control", capability: "screen.control.application" });
    const over = (change: Partial<SessionSnapshot>): string | null => replaceable(snapshot({ me: "csr", grants: [view], ...change }), "view")?.id ?? null;
    expect(over({})).toBe("view");
    expect(over({ grants: [view, control] })).toBe("control");
    expect(over({ requests: [request({ capability: "screen.view.application" })] })).toBeNull();
    expect(over({ me: "customer" })).toBeNull();
    expect(over({ grants: [{ ...view, capability: "share.view.application" }] })).toBeNull();
    const desktop = (monitors: number[]): GrantInfo => grant({ id: "view", capability: "screen.view.desktop", scope: { monitors, applications: [] } });
    expect(over({ grants: [desktop([1])] })).toBe("view");
    expect(over({ grants: [desktop([])] })).toBeNull();
  });

  it("have an address for a window of their own", () => {
    expect(monitorInAddress("?monitor=2")).toBe(2);
    for (const search of ["", "?monitor=", "?monitor=0", "?monitor=17", "?monitor=1.5", "?monitor=x"]) expect(monitorInAddress(search)).toBeNull();
  });
});
