import { useMemo } from "react";
import type { DirectionTransfer, VolumePanel, VolumeRow } from "../../api/types";
import { useShade } from "../../app/preferences";
import { chartColors } from "../../charts/colors";
import type { Shade } from "../../charts/drawing";
import type { Mark } from "../../charts/marks";
import type { Line } from "../../charts/plot";
import type { Bars } from "../../charts/stack";
import { byteSplits } from "../../charts/scales";
import { TimeChart } from "../../charts/TimeChart";
import { Bytes, Time } from "../../components/values";
import { bytes, bytesTick, times } from "../../format/number";
import type { Zone } from "../../format/time";
import type { Range } from "../../scope/scope";
import { rowLabel } from "../details/label";
import { readRowKey } from "./params";
import { inGap, type Way, wayLine, wayVolume } from "./series";

/** A row of the details that is drawn as a line. */
export interface RowLine {
  key: string;
  color: string;
  rows: readonly VolumeRow[];
}

export interface WayChartProps {
  way: Way;
  volume: VolumePanel;
  transfer: DirectionTransfer | undefined;
  binSecs: number;
  shown: Range;
  starts: readonly number[];
  shades: readonly Shade[];
  marks: readonly Mark[];
  lines: readonly RowLine[];
  zone: Zone;
  hovered: number | null;
  onHovered: (index: number | null) => void;
  onInterval: (range: Range) => void;
  onRange: (range: Range, shift: boolean) => void;
  overall: boolean;
  band: boolean;
}

const NAMES = { inbound: "Inbound", outbound: "Outbound" } as const;

/** The chart of one way. */
export function WayChart(props: WayChartProps) {
  const { way, volume, starts, overall, binSecs, shades, marks } = props;
  const colors = chartColors(useShade());
  const parts = useMemo(() => wayVolume(volume, way, starts), [volume, way, starts]);
  const bars: Bars[] = useMemo(() => {
    if (!overall) return [];
    const own = [{ label: "Accepted", color: colors[way], values: parts.accepted }];
    return parts.rejected.some((value) => value !== null) ? [...own, { label: "Rejected", color: colors[`${way}Rejected`], values: parts.rejected }] : own;
  }, [overall, parts, colors, way]);
  const lines: Line[] = useMemo(
    () => props.lines.map((line) => ({ label: rowLabel(readRowKey(line.key)), color: line.color, values: wayLine(line.rows, way, starts) })),
    [props.lines, way, starts],
  );
  // Findings are marked once, above the upper chart.
  const drawn = useMemo(() => (way === "inbound" ? marks : []), [way, marks]);

  const describe = (index: number): string[] => {
    const [accepted, rejected, usual] = [parts.accepted[index], parts.rejected[index], parts.expected[index]];
    const start = starts[index] ?? 0;
    const said: string[] = [];
    if (accepted == null && rejected == null) said.push(inGap(shades, start, start + binSecs) ? `${NAMES[way]}: no data` : `${NAMES[way]}: nothing`);
    else {
      said.push(`${NAMES[way]}: ${bytes(accepted ?? 0)}${rejected ? ` accepted, ${bytes(rejected)} rejected` : ""}`);
      if (inGap(shades, start, start + binSecs)) said.push("records were lost here");
    }
    if (usual) {
      said.push(`Usual: ${bytes(usual.expected_low)} – ${bytes(usual.expected_high)}`);
      if ((accepted ?? 0) + (rejected ?? 0) > usual.expected_high) said.push("Above the expected band");
    }
    for (const line of lines) if (line.values[index] != null) said.push(`${line.label}: ${bytes(line.values[index] ?? 0)}`);
    for (const mark of marks) if (mark.from < start + binSecs && mark.to > start) said.push(`Finding: ${mark.label}`);
    return said;
  };

  const at = props.hovered === null ? null : describe(props.hovered)[0]?.replace(`${NAMES[way]}: `, "");
  return (
    <div className="way">
      <div className="way-head">
        <span className="swatch" style={{ background: colors[way] }} aria-hidden="true" />
        <strong>{NAMES[way]}</strong>
        {props.transfer ? <TransferWords transfer={props.transfer} /> : null}
        <span className="way-hover" aria-hidden="true">
          {at}
        </span>
      </div>
      <TimeChart
        label={`${NAMES[way]} volume over time`}
        window={props.shown}
        binSecs={binSecs}
        starts={starts}
        bars={bars}
        lines={lines}
        band={props.band && overall ? parts.band : null}
        shades={shades}
        marks={drawn}
        zone={props.zone}
        tick={bytesTick}
        splits={byteSplits}
        syncKey="volume"
        describe={describe}
        onIndex={props.onHovered}
        onInterval={props.onInterval}
        onRange={props.onRange}
      />
    </div>
  );
}

/** The volume of the scope against what is usual. */
function TransferWords({ transfer }: { transfer: DirectionTransfer }) {
  return (
    <span className="way-words">
      <Bytes value={transfer.bytes} /> in scope time
      {transfer.factor !== null && transfer.expected !== null ? (
        <>
          , {times(transfer.factor)} the usual <Bytes value={transfer.expected} />
        </>
      ) : null}
      {transfer.hours_above > 0 && transfer.peak ? (
        <span className="above">
          ; peak <Bytes value={transfer.peak_bytes} /> in the hour of <Time value={transfer.peak} />
          {transfer.peak_high !== null ? (
            <>
              , at most <Bytes value={transfer.peak_high} /> expected
            </>
          ) : null}
        </span>
      ) : null}
    </span>
  );
}
