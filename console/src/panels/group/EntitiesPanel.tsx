import type { Group, GroupEntity } from "../../api/types";
import { download, plainColumns, toCsv } from "../../components/csv";
import { Identifier } from "../../components/Identifier";
import { Empty, Panel } from "../../components/Panel";
import { type Column, SimpleTable } from "../../components/SimpleTable";
import { Count } from "../../components/values";
import type { LinkScope } from "../../routing/links";

/** Which side of the findings an entity is on, in words. */
export const SIDES = { local: "Our machine", remote: "The other side" } as const;

/** The machines and addresses that the findings of a group are about. */
export function EntitiesPanel({ group, scope, request }: { group: Group; scope: LinkScope; request: string }) {
  const shown = group.entities.length;
  return (
    <Panel
      title="Who takes part"
      help="group-entities"
      count={group.entity_count}
      description={shown < group.entity_count ? `The ${shown} with most findings. Each leads to its profile with the time of the group.` : "Each leads to its profile with the time of the group."}
      request={request}
      onCsv={() => download(`entities-${group.id}.csv`, toCsv(plainColumns("id", "name", "side", "tactics", "findings"), group.entities))}
    >
      <Entities entities={group.entities} scope={scope} />
    </Panel>
  );
}

export function Entities({ entities, scope }: { entities: readonly GroupEntity[]; scope: LinkScope }) {
  const columns: Column<GroupEntity>[] = [
    { id: "id", header: "Machine or address", isRowHeader: true, cell: (entity) => <Identifier id={entity.id} name={entity.name} scope={scope} />, sortingField: "id", width: 290 },
    { id: "side", header: "Side", cell: (entity) => SIDES[entity.side], sortingField: "side", width: 150 },
    {
      id: "findings",
      header: "Findings",
      number: true,
      cell: (entity) => <Count value={entity.findings.length} />,
      sortingComparator: (a, b) => a.findings.length - b.findings.length,
      width: 110,
    },
    { id: "tactics", header: "Tactics", cell: (entity) => entity.tactics.join(", "), width: 500 },
  ];
  return <SimpleTable rows={entities} columns={columns} keyOf={(entity) => `${entity.side} ${entity.id}`} label="Who takes part" empty={<Empty title="Nobody" />} pageSize={20} />;
}
