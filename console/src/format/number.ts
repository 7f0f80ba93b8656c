const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;
const grouped = new Intl.NumberFormat("en-US");

/** Bytes in binary units with three significant digits: `27.4 MiB`. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1023.5 && unit + 1 < UNITS.length) {
    value /= 1024;
    unit += 1;
  }
  return `${significant(value, unit === 0)} ${UNITS[unit]}`;
}

/** Bytes beside an axis, whose ticks are whole units: `96 MiB`. */
export function bytesTick(count: number): string {
  return bytes(count).replace(/\.?0+(?= )(?<=\.\d*)/, "");
}

/** Bytes to the last one: `28,731,234 bytes`. */
export function exactBytes(count: number): string {
  return `${grouped.format(count)} ${count === 1 ? "byte" : "bytes"}`;
}

/** A count: whole up to 99,999, then `1.23 M`. */
export function count(value: number): string {
  if (value < 100_000) return grouped.format(value);
  let scaled = value / 1000;
  let at = 0;
  const names = ["k", "M", "G", "T"];
  while (scaled >= 999.5 && at + 1 < names.length) {
    scaled /= 1000;
    at += 1;
  }
  return `${significant(scaled, false)} ${names[at]}`;
}

/** A count to the last one. */
export function exact(value: number): string {
  return grouped.format(value);
}

/** A share of 1 in percent: `0.4 %`, `37 %`. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value !== 0 && value < 9.95 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** A factor: `4.9 times`. */
export function times(factor: number): string {
  return `${factor < 99.95 ? factor.toFixed(1) : grouped.format(Math.round(factor))} times`;
}

function significant(value: number, whole: boolean): string {
  if (whole || value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
