import type { SeverityWord } from "../api/types";
import type { Range } from "../scope/scope";

/** A finding, marked above the bars from its first to its last occurrence. */
export interface Mark {
  from: number;
  to: number;
  severity: SeverityWord;
  label: string;
  current: boolean;
}

/** Where a mark stands: its two ends in pixels from the left of the bars, and its lane, 0 nearest to the bars. */
export interface PlacedMark {
  mark: Mark;
  left: number;
  right: number;
  lane: number;
}

/** Half the width of the diamond at the start of a mark, CSS pixels. */
export const MARK_HALF = 5;
/** Lanes that a chart has room for. Further marks stand in them beside each other rather than above. */
export const MOST_LANES = 8;
/** How far a mark without a free lane is moved, so that it does not hide the one before it. */
const OFFSET = 2 * MARK_HALF + 1;

/**
 * Places every mark that touches the time shown. None hides the diamond of another: those that overlap take lanes of their own, and
 * when all lanes are taken the diamond moves to the side.
 */
export function placeMarks(marks: readonly Mark[], shown: Range, width: number): PlacedMark[] {
  const at = (secs: number): number => (Math.min(Math.max((secs - shown.from) / (shown.to - shown.from), 0), 1)) * width;
  const inView = marks.filter((mark) => mark.from < shown.to && mark.to > shown.from);
  const placed: PlacedMark[] = [];
  /** Of each lane, where its last mark ends and where its last diamond stands. */
  const lanes: { end: number; diamond: number }[] = [];
  for (const mark of [...inView].sort((a, b) => a.from - b.from || a.to - b.to)) {
    let left = at(mark.from);
    let lane = lanes.findIndex((taken) => taken.end + 2 * MARK_HALF < left);
    if (lane < 0 && lanes.length < MOST_LANES) lane = lanes.push({ end: 0, diamond: 0 }) - 1;
    if (lane < 0) {
      // The lane whose last diamond is furthest to the left.
      lane = lanes.reduce((best, taken, index) => (taken.diamond < (lanes[best]?.diamond ?? 0) ? index : best), 0);
      left = Math.max(left, (lanes[lane]?.diamond ?? 0) + OFFSET);
    }
    const right = Math.max(at(mark.to), left);
    const before = lanes[lane];
    lanes[lane] = { end: Math.max(right, before?.end ?? 0), diamond: left };
    placed.push({ mark, left, right, lane });
  }
  return placed;
}

/** Lanes that the marks take. */
export function laneCount(placed: readonly PlacedMark[]): number {
  return placed.reduce((most, each) => Math.max(most, each.lane + 1), 0);
}

/** The marks whose diamond or line is under a place, to be listed together. */
export function marksAt(placed: readonly PlacedMark[], left: number): PlacedMark[] {
  return placed.filter((each) => each.left - MARK_HALF <= left && left <= Math.max(each.right, each.left + MARK_HALF));
}
