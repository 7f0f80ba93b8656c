/** A note on the bin under the pointer. */
export function Tooltip({ left, top, width, title, lines }: { left: number; top: number; width: number; title: string; lines: string[] }) {
  const right = left > width - 270;
  return (
    <div className="chart-tooltip" style={right ? { right: Math.max(width - left + 12, 0), top } : { left: left + 12, top }} aria-hidden="true">
      <strong>{title}</strong>
      {lines.map((line, at) => (
        // Two findings of one type have the same words.
        <span key={`${at} ${line}`}>{line}</span>
      ))}
    </div>
  );
}
