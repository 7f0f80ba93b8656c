/** How times are written. */
export type Zone = "utc" | "local";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Seconds since 1970 of a time that the API wrote. */
export function seconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}

interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  zone: string;
}

function fields(secs: number, zone: Zone): Fields {
  const date = new Date(secs * 1000);
  if (zone === "utc") {
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth(),
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      zone: "UTC",
    };
  }
  return {
    year: date.getFullYear(),
    month: date.getMonth(),
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
    zone: offset(-date.getTimezoneOffset()),
  };
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** An offset from UTC in minutes: `UTC+02:00`. */
export function offset(minutes: number): string {
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "−" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** `2026-08-31 01:00 UTC`; seconds are written when they are not 0. */
export function instant(secs: number, zone: Zone): string {
  const at = fields(secs, zone);
  return `${at.year}-${two(at.month + 1)}-${two(at.day)} ${two(at.hour)}:${two(at.minute)}${at.second ? `:${two(at.second)}` : ""} ${at.zone}`;
}

/** `2026-08-31 01:00:00 UTC`. */
export function exactInstant(secs: number, zone: Zone): string {
  const at = fields(secs, zone);
  return `${at.year}-${two(at.month + 1)}-${two(at.day)} ${two(at.hour)}:${two(at.minute)}:${two(at.second)} ${at.zone}`;
}

/** A stretch of time: the day of the end is left out when it is that of the start. */
export function stretch(from: number, to: number, zone: Zone): string {
  const [start, end] = [fields(from, zone), fields(to, zone)];
  const clock = (at: Fields) => `${two(at.hour)}:${two(at.minute)}${start.second || end.second ? `:${two(at.second)}` : ""}`;
  const day = (at: Fields) => `${at.year}-${two(at.month + 1)}-${two(at.day)}`;
  const last = day(start) === day(end) ? clock(end) : `${day(end)} ${clock(end)}`;
  return `${day(start)} ${clock(start)} – ${last} ${start.zone}`;
}

/** `23 Nov 10:09`, where the year and the zone stand elsewhere. */
export function brief(secs: number, zone: Zone): string {
  const at = fields(secs, zone);
  return `${at.day} ${MONTHS[at.month]} ${two(at.hour)}:${two(at.minute)}`;
}

/** A tick of a time axis: the day at midnight, else the hour. */
export function tick(secs: number, zone: Zone, stepSecs: number): string {
  const at = fields(secs, zone);
  if (stepSecs >= 86_400 || (at.hour === 0 && at.minute === 0)) return `${at.day} ${MONTHS[at.month]}`;
  return `${two(at.hour)}:${two(at.minute)}`;
}

/** A length of time in its two largest units: `3 min 20 s`, `2 d 4 h`. */
export function length(secs: number): string {
  const units: [number, string][] = [[86_400, "d"], [3_600, "h"], [60, "min"], [1, "s"]];
  let rest = Math.max(0, Math.round(secs));
  const parts: string[] = [];
  for (const [size, name] of units) {
    const amount = Math.floor(rest / size);
    if (amount > 0) parts.push(`${amount} ${name}`);
    else if (parts.length) break;
    rest -= amount * size;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0 s";
}
