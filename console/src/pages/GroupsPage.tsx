import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { requestOf, useGroups } from "../api/queries";
import type { GroupSummary } from "../api/types";
import { usePageTitle } from "../app/title";
import { SeverityBadge } from "../components/badges";
import { download, plainColumns, toCsv } from "../components/csv";
import { Identifier } from "../components/Identifier";
import { Empty, Failure, Panel, Skeleton } from "../components/Panel";
import { type Column, SimpleTable } from "../components/SimpleTable";
import { Count, Time } from "../components/values";
import { InfoLink } from "../help/context";
import { useHref } from "../routing/links";
import { wholeHours } from "../scope/scope";

/** Finding groups: findings that belong to one story, what to look at first coming first. */
export function GroupsPage() {
  usePageTitle("Finding groups");
  const groups = useGroups();
  const rows = groups.data?.rows ?? [];
  return (
    <SpaceBetween size="l">
      <Header variant="h1" info={<InfoLink topic="groups" panel="Finding groups" />} description="Findings that belong to one story. What to look at first comes first.">
        Finding groups
      </Header>
      {groups.error ? <Failure error={groups.error} onRetry={() => void groups.refetch()} /> : null}
      {groups.isPending ? <Skeleton height={320} /> : null}
      {groups.data ? (
        <Panel
          title="Groups"
          help="groups"
          count={groups.data.total}
          description="A higher score means graver, surer, and further along the order of an attack."
          request={requestOf("/api/v1/groups", {}, { limit: 1_000 })}
          onCsv={
            rows.length
              ? () => download("groups.csv", toCsv(plainColumns("id", "title", "severity", "score", "archived", "findings", "entities", "entity_count", "chain", "first_seen", "last_seen"), rows))
              : null
          }
        >
          <GroupTable groups={rows} />
        </Panel>
      ) : null}
    </SpaceBetween>
  );
}

/** Machines named in a row. */
const NAMED = 3;

export function GroupTable({ groups }: { groups: readonly GroupSummary[] }) {
  const href = useHref();
  const columns: Column<GroupSummary>[] = [
    { id: "severity", header: "Severity", cell: (group) => <SeverityBadge word={group.severity_word} value={group.severity} />, sortingField: "severity", width: 104 },
    {
      id: "title",
      header: "What happened",
      isRowHeader: true,
      cell: (group) => (
        <>
          <Link href={href({ page: "group", id: group.id })}>{group.title}</Link>
          {group.archived ? <Box color="text-status-inactive">Archived</Box> : null}
        </>
      ),
      width: 300,
    },
    { id: "score", header: "Score", number: true, cell: (group) => group.score.toFixed(2), sortingField: "score", width: 96 },
    { id: "findings", header: "Findings", number: true, cell: (group) => <Count value={group.findings} />, sortingField: "findings", width: 112 },
    {
      id: "entities",
      header: "Machines",
      cell: (group) => (
        <SpaceBetween size="xxxs">
          {group.entities.slice(0, NAMED).map((entity) => (
            <Identifier key={entity} id={entity} scope={wholeHours(group)} />
          ))}
          {group.entity_count > NAMED ? <span>and {group.entity_count - NAMED} more</span> : null}
        </SpaceBetween>
      ),
      width: 200,
    },
    { id: "first_seen", header: "First seen", cell: (group) => <Time value={group.first_seen} />, sortingField: "first_seen", width: 124 },
    { id: "last_seen", header: "Last seen", cell: (group) => <Time value={group.last_seen} />, sortingField: "last_seen", width: 124 },
  ];
  return (
    <SimpleTable
      rows={groups}
      columns={columns}
      keyOf={(group) => group.id}
      label="Finding groups"
      empty={<Empty title="No findings belong together">A group needs findings that share a machine or an address within a few days.</Empty>}
      pageSize={20}
    />
  );
}
