import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { requestOf } from "../../api/queries";
import type { ListState } from "../../api/types";
import { download, plainColumns, toCsv } from "../../components/csv";
import { Empty, Panel } from "../../components/Panel";
import { SimpleTable } from "../../components/SimpleTable";
import { Count, Nothing, Time } from "../../components/values";
import { plural } from "../../components/words";

/** Days after which a list of addresses is called old: such addresses change hands within weeks. */
const OLD_DAYS = 30;

export function isOld(list: ListState): boolean {
  return list.age_days >= OLD_DAYS;
}

/** How old a list was at the end of the data. A stale list looks just like a fresh one. */
export function ListAge({ list }: { list: ListState }) {
  return <StatusIndicator type={isOld(list) ? "warning" : "success"}>{list.age_days === 0 ? "fresh" : `${plural(list.age_days, "day")} old`}</StatusIndicator>;
}

export function ListsPanel({ lists }: { lists: ListState[] }) {
  return (
    <Panel
      title="Threat lists"
      help="lists"
      count={lists.length}
      description="Lists in force, and how old they were at the end of the data."
      request={requestOf("/api/v1/sources")}
      onCsv={lists.length ? () => download("lists.csv", toCsv(plainColumns("name", "kind", "added", "age_days", "entries", "source"), lists)) : null}
    >
      <SimpleTable
        rows={lists}
        keyOf={(row) => row.name}
        label="Threat lists"
        empty={<Empty title="No list is in force">Findings about Tor or known bad addresses need one: weir intel import --name tor --kind tor-relay FILE</Empty>}
        columns={[
          { id: "name", header: "List", width: 170, isRowHeader: true, sortingField: "name", cell: (row) => row.name },
          { id: "kind", header: "Kind", width: 130, sortingField: "kind", cell: (row) => row.kind },
          { id: "entries", header: "Entries", number: true, width: 105, cell: (row) => <Count value={row.entries} /> },
          { id: "added", header: "Added", width: 124, sortingField: "added", cell: (row) => <Time value={row.added} /> },
          { id: "age", header: "Age", width: 140, sortingField: "age_days", cell: (row) => <ListAge list={row} /> },
          { id: "source", header: "Source", width: 370, cell: (row) => (row.source ? <span className="breakable">{row.source}</span> : <Nothing why="not noted" />) },
        ]}
      />
    </Panel>
  );
}
