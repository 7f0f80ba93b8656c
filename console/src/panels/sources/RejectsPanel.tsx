import type { Sources } from "../../api/types";
import { download, plainColumns, toCsv } from "../../components/csv";
import { Empty, Panel } from "../../components/Panel";
import { SimpleTable } from "../../components/SimpleTable";
import { Count, Nothing, Time } from "../../components/values";

/** Objects with refused records or a problem. */
export function TroubledPanel({ sources }: { sources: Sources }) {
  const rows = sources.troubled;
  return (
    <Panel
      title="Objects with trouble"
      help="rejects"
      count={rows.length}
      description="Objects with refused records, or that could not be read to their end; the latest first, 100 at most."
      query={sources.queries.troubled}
      onCsv={rows.length ? () => download("objects.csv", toCsv(plainColumns("uri", "format", "problem", "complete", "records", "accepted", "rejected", "coverage", "duplicates", "ingested_at"), rows)) : null}
    >
      <SimpleTable
        rows={rows}
        keyOf={(row) => row.uri}
        label="Objects with trouble"
        empty={<Empty title="None">Every object was read to its end, and no record was refused.</Empty>}
        columns={[
          { id: "uri", header: "Object", width: 380, isRowHeader: true, sortingField: "uri", cell: (row) => <Uri text={row.uri} /> },
          { id: "problem", header: "Problem", width: 200, cell: (row) => row.problem ?? (row.complete ? "some records refused" : "not read to its end") },
          { id: "rejected", header: "Refused", number: true, width: 102, cell: (row) => <Count value={row.rejected} what="records" /> },
          { id: "records", header: "Records", number: true, width: 105, cell: (row) => <Count value={row.records} what="records" /> },
          { id: "format", header: "Format", width: 130, cell: (row) => row.format ?? <Nothing why="not told" /> },
          { id: "ingested", header: "Read", width: 124, sortingField: "ingested_at", cell: (row) => <Time value={row.ingested_at} /> },
        ]}
      />
    </Panel>
  );
}

/** Refused records, with where they are and why. */
export function RejectsPanel({ sources }: { sources: Sources }) {
  const rows = sources.rejects;
  return (
    <Panel
      title="Refused records"
      help="rejects"
      count={rows.length}
      description="Each with its object, its line or row, and the reason; 100 at most."
      query={sources.queries.rejects}
      onCsv={rows.length ? () => download("rejects.csv", toCsv(plainColumns("object", "position", "reason", "text"), rows)) : null}
    >
      <SimpleTable
        rows={rows}
        keyOf={(row) => `${row.object}:${row.position}:${row.reason}`}
        label="Refused records"
        empty={<Empty title="None">No record was refused.</Empty>}
        columns={[
          { id: "reason", header: "Reason", width: 220, isRowHeader: true, sortingField: "reason", cell: (row) => row.reason },
          { id: "position", header: "Line or row", number: true, width: 122, cell: (row) => <Count value={row.position} /> },
          { id: "text", header: "Record, cut", width: 330, cell: (row) => <span className="code breakable">{row.text}</span> },
          { id: "object", header: "Object", width: 360, sortingField: "object", cell: (row) => <Uri text={row.object} /> },
        ]}
      />
    </Panel>
  );
}

/** The end of a long name says most; the whole is shown on hover. */
export function Uri({ text }: { text: string }) {
  return (
    <span className="code breakable" title={text}>
      {text.split("/").at(-1)}
    </span>
  );
}
