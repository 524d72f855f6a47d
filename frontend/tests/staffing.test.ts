import { describe, expect, it } from "vitest";

import { enough } from "../src/pages/console/monitor-staffing.tsx";
import type { StaffingLevel } from "../src/protocol/generated.ts";

const level = (csrs: number, service_level: number | null): StaffingLevel => ({ csrs, service_level, mean_answer_s: null, left_share: null, occupancy: null });

describe("how many CSRs would have been enough", () => {
  it("are the fewest with whom eight of ten are answered in time", () => {
    expect(enough([level(2, 0.3), level(3, 0.8), level(4, 1)])?.csrs).toBe(3);
  });

  it("are none of those tried where none was good", () => {
    expect(enough([level(2, 0.3), level(3, null)])).toBeNull();
    expect(enough([])).toBeNull();
  });
});
