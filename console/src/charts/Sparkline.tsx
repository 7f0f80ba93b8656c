import { useShade } from "../app/preferences";
import { chartColors } from "./colors";

/** Two small lines, inbound above the axis and outbound below it. */
export function Sparkline({ inbound, outbound, label }: { inbound: readonly number[]; outbound: readonly number[]; label: string }) {
  const colors = chartColors(useShade());
  const [width, height] = [132, 30];
  const half = height / 2;
  const top = Math.max(1, ...inbound, ...outbound);
  const step = width / Math.max(1, inbound.length);
  return (
    <svg className="sparkline" width={width} height={height} role="img" aria-label={label}>
      {inbound.map((value, at) => (
        <rect key={`in${at}`} x={at * step} width={Math.max(step - 0.6, 0.7)} y={half - (value / top) * (half - 1)} height={(value / top) * (half - 1)} fill={colors.inbound} />
      ))}
      {outbound.map((value, at) => (
        <rect key={`out${at}`} x={at * step} width={Math.max(step - 0.6, 0.7)} y={half} height={(value / top) * (half - 1)} fill={colors.outbound} />
      ))}
      <line x1={0} x2={width} y1={half} y2={half} stroke={colors.grid} strokeWidth={1} />
    </svg>
  );
}
