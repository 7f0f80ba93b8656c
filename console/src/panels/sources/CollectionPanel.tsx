import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { requestOf, STATUS_SECS } from "../../api/queries";
import type { SourceStatus, Status } from "../../api/types";
import { download, toCsv } from "../../components/csv";
import { Empty, Panel } from "../../components/Panel";
import { type Column, SimpleTable } from "../../components/SimpleTable";
import { Bytes, Count, Length, Nothing, Time } from "../../components/values";
import { KINDS, SourceState } from "./states";

/** What begins to collect. */
const COMMAND = "weir serve --config weir.toml";

const EXAMPLE = '[[sources.folder]]\nname = "dropped"\npath = "/srv/flow-logs"';

/** What the sources of the running process are doing. */
export function CollectionPanel({ status, silence }: { status: Status; silence: string | null }) {
  const rows = status.sources;
  return (
    <Panel
      id="collection"
      title="Collection"
      help="collection"
      count={status.collecting ? rows.length : undefined}
      description={status.collecting ? `What each source of this process does now; asked again every ${STATUS_SECS} seconds. Numbers count from the start of the process.` : "What the sources of this process do now."}
      request={requestOf("/api/v1/status")}
      onCsv={rows.length ? () => download("collection.csv", sourcesCsv(rows)) : null}
    >
      {silence ? (
        <Box padding={{ bottom: "s" }}>
          <StatusIndicator type="warning">{silence} What stands here may be old.</StatusIndicator>
        </Box>
      ) : null}
      {status.collecting ? <Collecting rows={rows} /> : <OnlyAnswering />}
    </Panel>
  );
}

function Collecting({ rows }: { rows: readonly SourceStatus[] }) {
  const troubled = rows.filter((row) => row.last_error !== null);
  return (
    <SpaceBetween size="s">
      <SimpleTable
        rows={rows}
        keyOf={(row) => `${row.kind} ${row.name} ${row.place}`}
        label="Collection"
        empty={<Empty title="No source is configured">The settings file names none.</Empty>}
        columns={COLUMNS}
        pageSize={20}
      />
      {troubled.length ? (
        <ul className="plain-list spaced troubles" aria-label="Last errors of the sources">
          {troubled.map((row) => (
            <li key={`${row.kind} ${row.name}`}>
              <Trouble source={row} />
            </li>
          ))}
        </ul>
      ) : null}
    </SpaceBetween>
  );
}

const COLUMNS: Column<SourceStatus>[] = [
  {
    id: "name",
    header: "Source",
    width: 210,
    isRowHeader: true,
    sortingField: "name",
    cell: (row) => (
      <>
        <strong>{row.name}</strong> <span className="secondary">{KINDS[row.kind] ?? row.kind}</span>
        <div className="code breakable">{row.place}</div>
      </>
    ),
  },
  { id: "state", header: "State", width: 118, sortingField: "state", cell: (row) => <SourceState state={row.state} /> },
  { id: "delivered", header: "Delivered", number: true, width: 108, cell: (row) => <Count value={row.delivered} what="objects" /> },
  { id: "committed", header: "Committed", number: true, width: 116, cell: (row) => <Count value={row.committed} what="objects" /> },
  {
    id: "trouble",
    header: "Unusable, failed",
    width: 114,
    cell: (row) =>
      row.unusable || row.failed ? (
        <SpaceBetween size="xxxs">
          {row.unusable ? <StatusIndicator type="warning"><Count value={row.unusable} what="objects" /> unusable</StatusIndicator> : null}
          {row.failed ? <span><Count value={row.failed} what="objects" /> failed</span> : null}
        </SpaceBetween>
      ) : (
        "None"
      ),
  },
  { id: "bytes", header: "Bytes", number: true, width: 98, cell: (row) => <Bytes value={row.bytes} /> },
  { id: "in_flight", header: "In flight", number: true, width: 98, cell: (row) => <Count value={row.in_flight} what="objects" /> },
  { id: "backlog", header: "Backlog", number: true, width: 100, cell: (row) => (row.backlog === null ? <Nothing why="this source cannot tell" /> : <Count value={row.backlog} what="objects or messages" />) },
  {
    id: "last_commit",
    header: "Last commit",
    width: 122,
    sortingField: "last_commit",
    cell: (row) =>
      row.last_commit === null ? (
        <Nothing why="nothing was committed since the start" />
      ) : (
        <>
          <Time value={row.last_commit} />
          {row.lag_secs === null ? null : (
            <div className="secondary" title="From the object's last change to its commit">
              lag <Length secs={row.lag_secs} />
            </div>
          )}
        </>
      ),
  },
];

/** The last error of a source; one that is over is told as well. */
function Trouble({ source }: { source: SourceStatus }) {
  const error = source.last_error;
  if (!error) return null;
  const now = source.state === "failing";
  return (
    <>
      <StatusIndicator type={now ? "error" : "info"}>
        <strong>{source.name}</strong>: <span className="breakable">{error.message}</span>
      </StatusIndicator>{" "}
      <span className="secondary">
        {now ? "It tries again. Last at " : "That is over. It was at "}<Time value={error.time} />
        {error.times > 1 ? `, ${error.times.toLocaleString("en-US")} times in a row` : ""}
        {source.errors > error.times ? `, ${source.errors.toLocaleString("en-US")} errors in all` : ""}
      </span>
    </>
  );
}

function OnlyAnswering() {
  return (
    <SpaceBetween size="s">
      <Box variant="p">
        This process only answers; it collects nothing by itself. What is in the lake was read by <span className="code">weir ingest</span>, or by another process. To collect for good, name what is to be
        watched in a settings file, such as a folder:
      </Box>
      <pre className="sql" aria-label="Settings that watch a folder">{EXAMPLE}</pre>
      <Box variant="p">Then start, with the same data folder:</Box>
      <div className="command">
        <code>{COMMAND}</code>
        <CopyToClipboard variant="icon" copyButtonAriaLabel="Copy: the command that collects" copySuccessText="Copied" copyErrorText="Not copied" textToCopy={COMMAND} />
      </div>
      <Box variant="p" color="text-body-secondary">
        Buckets, Firehose and uploads are set up likewise: see the guide “Collecting”, docs/guide/collect.md.
      </Box>
    </SpaceBetween>
  );
}

function sourcesCsv(rows: readonly SourceStatus[]): string {
  return toCsv<SourceStatus>(
    [
      ["name", (row) => row.name],
      ["kind", (row) => row.kind],
      ["place", (row) => row.place],
      ["state", (row) => row.state],
      ["delivered", (row) => row.delivered],
      ["committed", (row) => row.committed],
      ["unusable", (row) => row.unusable],
      ["failed", (row) => row.failed],
      ["skipped", (row) => row.skipped],
      ["bytes", (row) => row.bytes],
      ["in_flight", (row) => row.in_flight],
      ["backlog", (row) => row.backlog],
      ["lag_secs", (row) => row.lag_secs],
      ["last_commit", (row) => row.last_commit],
      ["last_success", (row) => row.last_success],
      ["errors", (row) => row.errors],
      ["last_error", (row) => row.last_error?.message],
      ["last_error_time", (row) => row.last_error?.time],
      ["parked", (row) => row.parked],
    ],
    rows,
  );
}
