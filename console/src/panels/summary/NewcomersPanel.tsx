import { lazy, Suspense } from "react";
import type { Newcomer, Summary } from "../../api/types";
import { download, plainColumns, toCsv } from "../../components/csv";
import { Empty, Panel, Skeleton } from "../../components/Panel";
import { SimpleTable } from "../../components/SimpleTable";
import { Bytes, Count, Time } from "../../components/values";
import { countryName } from "../../components/words";
import { useScope } from "../../scope/context";
import { daysBefore } from "../../scope/history";

const WorldMap = lazy(() => import("../../charts/WorldMap"));

/** Countries and network operators that nobody had spoken with in the days on record before. */
export function NewcomersPanel({ summary }: { summary: Summary }) {
  const rows = summary.newcomers;
  const { range, data } = useScope();
  const before = daysBefore(range, data);
  const marked = rows.filter((row) => row.kind === "country").map((row) => ({ code: row.value, label: countryName(row.value) }));
  return (
    <Panel
      title="Newly observed countries and network operators"
      help="newcomers"
      count={rows.length}
      description={summary.has_history ? `Seen in scope time, and by no machine in ${before}.` : "There is nothing before the scope time to compare with, so everything is new."}
      query={summary.queries.newcomers}
      onCsv={rows.length ? () => download("newcomers.csv", toCsv(plainColumns("kind", "value", "first", "last", "entities", "flows", "bytes"), rows)) : null}
    >
      <div className={marked.length ? "map-and-table" : ""}>
        {marked.length ? (
          <Suspense fallback={<Skeleton height={300} />}>
            <WorldMap marked={marked} label="Newly observed countries" />
          </Suspense>
        ) : null}
        <SimpleTable
          rows={rows}
          pageSize={8}
          keyOf={(row) => row.kind + row.value}
          label="Newly observed countries and network operators"
          empty={<Empty title="Nothing new">Every country and network operator that is known was seen in {before} as well. They are known only where a geography file is configured.</Empty>}
          columns={[
            { id: "value", header: "What", width: 190, isRowHeader: true, sortingField: "value", cell: (row) => nameOf(row) },
            { id: "bytes", header: "Bytes", number: true, width: 110, cell: (row) => <Bytes value={row.bytes} /> },
            { id: "entities", header: "Machines", number: true, width: 120, cell: (row) => <Count value={row.entities} /> },
            { id: "first", header: "First", width: 124, sortingField: "first", cell: (row) => <Time value={row.first} /> },
          ]}
        />
      </div>
    </Panel>
  );
}

function nameOf(row: Newcomer): string {
  return row.kind === "country" ? `${countryName(row.value)} (${row.value})` : `AS${row.value}`;
}
