import type { Finding } from "../../api/types";
import { Action } from "../../components/badges";
import { download, toCsv } from "../../components/csv";
import { Identifier } from "../../components/Identifier";
import { Empty, Panel } from "../../components/Panel";
import { SimpleTable } from "../../components/SimpleTable";
import { Bytes, Time } from "../../components/values";

/** Every time the finding was noted. */
export function OccurrencesPanel({ finding }: { finding: Finding }) {
  const rows = finding.occurrences;
  return (
    <Panel
      id="occurrences"
      title="Occurrences"
      help="occurrences"
      count={rows.length}
      description="Each hour and remote end point in which it was noted, with what it rested on then."
      query={finding.evidence.rows.sql}
      onCsv={() =>
        download(
          `occurrences-${finding.id}.csv`,
          toCsv(
            [
              ["first_seen", (row) => row.first_seen],
              ["last_seen", (row) => row.last_seen],
              ["severity", (row) => row.severity],
              ["remote_addr", (row) => row.connection.remote_addr],
              ["remote_port", (row) => row.connection.remote_port],
              ["local_port", (row) => row.connection.local_port],
              ["bytes_in", (row) => row.connection.bytes_in],
              ["bytes_out", (row) => row.connection.bytes_out],
              ["summary", (row) => row.evidence.summary],
              ["sql", (row) => row.evidence.rows.sql],
            ],
            rows,
          ),
        )
      }
    >
      <SimpleTable
        rows={rows}
        keyOf={(row) => row.occurrence_key}
        label="Occurrences"
        empty={<Empty title="The data no longer show any">It stays because somebody decided about it.</Empty>}
        columns={[
          { id: "first", header: "First", width: 124, isRowHeader: true, cell: (row) => <Time value={row.first_seen} /> },
          { id: "last", header: "Last", width: 124, cell: (row) => <Time value={row.last_seen} /> },
          { id: "remote", header: "Remote", width: 170, cell: (row) => <Identifier id={row.connection.remote_addr} /> },
          { id: "action", header: "Action", width: 128, cell: (row) => <Action action={row.connection.action} /> },
          { id: "in", header: "Inbound", number: true, sortingField: undefined, width: 105, cell: (row) => <Bytes value={row.connection.bytes_in} /> },
          { id: "out", header: "Outbound", number: true, sortingField: undefined, width: 112, cell: (row) => <Bytes value={row.connection.bytes_out} /> },
          { id: "summary", header: "What was seen", width: 320, cell: (row) => row.evidence.summary },
        ]}
      />
    </Panel>
  );
}
