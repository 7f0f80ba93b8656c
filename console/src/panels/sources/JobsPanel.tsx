import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { requestOf } from "../../api/queries";
import type { JobStatus } from "../../api/types";
import { download, plainColumns, toCsv } from "../../components/csv";
import { Empty, Panel } from "../../components/Panel";
import { type Column, SimpleTable } from "../../components/SimpleTable";
import { Count, Nothing, Time } from "../../components/values";
import { exact } from "../../format/number";
import { length } from "../../format/time";
import { JobState } from "./states";

/** What a job is for. */
const JOBS: Record<string, string> = {
  collect: "Commits what the sources deliver",
  detect: "Looks for findings in what is new",
  compact: "Merges small files of the lake",
  expire: "Takes out days past their retention",
  vacuum: "Deletes files that nothing refers to",
  lists: "Puts fetched lists in force",
  inventory: "Takes in what the account says",
};

/** The work that goes on beside answering. */
export function JobsPanel({ jobs }: { jobs: readonly JobStatus[] }) {
  return (
    <Panel
      id="jobs"
      title="Jobs"
      help="jobs"
      count={jobs.length}
      description="The work this process does beside answering. A job that fails tries again."
      request={requestOf("/api/v1/status")}
      onCsv={jobs.length ? () => download("jobs.csv", toCsv(plainColumns("name", "state", "runs", "failures", "last_success", "last_millis", "busy_millis", "note", "error"), jobs)) : null}
    >
      <SimpleTable rows={jobs} keyOf={(row) => row.name} label="Jobs" empty={<Empty title="None has run yet">A job appears here when it first has something to do.</Empty>} columns={COLUMNS} />
    </Panel>
  );
}

const COLUMNS: Column<JobStatus>[] = [
  {
    id: "name",
    header: "Job",
    width: 250,
    isRowHeader: true,
    sortingField: "name",
    cell: (row) => (
      <>
        <strong>{row.name}</strong>
        <div className="secondary">{JOBS[row.name]}</div>
      </>
    ),
  },
  { id: "state", header: "State", width: 118, sortingField: "state", cell: (row) => <JobState job={row} /> },
  { id: "last_success", header: "Last success", width: 124, sortingField: "last_success", cell: (row) => (row.last_success === null ? <Nothing why="no run has succeeded since the start" /> : <Time value={row.last_success} />) },
  { id: "last_millis", header: "Took", number: true, width: 100, cell: (row) => (row.last_millis === null ? <Nothing why="no run has ended" /> : <Took millis={row.last_millis} />) },
  { id: "runs", header: "Runs", number: true, width: 94, cell: (row) => <Count value={row.runs} what="runs since the start" /> },
  { id: "failures", header: "Failures", number: true, width: 106, cell: (row) => <Count value={row.failures} what="runs that failed" /> },
  {
    id: "note",
    header: "What the last run did",
    width: 280,
    cell: (row) =>
      row.error === null ? (
        (row.note ?? <Nothing why="no run has ended" />)
      ) : (
        <StatusIndicator type="error">
          <span className="breakable">{row.error}</span>
        </StatusIndicator>
      ),
  },
];

function Took({ millis }: { millis: number }) {
  return (
    <span className="value" title={`${exact(millis)} ms`}>
      {millis < 1_000 ? `${millis} ms` : millis < 10_000 ? `${(millis / 1_000).toFixed(1)} s` : length(millis / 1_000)}
    </span>
  );
}
