/** One part of the bars; the parts of a chart stand on each other. */
export interface Bars {
  label: string;
  color: string;
  values: readonly (number | null)[];
}

/** Sums of the parts below, so that the whole can be drawn first and the parts over it. */
export function stacked(bars: readonly Bars[]): (number | null)[][] {
  const sums: (number | null)[][] = [];
  let below: (number | null)[] | null = null;
  for (const part of bars) {
    const under: (number | null)[] | null = below;
    const sum: (number | null)[] = part.values.map((value, at) => {
      const base = under?.[at] ?? null;
      return value === null && base === null ? null : (value ?? 0) + (base ?? 0);
    });
    sums.push(sum);
    below = sum;
  }
  return sums;
}
