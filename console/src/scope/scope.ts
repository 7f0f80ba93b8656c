import { seconds } from "../format/time";

/** The time that a page is about, in seconds since 1970; the end is outside. */
export interface Range {
  from: number;
  to: number;
}

/** From when to when there are flows; null in an empty lake. */
export interface DataRange {
  first: number | null;
  last: number | null;
}

/** The whole hours from the first to the last time that something was seen; one at least. */
export function wholeHours(seen: { first_seen: string; last_seen: string }): Range {
  const from = Math.floor(seconds(seen.first_seen) / HOUR) * HOUR;
  return { from, to: Math.max(Math.ceil(seconds(seen.last_seen) / HOUR) * HOUR, from + HOUR) };
}

/** A scope as the address writes it. */
export type ScopeChoice =
  | { kind: "absolute"; from: number | null; to: number | null }
  | { kind: "last"; secs: number }
  | { kind: "usual" };

export const HOUR = 3_600;
export const DAY = 86_400;
/** The scope when none is given: the last day of the data. */
export const USUAL_SECS = DAY;
/** Longest scope that the interface takes. */
export const LONGEST_SECS = 366 * DAY;

const UNITS: Record<string, number> = { s: 1, m: 60, h: HOUR, d: DAY, w: 7 * DAY };

export function readScope(search: URLSearchParams): ScopeChoice {
  const [start, end, last] = [epoch(search.get("scopeStart")), epoch(search.get("scopeEnd")), search.get("scopeLast")];
  if (start !== null || end !== null) return { kind: "absolute", from: start, to: end };
  const secs = last === null ? null : readLength(last);
  return secs === null ? { kind: "usual" } : { kind: "last", secs };
}

export function writeScope(choice: ScopeChoice, search: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const name of ["scopeStart", "scopeEnd", "scopeLast"]) next.delete(name);
  if (choice.kind === "last") next.set("scopeLast", writeLength(choice.secs));
  if (choice.kind === "absolute") {
    if (choice.from !== null) next.set("scopeStart", String(choice.from));
    if (choice.to !== null) next.set("scopeEnd", String(choice.to));
  }
  return next;
}

/** The time that a choice means. A relative one counts back from the end of the data; an open start is the start of the data. */
export function resolveScope(choice: ScopeChoice, data: DataRange): Range {
  const end = data.last ?? 0;
  if (choice.kind === "last") return { from: end - choice.secs, to: end };
  if (choice.kind === "usual") return { from: end - USUAL_SECS, to: end };
  if (choice.from !== null) return { from: choice.from, to: choice.to ?? Math.max(end, choice.from + HOUR) };
  const to = choice.to ?? end;
  const first = Math.max(data.first ?? to - USUAL_SECS, to - LONGEST_SECS);
  return { from: first < to ? first : to - USUAL_SECS, to };
}

/** What is wrong with a scope, or null. */
export function scopeFault(range: Range): string | null {
  if (!(range.from < range.to)) return "The end has to be after the start.";
  if (range.to - range.from > LONGEST_SECS) return "The scope time can be a year at most.";
  return null;
}

function epoch(text: string | null): number | null {
  return text !== null && /^\d{1,11}$/.test(text) ? Number(text) : null;
}

export function readLength(text: string): number | null {
  const found = /^(\d{1,8})([smhdw])$/.exec(text);
  if (!found) return null;
  const secs = Number(found[1]) * (UNITS[found[2] ?? ""] ?? 0);
  return secs > 0 && secs <= LONGEST_SECS ? secs : null;
}

export function writeLength(secs: number): string {
  if (secs % DAY === 0) return `${secs / DAY}d`;
  if (secs % HOUR === 0) return `${secs / HOUR}h`;
  return secs % 60 === 0 ? `${secs / 60}m` : `${secs}s`;
}

/** The length of bars that keeps a chart of this time readable: about 400 at most. */
export function binFor(range: Range): number {
  const secs = range.to - range.from;
  if (secs <= 16 * DAY) return HOUR;
  return secs <= 90 * DAY ? 6 * HOUR : DAY;
}

/** The scope with peripheral time on both sides: as long as the scope itself, at least half a day, at most a week. */
export function withPeriphery(range: Range, binSecs: number, data: DataRange): Range {
  const length = range.to - range.from;
  // The interface takes a year at most, the bins that are cut at both ends included.
  const room = Math.max(0, (LONGEST_SECS - length) / 2 - binSecs);
  const side = Math.min(Math.max(length, 12 * HOUR), 7 * DAY, room);
  const [down, up] = room > 0 ? [Math.floor, Math.ceil] : [Math.ceil, Math.floor];
  const from = down((range.from - side) / binSecs) * binSecs;
  const to = up((range.to + side) / binSecs) * binSecs;
  // After the end of the data there is nothing to see, unless the scope itself lies there.
  const end = data.last === null ? to : Math.max(Math.ceil(data.last / binSecs) * binSecs, up(range.to / binSecs) * binSecs);
  return { from, to: Math.min(to, end) };
}
