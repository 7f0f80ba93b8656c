import uPlot from "uplot";
import { tick, type Zone } from "../format/time";
import type { Range } from "../scope/scope";
import type { ChartColors } from "./colors";
import { drawShades, type Shade } from "./drawing";
import { axisTop } from "./scales";
import { type Bars, stacked } from "./stack";

/** A line over the bars. */
export interface Line {
  label: string;
  color: string;
  dash?: number[];
  values: readonly (number | null)[];
}

/** What is usual: from `low` to `high`. */
export interface Band {
  low: readonly (number | null)[];
  high: readonly (number | null)[];
}

export interface PlotInput {
  window: Range;
  binSecs: number;
  starts: readonly number[];
  bars: readonly Bars[];
  lines: readonly Line[];
  band: Band | null;
  shades: readonly Shade[];
  markSpace: number;
  colors: ChartColors;
  zone: Zone;
  width: number;
  height: number;
  tick: (value: number) => string;
  splits: (max: number) => number[];
  syncKey: string;
  onHover: (index: number | null, left: number, own: boolean) => void;
  onSelect: (from: number, to: number) => void;
}

/** Height of one lane of finding marks, CSS pixels. */
export const LANE = 12;
/** Room at the left of the bars for the ticks, and at their right. */
export const AXIS = 74;
export const MARGIN = 30;

const greatest = (values: readonly (number | null)[]): number => values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);

/** A chart on the page; whoever asked for it destroys it. */
export function makePlot(root: HTMLElement, input: PlotInput): uPlot {
  const { colors, binSecs, window: shown } = input;
  const sums = stacked(input.bars);
  const whole = sums.at(-1);
  const highest = Math.max(whole ? greatest(whole) : 0, ...input.lines.map((line) => greatest(line.values)));
  const top = axisTop(highest, input.band ? greatest(input.band.high) : 0);
  const none = input.starts.map(() => null);
  // The band is a step over each bin, so it has a point at both ends of it.
  const series: uPlot.Series[] = [{}];
  const data: (number | null)[][] = [[...input.starts]];
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  if (input.band) {
    for (const edge of [input.band.high, input.band.low]) {
      series.push({ stroke: colors.bandEdge, width: 1, paths: stepped, points: { show: false }, spanGaps: false });
      data.push([...edge]);
    }
  }
  const bars = uPlot.paths.bars?.({ size: [0.78, 60, 1], align: 1, gap: 1, radius: [0.12, 0] });
  // The largest sum first, the parts below it on top.
  for (let at = sums.length - 1; at >= 0; at -= 1) {
    series.push({ fill: input.bars[at]?.color ?? colors.text, stroke: "transparent", width: 0, paths: bars, points: { show: false } });
    data.push(sums[at] ?? none);
  }
  for (const line of input.lines) {
    series.push({ stroke: line.color, width: 2, dash: line.dash, paths: stepped, points: { show: false }, spanGaps: false });
    data.push([...line.values]);
  }
  const font = "12px 'Open Sans', 'Helvetica Neue', Roboto, Arial, sans-serif";
  let own = false;
  const plot = new uPlot(
    {
      width: input.width,
      height: input.height,
      padding: [input.markSpace + 6, MARGIN, 0, 0],
      legend: { show: false },
      series,
      bands: input.band ? [{ series: [1, 2], fill: colors.band }] : [],
      scales: { x: { time: false, range: () => [shown.from, shown.to] }, y: { range: () => [0, top] } },
      cursor: {
        x: true,
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        sync: { key: input.syncKey, setSeries: false },
        // The bin under the pointer, not the nearest start.
        dataIdx: (_, __, ___, x) => Math.min(Math.max(Math.floor((x - shown.from) / binSecs), 0), input.starts.length - 1),
      },
      axes: [
        {
          stroke: colors.text,
          font,
          space: 64,
          size: 28,
          grid: { show: false },
          ticks: { stroke: colors.grid, size: 5, width: 1 },
          splits: () => timeSplits(shown, input.width, input.zone),
          values: (_, ticks) => ticks.map((at) => tick(at, input.zone, tickStep(shown, input.width))),
        },
        {
          stroke: colors.text,
          font,
          size: AXIS,
          grid: { stroke: colors.grid, width: 1 },
          ticks: { show: false },
          splits: () => input.splits(top / 1.02),
          values: (_, ticks) => ticks.map(input.tick),
        },
      ],
      hooks: {
        drawClear: [(drawn) => drawShades(drawn, input.shades, colors)],
        setCursor: [
          (drawn) => {
            const left = drawn.cursor.left ?? -1;
            own = drawn.cursor.event !== undefined && drawn.cursor.event !== null;
            input.onHover(left < 0 ? null : (drawn.cursor.idx ?? null), left, own);
          },
        ],
        setSelect: [
          (drawn) => {
            if (drawn.select.width < 4 || !drawn.root.matches(":hover")) return;
            const from = snap(drawn.posToVal(drawn.select.left, "x"), shown, binSecs, Math.floor);
            const to = snap(drawn.posToVal(drawn.select.left + drawn.select.width, "x"), shown, binSecs, Math.ceil);
            drawn.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            input.onSelect(from, to);
          },
        ],
      },
    },
    data as uPlot.AlignedData,
    root,
  );
  return plot;
}

function snap(at: number, shown: Range, binSecs: number, round: (value: number) => number): number {
  return shown.from + round((at - shown.from) / binSecs) * binSecs;
}

const STEPS = [60, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 2 * 86_400, 7 * 86_400, 14 * 86_400, 30 * 86_400, 60 * 86_400];

function tickStep(shown: Range, width: number): number {
  const most = Math.max(2, Math.floor((width - 90) / 64));
  const secs = shown.to - shown.from;
  return STEPS.find((step) => secs / step <= most) ?? 90 * 86_400;
}

function timeSplits(shown: Range, width: number, zone: Zone): number[] {
  const step = tickStep(shown, width);
  const shift = zone === "local" ? -new Date(shown.from * 1000).getTimezoneOffset() * 60 : 0;
  const ticks = [];
  for (let at = Math.ceil((shown.from + shift) / step) * step - shift; at <= shown.to; at += step) ticks.push(at);
  return ticks;
}
