import { useState } from "react";
import { useShade } from "../app/preferences";
import { stretch, type Zone } from "../format/time";
import { chartColors } from "./colors";
import { MARK_HALF, marksAt, type PlacedMark } from "./marks";
import { AXIS, LANE } from "./plot";
import { Tooltip } from "./Tooltip";

/**
 * Findings above the bars: a diamond where each began, a line as long as it lasted. The table of findings has them all for whoever does
 * not use a pointer, and so has the note on each interval.
 */
export function FindingMarks({ placed, space, width, zone }: { placed: readonly PlacedMark[]; space: number; width: number; zone: Zone }) {
  const colors = chartColors(useShade());
  const [left, setLeft] = useState<number | null>(null);
  const listed = left === null ? [] : marksAt(placed, left);
  return (
    <>
      <div
        className="marks"
        aria-hidden="true"
        style={{ insetInlineStart: AXIS, blockSize: space, inlineSize: Math.max(width - AXIS, 0) }}
        onPointerMove={(event) => setLeft(event.clientX - event.currentTarget.getBoundingClientRect().left)}
        onPointerLeave={() => setLeft(null)}
      >
        {placed.map(({ mark, left, right, lane }, at) => (
          <span key={at} className={mark.current ? "mark" : "mark other"} data-mark={mark.label} style={{ color: colors.severity[mark.severity], insetBlockEnd: lane * LANE, blockSize: LANE }}>
            <span className="mark-line" style={{ insetInlineStart: left, inlineSize: Math.max(right - left, MARK_HALF) }} />
            <span className="mark-start" style={{ insetInlineStart: left - MARK_HALF + 1 }} />
          </span>
        ))}
      </div>
      {left !== null && listed.length ? (
        <Tooltip
          left={left + AXIS}
          width={width}
          top={space + 4}
          title={listed.length === 1 ? "Finding" : `${listed.length} findings`}
          lines={listed.map(({ mark }) => `${mark.label}, ${stretch(mark.from, mark.to, zone)}`)}
        />
      ) : null}
    </>
  );
}
