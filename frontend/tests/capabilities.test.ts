import { describe, expect, it } from "vitest";

import { capabilityOf, CLIPBOARD, controlOf, isControl, isScreen, isView, ownerIsCsr, SCREEN, surfaceOf, viewOf } from "../src/core/capabilities.ts";

describe("capabilities", () => {
  it("are eight for screens and two for the clipboard, each once", () => {
    expect(new Set([...SCREEN, ...CLIPBOARD]).size).toBe(10);
    expect(SCREEN).toHaveLength(8);
  });

  it("tell view from control, and the clipboard from both", () => {
    for (const one of SCREEN) expect(isView(one)).toBe(!isControl(one));
    for (const one of CLIPBOARD) expect([isScreen(one), isView(one), isControl(one), surfaceOf(one)]).toEqual([false, false, false, null]);
  });

  it.each(SCREEN)("%s finds its view and its control on the same side and surface", (one) => {
    const side = ownerIsCsr(one) ? "share" : "screen";
    expect(viewOf(one)).toBe(capabilityOf(side, "view", surfaceOf(one) ?? "desktop"));
    expect(controlOf(one)).toBe(capabilityOf(side, "control", surfaceOf(one) ?? "desktop"));
  });
});
