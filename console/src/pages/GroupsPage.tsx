import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { requestOf, useGroups } from "../api/queries";
import type { GroupSummary } from "../api/types";
import { usePageTitle } from "../app/title";
import { SeverityBadge } from "../components/badges";
import { Identifier } from "../components/Identifier";
import { Failure, Panel, Skeleton } from "../components/Panel";
import { type Column, SimpleTable } from "../components/SimpleTable";
import { Count, Time } from "../components/values";
import { useHref } from "../routing/links";

/** Finding groups: findings that belong to one story, what to look at first coming first. */
export function GroupsPage() {
  usePageTitle("Finding groups");
  const groups = useGroups();
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description="Findings that belong to one story. What to look at first comes first.">
        Finding groups
      </Header>
      {groups.error ? <Failure error={groups.error} onRetry={() => void groups.refetch()} /> : null}
      {groups.isPending ? <Skeleton height={320} /> : null}
      {groups.data ? (
        <Panel title="Groups" help="groups" count={groups.data.total} request={requestOf("/api/v1/groups", {}, { limit: 1_000 })}>
          <GroupTable groups={groups.data.rows} />
        </Panel>
      ) : null}
    </SpaceBetween>
  );
}

export function GroupTable({ groups }: { groups: readonly GroupSummary[] }) {
  const href = useHref();
  const columns: Column<GroupSummary>[] = [
    { id: "severity", header: "Severity", cell: (group) => <SeverityBadge word={group.severity_word} value={group.severity} />, sortingField: "severity", width: 110 },
    {
      id: "title",
      header: "What happened",
      cell: (group) => (
        <span>
          <Link href={href({ page: "group", id: group.id })}>{group.title}</Link>
          {group.archived ? <Box color="text-status-inactive">Put away</Box> : null}
        </span>
      ),
      width: 460,
    },
    { id: "score", header: "Score", number: true, cell: (group) => group.score.toFixed(2), sortingField: "score", width: 90 },
    { id: "findings", header: "Findings", number: true, cell: (group) => <Count value={group.findings} />, sortingField: "findings", width: 100 },
    {
      id: "entities",
      header: "Machines",
      cell: (group) => (
        <SpaceBetween size="xxxs">
          {group.entities.slice(0, 3).map((entity) => (
            <Identifier key={entity} id={entity} />
          ))}
          {group.entity_count > 3 ? <span>and {group.entity_count - 3} more</span> : null}
        </SpaceBetween>
      ),
      width: 240,
    },
    { id: "first_seen", header: "First seen", cell: (group) => <Time value={group.first_seen} />, sortingField: "first_seen", width: 160 },
    { id: "last_seen", header: "Last seen", cell: (group) => <Time value={group.last_seen} />, sortingField: "last_seen", width: 160 },
  ];
  return <SimpleTable rows={groups} columns={columns} keyOf={(group) => group.id} label="Finding groups" empty="No findings belong together." />;
}
