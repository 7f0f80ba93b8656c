import { describe, expect, it } from "vitest";
import { exactInstant, instant, length, offset, stretch, tick } from "./time";

const at = Date.UTC(2026, 7, 31, 1) / 1000;

describe("times", () => {
  it("writes seconds only when there are some", () => {
    expect(instant(at, "utc")).toBe("2026-08-31 01:00 UTC");
    expect(instant(at + 5, "utc")).toBe("2026-08-31 01:00:05 UTC");
    expect(exactInstant(at, "utc")).toBe("2026-08-31 01:00:00 UTC");
  });

  it("leaves out the day of the end when it is that of the start", () => {
    expect(stretch(at, at + 7_200, "utc")).toBe("2026-08-31 01:00 – 03:00 UTC");
    expect(stretch(at, at + 86_400, "utc")).toBe("2026-08-31 01:00 – 2026-09-01 01:00 UTC");
  });

  it("ticks with the day at midnight", () => {
    expect(tick(at, "utc", 3_600)).toBe("01:00");
    expect(tick(at - 3_600, "utc", 3_600)).toBe("31 Aug");
    expect(tick(at, "utc", 86_400)).toBe("31 Aug");
  });

  it("writes offsets", () => {
    expect(offset(120)).toBe("UTC+02:00");
    expect(offset(-210)).toBe("UTC−03:30");
  });
});

describe("lengths", () => {
  it.each([
    [0, "0 s"],
    [200, "3 min 20 s"],
    [3_600, "1 h"],
    [187_200, "2 d 4 h"],
    [86_460, "1 d"],
  ])("writes %d s as %s", (secs, text) => expect(length(secs)).toBe(text));
});
