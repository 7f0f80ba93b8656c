import { useMemo } from "react";
import { useDistinct } from "../api/queries";
import { useShade } from "../app/preferences";
import { chartColors } from "../charts/colors";
import type { Shade } from "../charts/drawing";
import { binStarts, countSplits } from "../charts/scales";
import { TimeChart } from "../charts/TimeChart";
import { download, plainColumns, toCsv } from "../components/csv";
import { Panel, Shown } from "../components/Panel";
import { count } from "../format/number";
import { seconds } from "../format/time";
import { useParams } from "../routing/params";
import { setScope, useScope } from "../scope/context";
import { binFor, withPeriphery } from "../scope/scope";
import { volumeParams, writeWindow } from "./volume/params";
import { gapShades, inGap } from "./volume/series";

/** How many different addresses and ports there were, over time. */
export function DistinctPanel({ id, others }: { id: string; others: string }) {
  const { range, data, zone } = useScope();
  const [, setParams] = useParams(volumeParams);
  const colors = chartColors(useShade());
  const binSecs = binFor(withPeriphery(range, 3_600, data));
  const shown = useMemo(() => withPeriphery(range, binSecs, data), [range, binSecs, data]);
  const starts = useMemo(() => binStarts(shown.from, shown.to, binSecs), [shown, binSecs]);
  const distinct = useDistinct(id, shown, binSecs);
  const rows = distinct.data?.rows;
  const shades: Shade[] = useMemo(() => [...(distinct.data ? gapShades(distinct.data.coverage) : []), { ...range, kind: "scope" as const }], [distinct.data, range]);
  const values = useMemo(() => {
    const at = new Map(rows?.map((row) => [seconds(row.start), row]));
    const found = starts.map((start) => at.get(start));
    return {
      accepted: found.map((row) => row?.accepted_remotes ?? null),
      rejectedOnly: found.map((row) => (row ? row.remotes - row.accepted_remotes : null)),
      ports: found.map((row) => row?.ports ?? null),
      rows: found,
    };
  }, [rows, starts]);
  const remoteBars = useMemo(
    () => [
      { label: "With accepted traffic", color: colors.remotes, values: values.accepted },
      { label: "Rejected only", color: colors.bandEdge, values: values.rejectedOnly },
    ],
    [values, colors],
  );
  const portBars = useMemo(() => [{ label: "Ports", color: colors.ports, values: values.ports }], [values, colors]);
  const describe = (index: number): string[] => {
    const row = values.rows[index];
    const start = starts[index] ?? 0;
    if (!row) return [inGap(shades, start, start + binSecs) ? "no data" : "nothing"];
    return [`${row.remotes.toLocaleString("en-US")} different ${others}`, `${row.accepted_remotes.toLocaleString("en-US")} of them with accepted traffic`, `${row.ports.toLocaleString("en-US")} different server ports`];
  };
  const chart = {
    window: shown,
    binSecs,
    starts,
    shades,
    zone,
    tick: count,
    splits: countSplits,
    syncKey: "distinct",
    describe,
    height: 130,
    onInterval: (interval: { from: number; to: number }) => setParams({ details: writeWindow(interval), page: 1 }),
    onRange: (chosen: { from: number; to: number }) => setScope({ kind: "absolute", ...chosen }, { finding: null }),
  };
  return (
    <Panel
      id="distinct"
      title="Distinct addresses and ports over time"
      help="distinct"
      description={`How many different ${others} and server ports there were in each interval.`}
      query={distinct.data?.query}
      onCsv={rows ? () => download(`distinct-${id}.csv`, toCsv(plainColumns("start", "remotes", "accepted_remotes", "ports"), rows)) : null}
    >
      <Shown loading={distinct.isPending} error={distinct.error} onRetry={() => void distinct.refetch()} height={310}>
        {() => (
          <>
            <div className="way-head">
              <span className="swatch" style={{ background: colors.remotes }} aria-hidden="true" />
              <strong>Different {others}</strong>
              <span className="way-words">the grey part had rejected traffic only</span>
            </div>
            <TimeChart label={`Different ${others} over time`} bars={remoteBars} {...chart} />
            <div className="way-head">
              <span className="swatch" style={{ background: colors.ports }} aria-hidden="true" />
              <strong>Different server ports</strong>
            </div>
            <TimeChart label="Different server ports over time" bars={portBars} {...chart} />
          </>
        )}
      </Shown>
    </Panel>
  );
}
