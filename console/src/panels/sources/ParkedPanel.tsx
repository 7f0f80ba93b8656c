import { requestOf } from "../../api/queries";
import type { ParkedMessage, SourceStatus } from "../../api/types";
import { download, plainColumns, toCsv } from "../../components/csv";
import { PlainIdentifier } from "../../components/Identifier";
import { Empty, Panel } from "../../components/Panel";
import { SimpleTable } from "../../components/SimpleTable";
import { Count, Time } from "../../components/values";

type Row = ParkedMessage & { source: string };

/** Messages of queues that could not be acted on. Nothing is shown where there are none. */
export function ParkedPanel({ sources }: { sources: readonly SourceStatus[] }) {
  const rows: Row[] = sources.flatMap((source) => source.parked_messages.map((message) => ({ ...message, source: source.name })));
  const all = sources.reduce((sum, source) => sum + source.parked, 0);
  if (!rows.length) return null;
  return (
    <Panel
      id="parked"
      title="Messages put aside"
      help="parked"
      count={all}
      description={all > rows.length ? `The latest ${rows.length} of ${all} since the start of the process.` : "Messages that could not be acted on, since the start of the process."}
      request={requestOf("/api/v1/status")}
      onCsv={() => download("parked.csv", toCsv(plainColumns<Row>("source", "id", "time", "reason", "excerpt", "receives", "deleted"), rows))}
    >
      <SimpleTable
        rows={rows}
        keyOf={(row) => `${row.source} ${row.id}`}
        label="Messages put aside"
        empty={<Empty title="None" />}
        columns={[
          { id: "time", header: "When", width: 124, sortingField: "time", cell: (row) => <Time value={row.time} /> },
          {
            id: "source",
            header: "Source, message",
            width: 190,
            isRowHeader: true,
            sortingField: "source",
            cell: (row) => (
              <>
                <strong>{row.source}</strong>
                <div className="breakable"><PlainIdentifier id={row.id} /></div>
              </>
            ),
          },
          { id: "reason", header: "Why", width: 270, sortingField: "reason", cell: (row) => <span className="breakable">{row.reason}</span> },
          { id: "excerpt", header: "Its beginning", width: 270, cell: (row) => <span className="code breakable">{row.excerpt}</span> },
          { id: "receives", header: "Received", number: true, width: 106, cell: (row) => <Count value={row.receives} what="times" /> },
          { id: "deleted", header: "Where it is", width: 120, cell: (row) => (row.deleted ? "Deleted" : "Left in the queue") },
        ]}
      />
    </Panel>
  );
}
