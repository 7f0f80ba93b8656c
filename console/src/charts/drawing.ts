import type uPlot from "uplot";
import type { SeverityWord } from "../api/types";
import type { ChartColors } from "./colors";

/** A stretch of time that is marked behind the bars. */
export interface Shade {
  from: number;
  to: number;
  kind: "scope" | "details" | "gap";
}

/** A finding, marked above the bars from its first to its last occurrence. */
export interface Mark {
  from: number;
  to: number;
  severity: SeverityWord;
  label: string;
  current: boolean;
}

/** Draws the scope, the window of the details, and what is missing. */
export function drawShades(plot: uPlot, shades: readonly Shade[], colors: ChartColors): void {
  const { ctx, bbox } = plot;
  for (const shade of shades) {
    const left = Math.max(plot.valToPos(shade.from, "x", true), bbox.left);
    const right = Math.min(plot.valToPos(shade.to, "x", true), bbox.left + bbox.width);
    if (right <= left) continue;
    ctx.save();
    if (shade.kind === "gap") {
      hatch(ctx, left, bbox.top, right - left, bbox.height, colors.gap);
    } else {
      ctx.fillStyle = shade.kind === "scope" ? colors.scope : colors.details;
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
      ctx.fillStyle = shade.kind === "scope" ? colors.scopeEdge : colors.detailsEdge;
      const width = Math.max(1, Math.round(devicePixelRatio * 1.5));
      if (shade.from >= (plot.scales.x?.min ?? 0)) ctx.fillRect(left, bbox.top, width, bbox.height);
      if (shade.to <= (plot.scales.x?.max ?? 0)) ctx.fillRect(right - width, bbox.top, width, bbox.height);
    }
    ctx.restore();
  }
}

function hatch(ctx: CanvasRenderingContext2D, left: number, top: number, width: number, height: number, color: string): void {
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.strokeStyle = color;
  ctx.lineWidth = devicePixelRatio;
  const step = 7 * devicePixelRatio;
  ctx.beginPath();
  for (let x = left - height; x < left + width; x += step) {
    ctx.moveTo(x, top + height);
    ctx.lineTo(x + height, top);
  }
  ctx.stroke();
}

/** Lanes that the marks take so that none covers another; four at most. */
export function lanesOf(marks: readonly Mark[], binSecs: number): number {
  const ends: number[] = [];
  for (const mark of inOrder(marks)) {
    const row = ends.findIndex((end) => end + binSecs < mark.from);
    ends[row < 0 ? ends.length : row] = mark.to;
  }
  return Math.min(ends.length, 4);
}

function inOrder(marks: readonly Mark[]): Mark[] {
  return [...marks].sort((a, b) => a.from - b.from || a.to - b.to);
}

/** Draws findings as bars with a diamond at their start, in lanes at the top of the chart. */
export function drawMarks(plot: uPlot, marks: readonly Mark[], colors: ChartColors, lane: number): void {
  const { ctx, bbox } = plot;
  const size = 4 * devicePixelRatio;
  const lanes: number[] = [];
  ctx.save();
  for (const mark of inOrder(marks)) {
    const left = Math.max(plot.valToPos(mark.from, "x", true), bbox.left);
    const right = Math.min(Math.max(plot.valToPos(mark.to, "x", true), left + size), bbox.left + bbox.width);
    if (right < bbox.left || left > bbox.left + bbox.width) continue;
    let row = lanes.findIndex((end) => end + 2 * size < left);
    if (row < 0) row = lanes.length;
    if (row > 3) continue;
    lanes[row] = right;
    const y = bbox.top - (row + 0.6) * lane * devicePixelRatio;
    ctx.fillStyle = colors.severity[mark.severity];
    ctx.globalAlpha = mark.current ? 1 : 0.55;
    ctx.fillRect(left, y - devicePixelRatio, right - left, (mark.current ? 3 : 2) * devicePixelRatio);
    ctx.globalAlpha = 1;
    ctx.beginPath();
    ctx.moveTo(left, y - size);
    ctx.lineTo(left + size, y);
    ctx.lineTo(left, y + size);
    ctx.lineTo(left - size, y);
    ctx.closePath();
    ctx.fill();
    ctx.strokeStyle = colors.text;
    ctx.lineWidth = devicePixelRatio * 0.6;
    ctx.stroke();
  }
  ctx.restore();
}
