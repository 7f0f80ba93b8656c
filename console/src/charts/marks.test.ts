import { describe, expect, it } from "vitest";
import { laneCount, type Mark, MARK_HALF, marksAt, MOST_LANES, placeMarks } from "./marks";

const mark = (from: number, to: number, label = "A"): Mark => ({ from, to, severity: "high", label, current: true });
const SHOWN = { from: 0, to: 1_000 };

/** Pairs of diamonds in one lane that cover each other. */
function hidden(placed: ReturnType<typeof placeMarks>): number {
  let pairs = 0;
  for (const [at, one] of placed.entries()) {
    for (const other of placed.slice(at + 1)) if (one.lane === other.lane && Math.abs(one.left - other.left) < 2 * MARK_HALF) pairs += 1;
  }
  return pairs;
}

describe("marks of findings", () => {
  it("stand in one lane while they do not touch, and in lanes of their own when they coincide", () => {
    const apart = placeMarks([mark(100, 110), mark(500, 510)], SHOWN, 1_000);
    expect(apart.map((each) => each.lane)).toEqual([0, 0]);
    const same = placeMarks([mark(100, 200), mark(100, 200), mark(100, 150)], SHOWN, 1_000);
    expect(same.map((each) => each.lane).sort()).toEqual([0, 1, 2]);
    expect(laneCount(same)).toBe(3);
  });

  it("are all there, and none hides another, when there are more of them than lanes", () => {
    const many = Array.from({ length: 30 }, (_, at) => mark(300, 900, `finding ${at}`));
    const placed = placeMarks(many, SHOWN, 1_000);
    expect(placed.map((each) => each.mark.label).sort()).toEqual(many.map((each) => each.label).sort());
    expect(laneCount(placed)).toBe(MOST_LANES);
    expect(hidden(placed)).toBe(0);
  });

  it("that begin before the time shown stand at its start, and those outside are left out", () => {
    const placed = placeMarks([mark(-500, 300), mark(-500, -100), mark(1_000, 1_100)], SHOWN, 500);
    expect(placed).toHaveLength(1);
    expect(placed[0]).toMatchObject({ left: 0, right: 150, lane: 0 });
  });

  it("are listed together under the pointer", () => {
    const placed = placeMarks([mark(100, 200, "one"), mark(100, 120, "two"), mark(600, 700, "three")], SHOWN, 1_000);
    expect(marksAt(placed, 100).map((each) => each.mark.label)).toEqual(["two", "one"]);
    expect(marksAt(placed, 650).map((each) => each.mark.label)).toEqual(["three"]);
    expect(marksAt(placed, 400)).toEqual([]);
  });
});
