import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useQueries } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { seriesQuestion, useAnswers, useVolume } from "../../api/queries";
import type { DirectionTransfer, FindingSummary, VolumePanel as VolumeAnswer } from "../../api/types";
import { useShade } from "../../app/preferences";
import { chartColors } from "../../charts/colors";
import type { Shade } from "../../charts/drawing";
import type { Mark } from "../../charts/marks";
import { binStarts } from "../../charts/scales";
import { download, plainColumns, toCsv } from "../../components/csv";
import { Panel, Shown } from "../../components/Panel";
import { seconds } from "../../format/time";
import { useParams } from "../../routing/params";
import { setScope, useScope } from "../../scope/context";
import { binFor, type Range, withPeriphery } from "../../scope/scope";
import { DetailsSection } from "../details/DetailsSection";
import { detailsWindow, MOST_LINES, readRowKey, volumeParams, writeWindow } from "./params";
import { gapShades } from "./series";
import { VolumeTable } from "./VolumeTable";
import { type RowLine, WayChart, type WayChartProps } from "./WayChart";

const WAYS = ["inbound", "outbound"] as const;
const BIN_NAMES: Record<number, string> = { 3600: "hour", 21600: "6 hours", 86400: "day" };

/** Overall VPC flow volume: two charts in step, and the details of a window. */
export function VolumePanel({ id, what, findings }: { id: string; what: string; findings: readonly FindingSummary[] }) {
  const { range, data, zone } = useScope();
  const [params, setParams] = useParams(volumeParams);
  const colors = chartColors(useShade());
  const binSecs = binFor(withPeriphery(range, 3_600, data));
  const shown = useMemo(() => withPeriphery(range, binSecs, data), [range, binSecs, data]);
  const starts = useMemo(() => binStarts(shown.from, shown.to, binSecs), [shown, binSecs]);
  const volume = useVolume(id, shown, binSecs);
  const answers = useAnswers(id, range, params.finding || null);
  const window = detailsWindow(params.details, range);

  const keys = params.rows.slice(0, MOST_LINES);
  const answered = useQueries({ queries: keys.map((key) => seriesQuestion(id, shown, binSecs, readRowKey(key))) });
  const loadedLines = answered.map((line) => line.dataUpdatedAt).join();
  const lines: RowLine[] = useMemo(
    () => keys.map((key, at) => ({ key, color: colors.lines[at] ?? colors.text, rows: answered[at]?.data?.rows ?? [] })),
    // The answers are new objects at each render; when one was read last tells whether it changed.
    // eslint-disable-next-line react-hooks/exhaustive-deps -- see above
    [params.rows, loadedLines, colors],
  );

  const shades = useMemo(() => {
    const drawn: Shade[] = volume.data ? gapShades(volume.data.coverage) : [];
    drawn.push({ ...range, kind: "scope" });
    const window = detailsWindow(params.details, range);
    if (window && params.details !== "scope") drawn.push({ ...window, kind: "details" });
    return drawn;
  }, [volume.data, range, params.details]);
  const marks: Mark[] = useMemo(
    () =>
      findings.map((finding) => ({
        from: seconds(finding.first_seen),
        to: seconds(finding.last_seen),
        severity: finding.severity_word,
        label: finding.finding_type,
        current: params.finding === "" || params.finding === finding.id,
      })),
    [findings, params.finding],
  );

  const showDetails = (written: string) => {
    setParams({ details: written, page: 1 });
    requestAnimationFrame(() => document.getElementById("activity-details")?.scrollIntoView({ block: "nearest", behavior: "smooth" }));
  };
  const onInterval = (interval: Range) => showDetails(writeWindow(interval));
  const onRange = (chosen: Range, shift: boolean) =>
    shift ? setParams({ details: writeWindow(chosen), page: 1 }) : setScope({ kind: "absolute", ...chosen }, { finding: null });

  const directions = answers.data?.transfer.rows.filter((row): row is DirectionTransfer => row.about === "direction") ?? [];
  const chart = { binSecs, shown, starts, shades, marks, lines, zone, onInterval, onRange, overall: params.overall, band: params.band };
  return (
    <Panel
      id="volume"
      title="Overall VPC flow volume"
      help="volume"
      description={`Bytes to and from ${what} in each ${BIN_NAMES[binSecs] ?? "interval"}. Choose an interval for its details; drag to set the scope time.`}
      query={volume.data?.query}
      onCsv={
        volume.data
          ? () => download(`volume-${id}.csv`, toCsv(plainColumns("start", "direction", "action", "bytes", "packets", "flows", "expected_low", "expected_high"), volume.data.rows))
          : null
      }
      actions={
        <Button variant="primary" onClick={() => showDetails("scope")}>
          Display details for scope time
        </Button>
      }
    >
      <SpaceBetween size="s">
        <SpaceBetween direction="horizontal" size="l" alignItems="center">
          <Toggle checked={params.overall} onChange={({ detail }) => setParams({ overall: detail.checked }, { replace: true })}>
            Overall traffic
          </Toggle>
          <Toggle checked={params.band} onChange={({ detail }) => setParams({ band: detail.checked }, { replace: true })}>
            Expected band
          </Toggle>
          <Box color="text-body-secondary" fontSize="body-s">
            {bandWords(volume.data)}
          </Box>
        </SpaceBetween>
        <Shown loading={volume.isPending} error={volume.error} onRetry={() => void volume.refetch()} height={430}>
          {() =>
            volume.data ? (
              <>
                <Ways volume={volume.data} transfers={directions} {...chart} />
                <ChartKey hasBand={params.band && params.overall && volume.data.bands.length > 0} hasGap={shades.some((drawn) => drawn.kind === "gap")} hasMarks={marks.length > 0} hasWindow={shades.some((drawn) => drawn.kind === "details")} />
                <AsTable volume={volume.data} />
              </>
            ) : null
          }
        </Shown>
        {window ? <DetailsSection id={id} window={window} lines={lines} /> : null}
      </SpaceBetween>
    </Panel>
  );
}

