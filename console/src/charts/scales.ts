/** Ticks of a byte axis: multiples of a power of two, five at most. */
export function byteSplits(max: number): number[] {
  if (max <= 0) return [0];
  let step = 1;
  while (max / step > 5) step *= 2;
  return steps(step, max);
}

/** Ticks of an axis of counts: 1, 2 or 5 times a power of ten, five at most. */
export function countSplits(max: number): number[] {
  if (max <= 0) return [0];
  let power = 1;
  for (;;) {
    for (const factor of [1, 2, 5]) {
      if (max / (power * factor) <= 5) return steps(power * factor, max);
    }
    power *= 10;
  }
}

function steps(step: number, max: number): number[] {
  const ticks = [];
  for (let tick = 0; tick <= max * 1.0001; tick += step) ticks.push(tick);
  return ticks;
}

/** The upper end of an axis: room for the bars, and for the band as far as it does not dwarf them. */
export function axisTop(bars: number, band: number): number {
  const wanted = Math.max(bars, Math.min(band, bars > 0 ? bars * 1.6 : band));
  return wanted > 0 ? wanted * 1.08 : 1;
}

/** The starts of the bins of a time. */
export function binStarts(from: number, to: number, binSecs: number): number[] {
  const starts = [];
  for (let start = from; start < to; start += binSecs) starts.push(start);
  return starts;
}
