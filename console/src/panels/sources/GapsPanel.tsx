import type { Sources } from "../../api/types";
import { download, plainColumns, toCsv } from "../../components/csv";
import { Identifier } from "../../components/Identifier";
import { Empty, Panel } from "../../components/Panel";
import { SimpleTable } from "../../components/SimpleTable";
import { Length, Nothing, Time } from "../../components/values";
import { seconds } from "../../format/time";
import { Uri } from "./RejectsPanel";

/** Intervals in which records were lost. */
export function GapsPanel({ sources }: { sources: Sources }) {
  const rows = sources.gaps;
  return (
    <Panel
      title="Gaps"
      help="gaps"
      count={rows.length}
      description="Intervals in which the source itself says that records were lost (SKIPDATA); 100 at most."
      query={sources.queries.gaps}
      onCsv={rows.length ? () => download("gaps.csv", toCsv(plainColumns("entity", "interface_id", "kind", "start", "end", "object"), rows)) : null}
    >
      <SimpleTable
        rows={rows}
        keyOf={(row) => `${row.interface_id} ${row.start} ${row.end} ${row.object}`}
        label="Gaps"
        empty={<Empty title="None">No source said that it lost records.</Empty>}
        columns={[
          { id: "entity", header: "Entity", width: 200, isRowHeader: true, sortingField: "entity", cell: (row) => (row.entity ? <Identifier id={row.entity} /> : <Nothing why="not known" />) },
          { id: "interface", header: "Interface", width: 222, cell: (row) => (row.interface_id ? <Identifier id={row.interface_id} /> : <Nothing />) },
          { id: "start", header: "From", width: 124, sortingField: "start", cell: (row) => <Time value={row.start} /> },
          { id: "end", header: "To", width: 124, sortingField: "end", cell: (row) => <Time value={row.end} /> },
          { id: "length", header: "Length", width: 92, cell: (row) => <Length secs={seconds(row.end) - seconds(row.start)} /> },
          { id: "object", header: "Said by", width: 310, cell: (row) => <Uri text={row.object} /> },
        ]}
      />
    </Panel>
  );
}