/**
 * What the band rests on. The chart begins before the scope, so it has fewer days than the answers name, and says which. Before two weeks
 * were learned no number of days is said: the answers say how many lie before the scope.
 */
function bandWords(volume: VolumeAnswer | undefined): string | null {
  if (!volume?.baseline) return null;
  if (volume.baseline.mature) return `The band rests on the days before the time shown, 45 at most; ${volume.baseline.days.toFixed(1)} are on record.`;
  return volume.bands.length ? "The expected band is in training: take it with care until two weeks were learned." : "In training: there is too little history for an expected band.";
}

/** The numbers behind the charts; a year of them is thousands of cells, which are made when somebody looks. */
function AsTable({ volume }: { volume: VolumeAnswer }) {
  const [open, setOpen] = useState(false);
  return (
    <ExpandableSection headerText="View as table" variant="footer" expanded={open} onChange={({ detail }) => setOpen(detail.expanded)}>
      {open ? <VolumeTable volume={volume} /> : null}
    </ExpandableSection>
  );
}

/** Both charts. The interval under the pointer is known here only, so that nothing else is drawn again as it moves. */
function Ways({ transfers, ...chart }: Omit<WayChartProps, "way" | "transfer" | "hovered" | "onHovered"> & { transfers: DirectionTransfer[] }) {
  const [hovered, onHovered] = useState<number | null>(null);
  return WAYS.map((way) => <WayChart key={way} way={way} transfer={transfers.find((row) => row.direction === way)} hovered={hovered} onHovered={onHovered} {...chart} />);
}

function ChartKey({ hasBand, hasGap, hasMarks, hasWindow }: { hasBand: boolean; hasGap: boolean; hasMarks: boolean; hasWindow: boolean }) {
  return (
    <ul className="chart-key" aria-label="What the marks mean">
      {hasBand ? <li className="key-band">Expected band</li> : null}
      <li className="key-scope">Scope time</li>
      {hasWindow ? <li className="key-details">Window of the details</li> : null}
      <li className="key-rejected">Rejected</li>
      {hasMarks ? <li className="key-finding">Finding, in the colour of its severity</li> : null}
      {hasGap ? <li className="key-gap">No data, or records lost</li> : null}
    </ul>
  );
}
