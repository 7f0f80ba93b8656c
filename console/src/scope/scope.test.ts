import { describe, expect, it } from "vitest";
import { daysBefore } from "./history";
import { binFor, DAY, HOUR, readLength, readScope, resolveScope, scopeFault, withPeriphery, writeLength, writeScope } from "./scope";

const data = { first: 1_000 * DAY, last: 1_030 * DAY };
const scope = (query: string) => resolveScope(readScope(new URLSearchParams(query)), data);

describe("scope time", () => {
  it("is the last day of the data by default", () => expect(scope("")).toEqual({ from: 1_029 * DAY, to: 1_030 * DAY }));
  it("counts back from the end of the data", () => expect(scope("scopeLast=2h")).toEqual({ from: 1_030 * DAY - 2 * HOUR, to: 1_030 * DAY }));
  it("is exact to the second", () => expect(scope("scopeStart=86400001&scopeEnd=86400009")).toEqual({ from: 86_400_001, to: 86_400_009 }));
  it("with only a start ends at the end of the data", () => expect(scope(`scopeStart=${1_010 * DAY}`)).toEqual({ from: 1_010 * DAY, to: 1_030 * DAY }));
  it("with only an end begins at the start of the data", () => expect(scope(`scopeEnd=${1_010 * DAY}`)).toEqual({ from: 1_000 * DAY, to: 1_010 * DAY }));
  it("ignores what is no time", () => expect(scope("scopeStart=yesterday&scopeLast=ever")).toEqual(scope("")));

  it("is written as it was read", () => {
    for (const query of ["scopeStart=1&scopeEnd=2", "scopeLast=7d", ""]) {
      expect(writeScope(readScope(new URLSearchParams(query)), new URLSearchParams("scopeLast=1h")).toString()).toBe(query);
    }
    expect([writeLength(90), writeLength(7_200), writeLength(14 * DAY)]).toEqual(["90s", "2h", "14d"]);
    expect(readLength("400d")).toBeNull();
  });

  it("says what is wrong", () => {
    expect(scopeFault({ from: 2, to: 2 })).toMatch(/after the start/);
    expect(scopeFault({ from: 0, to: 400 * DAY })).toMatch(/a year/);
    expect(scopeFault({ from: 0, to: 1 })).toBeNull();
  });
});

describe("charts", () => {
  it("have about 400 bars at most", () => {
    for (const days of [1, 16, 17, 90, 91, 366]) {
      const range = { from: 0, to: days * DAY };
      expect((range.to - range.from) / binFor(range)).toBeLessThanOrEqual(384);
    }
  });

  it("show time before and after the scope, and nothing after the data", () => {
    const range = { from: 1_020 * DAY, to: 1_020 * DAY + 5 * HOUR };
    expect(withPeriphery(range, HOUR, data)).toEqual({ from: range.from - 12 * HOUR, to: range.to + 12 * HOUR });
    const year = { from: 1_030 * DAY - 366 * DAY - 5, to: 1_030 * DAY - 5 };
    const shown = withPeriphery(year, DAY, data);
    expect(shown.to - shown.from).toBeLessThanOrEqual(366 * DAY);
    const late = { from: 1_029 * DAY, to: 1_030 * DAY };
    expect(withPeriphery(late, HOUR, data)).toEqual({ from: 1_028 * DAY, to: 1_030 * DAY });
  });
});

describe("what a scope is compared with", () => {
  const day = 86_400;
  it("is the days on record, 45 at most", () => {
    const scope = { from: 100 * day, to: 101 * day };
    expect(daysBefore(scope, { first: 10 * day, last: null })).toBe("the 45 days before it");
    expect(daysBefore(scope, { first: 83.2 * day, last: null })).toBe("the 17 days on record before it");
    expect(daysBefore(scope, { first: 99 * day, last: null })).toBe("the day on record before it");
    expect(daysBefore(scope, { first: 99.9 * day, last: null })).toBe("the hours on record before it, less than a day");
    expect(daysBefore(scope, { first: 100.5 * day, last: null })).toBe("the time before it, of which nothing is on record");
  });
});
