import { describe, expect, it, vi } from "vitest";

import { COMPACT_HEIGHT, OPEN_HEIGHT, Tray, type TrayPorts } from "../src/pages/console/tray.ts";

class FakeWindow extends EventTarget {
  innerHeight = COMPACT_HEIGHT;
  focused = 0;
  closed = false;
  refuses = false;

  focus(): void {
    this.focused += 1;
  }

  close(): void {
    this.closed = true;
    this.dispatchEvent(new Event("pagehide"));
  }

  resizeBy(_x: number, y: number): void {
    if (this.refuses) throw new DOMException("no press", "NotAllowedError");
    this.innerHeight += y;
  }
}

interface Given {
  pip?: "there" | "refused";
  popUp?: boolean;
}

function make({ pip, popUp = true }: Given = {}) {
  const window = new FakeWindow();
  const clear = vi.fn();
  const popUps = vi.fn(() => (popUp ? (window as unknown as Window) : null));
  const ports: TrayPorts = {
    pictureInPicture: () =>
      pip === undefined
        ? undefined
        : { requestWindow: () => (pip === "there" ? Promise.resolve(window as unknown as Window) : Promise.reject(new DOMException("off", "NotAllowedError"))) },
    popUp: popUps,
    draw: vi.fn(() => clear),
  };
  return { tray: new Tray(ports), window, ports, clear, popUps };
}

describe("the tray", () => {
  it("is the browser's own small window where there is one", async () => {
    const { tray, popUps } = make({ pip: "there" });
    expect(await tray.open()).toBe(true);
    expect(popUps).not.toHaveBeenCalled();
  });

  it.each([undefined, "refused"] as const)("is a pop-up of the same size where that is %s", async (pip) => {
    const { tray, popUps } = make(pip ? { pip } : {});
    expect(await tray.open()).toBe(true);
    expect(popUps).toHaveBeenCalledWith(360, COMPACT_HEIGHT);
  });

  it("says so where the browser refuses both, and can be tried again", async () => {
    const { tray, ports } = make({ popUp: false });
    expect(await tray.open()).toBe(false);
    expect(tray.window.value).toBeNull();
    expect(ports.draw).not.toHaveBeenCalled();
  });

  it("comes to the front when it is opened twice, and is drawn once", async () => {
    const { tray, ports, window } = make();
    await tray.open();
    await tray.open();
    expect(ports.draw).toHaveBeenCalledTimes(1);
    expect(window.focused).toBe(1);
  });

  it("grows and shrinks once each, from whatever size it has", async () => {
    const { tray, window } = make();
    await tray.open();
    tray.fit(true);
    expect(window.innerHeight).toBe(OPEN_HEIGHT);
    window.innerHeight += 100; // drawn larger by hand
    tray.fit(true);
    expect(window.innerHeight).toBe(OPEN_HEIGHT + 100);
    tray.fit(false);
    expect(window.innerHeight).toBe(COMPACT_HEIGHT);
  });

  it("shows one pane at a time, and none when its icon is pressed again", async () => {
    const { tray } = make();
    await tray.open();
    tray.toggle("chat");
    tray.toggle("notes");
    expect(tray.pane.value).toBe("notes");
    tray.toggle("notes");
    expect(tray.pane.value).toBeNull();
  });

  it("shows its pane although the browser refuses to make it larger", async () => {
    const { tray, window } = make();
    await tray.open();
    window.refuses = true;
    tray.show("session");
    tray.fit(true);
    expect(tray.pane.value).toBe("session");
  });

  it("counts the chat as read only while it is shown, and leaves the page to itself when the person works there", async () => {
    const { tray } = make();
    expect(tray.readsChat).toBeNull();
    await tray.open();
    expect(tray.readsChat).toBe(false);
    tray.toggle("chat");
    expect(tray.readsChat).toBe(true);
    tray.pressed.value = false;
    expect(tray.readsChat).toBeNull();
  });

  it("is taken out when the person closes its window, and opens small again", async () => {
    const { tray, window, clear, ports } = make();
    await tray.open();
    tray.toggle("chat");
    expect(tray.pressed.value).toBe(true);
    window.close();
    expect(clear).toHaveBeenCalledTimes(1);
    expect([tray.window.value, tray.pressed.value]).toEqual([null, false]);
    await tray.open();
    expect(ports.draw).toHaveBeenCalledTimes(2);
    expect(tray.pane.value).toBeNull();
  });
});
