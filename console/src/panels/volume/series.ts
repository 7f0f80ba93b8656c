import type { BandRow, Coverage, VolumePanel, VolumeRow } from "../../api/types";
import type { Shade } from "../../charts/drawing";
import type { Band } from "../../charts/plot";
import { seconds } from "../../format/time";

export type Way = "inbound" | "outbound";

/** What one chart of the volume shows, bin by bin. */
export interface WayVolume {
  accepted: (number | null)[];
  rejected: (number | null)[];
  band: Band | null;
  expected: (BandRow | null)[];
}

/** The volume of one way in the bins that start at `starts`. A bin without rows is empty, not zero. */
export function wayVolume(panel: VolumePanel, way: Way, starts: readonly number[]): WayVolume {
  const at = positions(starts);
  const accepted: (number | null)[] = starts.map(() => null);
  const rejected: (number | null)[] = starts.map(() => null);
  for (const row of panel.rows) {
    if (row.direction !== way) continue;
    const index = at.get(seconds(row.start));
    if (index === undefined) continue;
    const part = row.action === "reject" ? rejected : accepted;
    part[index] = (part[index] ?? 0) + row.bytes;
  }
  const expected: (BandRow | null)[] = starts.map(() => null);
  for (const row of panel.bands) {
    const index = row.direction === way ? at.get(seconds(row.start)) : undefined;
    if (index !== undefined) expected[index] = row;
  }
  const band = panel.bands.length
    ? { low: expected.map((row) => row?.expected_low ?? null), high: expected.map((row) => row?.expected_high ?? null) }
    : null;
  return { accepted, rejected, band, expected };
}

/** The bytes of one way of some rows, bin by bin. */
export function wayLine(rows: readonly VolumeRow[], way: Way, starts: readonly number[]): (number | null)[] {
  const at = positions(starts);
  const values: (number | null)[] = starts.map(() => null);
  for (const row of rows) {
    const index = row.direction === way ? at.get(seconds(row.start)) : undefined;
    if (index !== undefined) values[index] = (values[index] ?? 0) + row.bytes;
  }
  return values;
}

function positions(starts: readonly number[]): Map<number, number> {
  return new Map(starts.map((start, index) => [start, index]));
}

/** What is missing, as marks on the chart. */
export function gapShades(coverage: Coverage): Shade[] {
  return [...coverage.silent, ...coverage.lost].map((span) => ({ from: seconds(span.start), to: seconds(span.end), kind: "gap" as const }));
}

/** Whether something is missing from a bin. */
export function inGap(shades: readonly Shade[], from: number, to: number): boolean {
  return shades.some((shade) => shade.kind === "gap" && shade.from < to && shade.to > from);
}
