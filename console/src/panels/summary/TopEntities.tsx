import type { Summary } from "../../api/types";
import { Sparkline } from "../../charts/Sparkline";
import { SeverityBadge } from "../../components/badges";
import { download, plainColumns, toCsv } from "../../components/csv";
import { Identifier } from "../../components/Identifier";
import { Empty, Panel } from "../../components/Panel";
import { SimpleTable } from "../../components/SimpleTable";
import { Bytes, Count, Nothing } from "../../components/values";
import { bytes } from "../../format/number";

/** Machines with most traffic in the scope. */
export function TopEntities({ summary }: { summary: Summary }) {
  const rows = summary.top;
  return (
    <Panel
      title="Machines with most traffic"
      help="top-entities"
      count={rows.length}
      description="Bytes in and out over the scope time."
      query={summary.queries.top}
      onCsv={rows.length ? () => download("top-machines.csv", toCsv(plainColumns("entity", "name", "account_id", "bytes_in", "bytes_out", "flows", "findings", "severity"), rows)) : null}
    >
      <SimpleTable
        rows={rows}
        keyOf={(row) => row.entity}
        label="Machines with most traffic"
        empty={<Empty title="No traffic in scope time" />}
        columns={[
          { id: "entity", header: "Entity", width: 240, isRowHeader: true, cell: (row) => <Identifier id={row.entity} name={row.name} /> },
          { id: "bytes_in", header: "Inbound", number: true, width: 130, cell: (row) => <Bytes value={row.bytes_in} /> },
          { id: "bytes_out", header: "Outbound", number: true, width: 130, cell: (row) => <Bytes value={row.bytes_out} /> },
          {
            id: "spark",
            header: "In above, out below",
            width: 170,
            cell: (row) => (
              <Sparkline
                inbound={row.spark.map((point) => point.bytes_in)}
                outbound={row.spark.map((point) => point.bytes_out)}
                label={`Traffic of ${row.name ?? row.entity} over the scope time: ${bytes(row.bytes_in)} in, ${bytes(row.bytes_out)} out`}
              />
            ),
          },
          { id: "flows", header: "Flows", number: true, width: 106, cell: (row) => <Count value={row.flows} what="flow records" /> },
          {
            id: "severity",
            header: "Findings",
            width: 126,
            cell: (row) =>
              row.severity ? (
                <span className="badges">
                  <SeverityBadge word={row.severity} /> {row.findings}
                </span>
              ) : (
                <Nothing why="none that touches the scope time" />
              ),
          },
          { id: "account", header: "Account", width: 162, cell: (row) => (row.account_id ? <Identifier id={row.account_id} /> : <Nothing />) },
        ]}
      />
    </Panel>
  );
}
