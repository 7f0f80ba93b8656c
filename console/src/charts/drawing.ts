import type uPlot from "uplot";
import type { ChartColors } from "./colors";

/** A stretch of time that is marked behind the bars. */
export interface Shade {
  from: number;
  to: number;
  kind: "scope" | "details" | "gap";
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
