import { requestOf } from "../../api/queries";
import type { ReceiverStatus } from "../../api/types";
import { download, plainColumns, toCsv } from "../../components/csv";
import { Panel } from "../../components/Panel";
import { type Column, SimpleTable } from "../../components/SimpleTable";
import { Count, Nothing, Time } from "../../components/values";
import { SourceState } from "./states";

const KINDS: Record<string, string> = { webhook: "Webhook", slack: "Slack", syslog: "Syslog", file: "File" };

/** Who is told of findings, and how that goes; nothing where nobody is. */
export function ReceiversPanel({ receivers }: { receivers: readonly ReceiverStatus[] }) {
  if (!receivers.length) return null;
  return (
    <Panel
      id="receivers"
      title="Who is told"
      help="receivers"
      count={receivers.length}
      description="Receivers of findings, as they appear and change. Numbers count from the start of the process."
      request={requestOf("/api/v1/status")}
      onCsv={() => download("receivers.csv", toCsv(plainColumns("name", "kind", "place", "state", "delivered", "refused", "skipped", "retries", "waiting", "waiting_since", "last_success", "errors"), receivers))}
    >
      <SimpleTable rows={receivers} keyOf={(row) => row.name} label="Who is told" empty={null} columns={COLUMNS} />
      {receivers.map((receiver) =>
        receiver.last_error ? (
          <p key={receiver.name} className="breakable">
            <strong>{receiver.name}</strong>: {receiver.last_error.message} <span className="secondary">Last at <Time value={receiver.last_error.time} />. {receiver.state === "failing" ? "It tries again." : "That is over."}</span>
          </p>
        ) : null,
      )}
    </Panel>
  );
}

const COLUMNS: Column<ReceiverStatus>[] = [
  {
    id: "name",
    header: "Receiver",
    width: 260,
    isRowHeader: true,
    sortingField: "name",
    cell: (row) => (
      <>
        <strong>{row.name}</strong> <span className="secondary">{KINDS[row.kind] ?? row.kind}</span>
        <div className="breakable">
          <code>{row.place}</code>
        </div>
      </>
    ),
  },
  { id: "state", header: "State", width: 118, sortingField: "state", cell: (row) => <SourceState state={row.state} /> },
  { id: "delivered", header: "Delivered", number: true, width: 110, cell: (row) => <Count value={row.delivered} what="notices taken" /> },
  { id: "refused", header: "Refused", number: true, width: 100, cell: (row) => <Count value={row.refused} what="notices refused for good" /> },
  { id: "skipped", header: "Left out", number: true, width: 100, cell: (row) => <Count value={row.skipped} what="notices it is not told of" /> },
  { id: "waiting", header: "Waiting", number: true, width: 100, cell: (row) => <Count value={row.waiting} what="notices that wait" /> },
  { id: "last_success", header: "Last taken", width: 124, sortingField: "last_success", cell: (row) => (row.last_success === null ? <Nothing why="it has taken nothing since the start" /> : <Time value={row.last_success} />) },
];
