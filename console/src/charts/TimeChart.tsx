import { type KeyboardEvent, type MouseEvent, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import type uPlot from "uplot";
import { useShade } from "../app/preferences";
import { stretch, type Zone } from "../format/time";
import type { Range } from "../scope/scope";
import { chartColors } from "./colors";
import type { Shade } from "./drawing";
import { FindingMarks } from "./FindingMarks";
import { laneCount, type Mark, placeMarks } from "./marks";
import { AXIS, type Band, LANE, type Line, makePlot, MARGIN } from "./plot";
import type { Bars } from "./stack";
import { Tooltip } from "./Tooltip";

export interface TimeChartProps {
  /** What the chart shows, for whoever cannot see it. */
  label: string;
  window: Range;
  binSecs: number;
  starts: readonly number[];
  bars: readonly Bars[];
  lines?: readonly Line[];
  band?: Band | null;
  shades?: readonly Shade[];
  marks?: readonly Mark[];
  height?: number;
  zone: Zone;
  /** How a value is written beside the axis. */
  tick: (value: number) => string;
  splits: (max: number) => number[];
  syncKey: string;
  /** Lines of the note on a bin, and what is said of it aloud. */
  describe: (index: number) => string[];
  /** The bin under the pointer, on any chart that is in step with this one. */
  onIndex?: (index: number | null) => void;
  onInterval?: (range: Range) => void;
  onRange?: (range: Range, shift: boolean) => void;
}

const NONE: readonly never[] = [];

/** Bars over time with what is usual, lines, and marks; for the pointer and for the keyboard. */
export function TimeChart(props: TimeChartProps) {
  const { window: shown, binSecs, starts, zone, describe, onIndex, onInterval, onRange } = props;
  const shade = useShade();
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shift = useRef(false);
  const pressed = useRef<number | null>(null);
  const [width, setWidth] = useState(0);
  const [hover, setHover] = useState<{ index: number; left: number } | null>(null);
  const keys = useRef<{ index: number; anchor: number } | null>(null);
  const [said, setSaid] = useState("");
  const hint = useId();
  const latest = useRef(props);
  latest.current = props;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);

  const placed = useMemo(() => placeMarks(props.marks ?? NONE, shown, Math.max(width - AXIS - MARGIN, 0)), [props.marks, shown, width]);
  const markSpace = laneCount(placed) * LANE;
  useEffect(() => {
    const element = box.current;
    if (!element || width < 40) return;
    const made = makePlot(element, {
      window: shown,
      binSecs,
      starts,
      bars: props.bars,
      lines: props.lines ?? NONE,
      band: props.band ?? null,
      shades: props.shades ?? NONE,
      markSpace,
      colors: chartColors(shade),
      zone,
      width,
      height: (props.height ?? 170) + markSpace,
      tick: props.tick,
      splits: props.splits,
      syncKey: props.syncKey,
      onHover: (index, left, own) => {
        setHover(own && index !== null ? { index, left } : null);
        latest.current.onIndex?.(index);
      },
      onSelect: (from, to) => latest.current.onRange?.({ from, to }, shift.current),
    });
    plot.current = made;
    return () => {
      plot.current = null;
      made.destroy();
    };
  }, [shade, width, shown, binSecs, starts, props.bars, props.lines, props.band, props.shades, props.height, markSpace, zone, props.tick, props.splits, props.syncKey]);

  const bin = (index: number): Range => ({ from: starts[index] ?? shown.from, to: (starts[index] ?? shown.from) + binSecs });

  const onClick = (event: MouseEvent) => {
    const moved = pressed.current !== null && Math.abs(event.clientX - pressed.current) > 3;
    const index = plot.current?.cursor.idx;
    if (!moved && index !== null && index !== undefined && onInterval) onInterval(bin(index));
  };

  const show = (at: { index: number; anchor: number }) => {
    keys.current = at;
    const made = plot.current;
    const [first, last] = [Math.min(at.index, at.anchor), Math.max(at.index, at.anchor)];
    const [start, end] = [bin(first).from, bin(last).to];
    if (made) {
      const left = made.valToPos(bin(at.index).from + binSecs / 2, "x");
      made.setCursor({ left, top: 10 }, false);
      const from = made.valToPos(start, "x");
      made.setSelect({ left: from, top: 0, width: first === last ? 0 : made.valToPos(end, "x") - from, height: made.over.clientHeight }, false);
      setHover({ index: at.index, left });
    }
    onIndex?.(at.index);
    setSaid(first === last ? `${stretch(start, end, zone)}: ${describe(at.index).join(", ")}` : `${stretch(start, end, zone)} selected`);
  };

  const clear = () => {
    keys.current = null;
    plot.current?.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    plot.current?.setCursor({ left: -10, top: -10 }, false);
    setHover(null);
    setSaid("");
    onIndex?.(null);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const last = starts.length - 1;
    const scope = props.shades?.find((drawn) => drawn.kind === "scope");
    const home = scope ? Math.min(Math.max(Math.floor((scope.from - shown.from) / binSecs), 0), last) : 0;
    const at = keys.current ?? { index: home, anchor: home };
    const fresh = keys.current === null;
    const to = (index: number) => {
      event.preventDefault();
      const bounded = Math.min(Math.max(index, 0), last);
      show({ index: bounded, anchor: event.shiftKey ? at.anchor : bounded });
    };
    if (event.key === "ArrowRight") to(fresh ? at.index : at.index + 1);
    else if (event.key === "ArrowLeft") to(fresh ? at.index : at.index - 1);
    else if (event.key === "PageDown") to(at.index + 24);
    else if (event.key === "PageUp") to(at.index - 24);
    else if (event.key === "Home") to(0);
    else if (event.key === "End") to(last);
    else if (event.key === "Escape" && keys.current) clear();
    else if (event.key === "Enter" && keys.current) {
      event.preventDefault();
      const [first, end] = [Math.min(at.index, at.anchor), Math.max(at.index, at.anchor)];
      if (first === end) onInterval?.(bin(first));
      else onRange?.({ from: bin(first).from, to: bin(end).to }, false);
      clear();
    }
  };

  return (
    <div className="time-chart">
      <div
        ref={box}
        className={`time-chart-box${onInterval ? " clickable" : ""}`}
        tabIndex={0}
        role="application"
        aria-roledescription="chart over time"
        aria-label={props.label}
        aria-describedby={hint}
        onKeyDown={onKeyDown}
        onBlur={() => keys.current && clear()}
        onMouseDown={(event) => {
          pressed.current = event.clientX;
          shift.current = event.shiftKey;
        }}
        onClick={onClick}
        style={{ minHeight: (props.height ?? 170) + markSpace }}
      />
      {placed.length ? <FindingMarks placed={placed} space={markSpace} width={width} zone={zone} /> : null}
      {hover ? <Tooltip left={hover.left + AXIS} width={width} top={markSpace} title={stretch(bin(hover.index).from, bin(hover.index).to, zone)} lines={describe(hover.index)} /> : null}
      <span id={hint} className="visually-hidden">
        Arrow keys move over the intervals, Shift with an arrow key selects several, Enter {onRange ? "opens the interval's details or sets the scope time to the selection" : "chooses"}, Escape ends it.
      </span>
      <span className="visually-hidden" aria-live="polite">
        {said}
      </span>
    </div>
  );
}
