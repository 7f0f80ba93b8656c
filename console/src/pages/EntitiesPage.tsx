import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEntities } from "../api/queries";
import { usePageTitle } from "../app/title";
import { SeverityBadge } from "../components/badges";
import { download, plainColumns, toCsv } from "../components/csv";
import { Identifier } from "../components/Identifier";
import { Empty, Panel, Shown } from "../components/Panel";
import { SimpleTable } from "../components/SimpleTable";
import { Bytes, Count, Nothing, Time } from "../components/values";
import { KINDS } from "../components/words";
import { InfoLink } from "../help/context";
import { useScope } from "../scope/context";
import { ScopeControl } from "../scope/ScopeControl";

/** Every machine with traffic in scope time. */
export function EntitiesPage() {
  usePageTitle("Machines");
  const { range } = useScope();
  const entities = useEntities(range);
  const rows = entities.data?.rows ?? [];
  return (
    <SpaceBetween size="l">
      <Header variant="h1" info={<InfoLink topic="scope" panel="Scope time" />} description="What the flow logs know, by traffic in scope time." actions={<ScopeControl />}>
        Machines
      </Header>
      <Panel
        title="Machines by traffic"
        help="entities"
        count={entities.data ? rows.length : undefined}
        query={entities.data?.query}
        onCsv={rows.length ? () => download("machines.csv", toCsv(plainColumns("entity", "name", "kind", "account_id", "bytes_in", "bytes_out", "flows", "first", "last", "findings", "severity"), rows)) : null}
      >
        <Shown loading={entities.isPending} error={entities.error} onRetry={() => void entities.refetch()} height={400}>
          {() => (
            <SimpleTable
              rows={rows}
              pageSize={25}
              keyOf={(row) => row.entity}
              label="Machines by traffic"
              empty={<Empty title="No traffic in scope time">Choose another scope time; the Sources page says which time the data cover.</Empty>}
              columns={[
                { id: "entity", header: "Entity", width: 226, isRowHeader: true, sortingField: "entity", cell: (row) => <Identifier id={row.entity} name={row.name} /> },
                { id: "kind", header: "Kind", width: 126, sortingField: "kind", cell: (row) => KINDS[row.kind] ?? row.kind },
                {
                  id: "severity",
                  header: "Findings",
                  width: 116,
                  sortingField: "findings",
                  cell: (row) =>
                    row.severity ? (
                      <span className="badges">
                        <SeverityBadge word={row.severity} /> {row.findings}
                      </span>
                    ) : (
                      <Nothing why="none that touches the scope time" />
                    ),
                },
                { id: "bytes_in", header: "Inbound", number: true, width: 108, cell: (row) => <Bytes value={row.bytes_in} /> },
                { id: "bytes_out", header: "Outbound", number: true, width: 115, cell: (row) => <Bytes value={row.bytes_out} /> },
                { id: "flows", header: "Flows", number: true, width: 98, cell: (row) => <Count value={row.flows} what="flow records" /> },
                { id: "account", header: "Account", width: 166, sortingField: "account_id", cell: (row) => (row.account_id ? <Identifier id={row.account_id} /> : <Nothing />) },
                { id: "last", header: "Last traffic", width: 124, sortingField: "last", cell: (row) => <Time value={row.last} /> },
              ]}
            />
          )}
        </Shown>
      </Panel>
    </SpaceBetween>
  );
}
