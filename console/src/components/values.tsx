import { bytes, count, exact, exactBytes } from "../format/number";
import { exactInstant, instant, length, seconds, type Zone } from "../format/time";
import { useZone } from "../scope/context";

/** Bytes, humane; the exact number on hover. */
export function Bytes({ value }: { value: number }) {
  return (
    <span className="value" title={exactBytes(value)}>
      {bytes(value)}
    </span>
  );
}

/** A count; the exact number on hover. */
export function Count({ value, what }: { value: number; what?: string }) {
  return (
    <span className="value" title={what ? `${exact(value)} ${what}` : exact(value)}>
      {count(value)}
    </span>
  );
}

/** A time; to the second, with the other way of writing it, on hover. */
export function Time({ value }: { value: string | number | null }) {
  const zone = useZone();
  if (value === null) return <Nothing />;
  const secs = typeof value === "number" ? value : seconds(value);
  // Where there is no room for both, the day stands above the time.
  const [day, ...rest] = instant(secs, zone).split(" ");
  const other: Zone = zone === "utc" ? "local" : "utc";
  return (
    <time className="instant" dateTime={new Date(secs * 1000).toISOString()} title={`${exactInstant(secs, zone)}\n${exactInstant(secs, other)}`}>
      <span className="value">{day}</span> <span className="value">{rest.join(" ")}</span>
    </time>
  );
}

/** A length of time; in seconds on hover. */
export function Length({ secs }: { secs: number }) {
  return (
    <span className="value" title={`${exact(secs)} s`}>
      {length(secs)}
    </span>
  );
}

/** What is not known is a dash, never a zero. */
export function Nothing({ why = "not known" }: { why?: string }) {
  return (
    <span className="nothing" title={why}>
      –
    </span>
  );
}
