import { DAY, type DataRange, type Range } from "./scope";

/** How far back "new" and "usual" look. */
const MOST_DAYS = 45;

/** What a scope is compared with, in words: no more days than are on record before it. */
export function daysBefore(range: Range, data: DataRange): string {
  const days = data.first === null ? 0 : (range.from - data.first) / DAY;
  if (days >= MOST_DAYS) return `the ${MOST_DAYS} days before it`;
  if (days <= 0) return "the time before it, of which nothing is on record";
  const whole = Math.round(days);
  if (whole < 1) return "the hours on record before it, less than a day";
  return whole === 1 ? "the day on record before it" : `the ${whole} days on record before it`;
}
