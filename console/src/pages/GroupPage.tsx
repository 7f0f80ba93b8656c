import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { requestOf, useGroup } from "../api/queries";
import type { Group, GroupEntity, GroupMember } from "../api/types";
import { usePageTitle } from "../app/title";
import { SeverityBadge } from "../components/badges";
import { Identifier } from "../components/Identifier";
import { Failure, Panel, Skeleton } from "../components/Panel";
import { type Column, SimpleTable } from "../components/SimpleTable";
import { Count, Time } from "../components/values";
import { useHref } from "../routing/links";

/** One group: its story, the findings in it and why they belong together, who takes part in which tactic. */
export function GroupPage({ id }: { id: string }) {
  const group = useGroup(id);
  usePageTitle(group.data ? group.data.title : "Finding group");
  if (group.error) return <Failure error={group.error} onRetry={() => void group.refetch()} />;
  if (!group.data) return <Skeleton height={480} />;
  return <GroupView group={group.data} />;
}

export function GroupView({ group }: { group: Group }) {
  const request = requestOf("/api/v1/groups/{id}", { id: group.id });
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description={group.severity_reason}>
        {group.title}
      </Header>
      {group.archived ? <Alert type="info">Every finding of this group has been put away.</Alert> : null}
      <Panel title="What happened" help="group" request={request}>
        <SpaceBetween size="m">
          <KeyValuePairs
            columns={4}
            items={[
              { label: "Severity", value: <SeverityBadge word={group.severity_word} value={group.severity} /> },
              { label: "Score", value: group.score.toFixed(2) },
              { label: "First seen", value: <Time value={group.first_seen} /> },
              { label: "Last seen", value: <Time value={group.last_seen} /> },
            ]}
          />
          <Story group={group} />
        </SpaceBetween>
      </Panel>
      <Panel title="Tactics" help="group-tactics" count={group.tactics.length} description="In the order of an attack. Those in bold follow each other in time." request={request}>
        <Tactics group={group} />
      </Panel>
      <Panel title="Findings" help="group-findings" count={group.members.length} request={request}>
        <Members members={group.members} />
      </Panel>
      <Panel title="Who takes part" help="group-entities" count={group.entity_count} request={request}>
        <Entities entities={group.entities} />
      </Panel>
      {group.merged.length ? (
        <Panel title="Groups that became part of it" help="group" count={group.merged.length} request={request}>
          <SpaceBetween size="xs">
            {group.merged.map((merge) => (
              <span key={merge.id}>
                <span className="code">{merge.id}</span> with {merge.findings.length} findings, joined at <Time value={merge.merged_at} />
              </span>
            ))}
          </SpaceBetween>
        </Panel>
      ) : null}
    </SpaceBetween>
  );
}

export function Story({ group }: { group: Group }) {
  return (
    <ol aria-label="Story" className="story">
      {group.story.map((line, index) => (
        <li key={`${line.at} ${index}`}>{line.text}</li>
      ))}
    </ol>
  );
}

function Tactics({ group }: { group: Group }) {
  return (
    <KeyValuePairs
      columns={Math.min(4, Math.max(1, group.tactics.length))}
      items={group.tactics.map((tactic) => ({
        label: tactic.tactic,
        value: (
          <SpaceBetween size="xxxs">
            <Box fontWeight={tactic.in_chain ? "bold" : "normal"}>{tactic.findings.length === 1 ? "1 finding" : `${tactic.findings.length} findings`}</Box>
            <Time value={tactic.first_seen} />
            {tactic.entities.slice(0, 5).map((entity) => (
              <Identifier key={entity} id={entity} />
            ))}
          </SpaceBetween>
        ),
      }))}
    />
  );
}

export function Members({ members }: { members: readonly GroupMember[] }) {
  const href = useHref();
  const columns: Column<GroupMember>[] = [
    { id: "first_seen", header: "First seen", cell: (member) => <Time value={member.first_seen} />, sortingField: "first_seen", width: 160 },
    { id: "severity", header: "Severity", cell: (member) => <SeverityBadge word={member.severity_word} value={member.severity} />, sortingField: "severity", width: 110 },
    {
      id: "title",
      header: "Finding",
      cell: (member) => (
        <span>
          <Link href={href({ page: "finding", id: member.finding_id })}>{member.title}</Link>
          {member.archived ? <Box color="text-status-inactive">Put away</Box> : null}
          {member.weak ? <Box color="text-body-secondary">A weak signal</Box> : null}
        </span>
      ),
      width: 380,
    },
    { id: "entity", header: "Machine", cell: (member) => <Identifier id={member.entity} name={member.entity_name} />, sortingField: "entity", width: 220 },
    { id: "because", header: "Why it is here", cell: (member) => member.because, width: 340 },
    { id: "count", header: "Occurrences", number: true, cell: (member) => <Count value={member.count} />, sortingField: "count", width: 120 },
  ];
  return <SimpleTable rows={members} columns={columns} keyOf={(member) => member.finding_id} label="Findings of the group" empty="None." />;
}

export function Entities({ entities }: { entities: readonly GroupEntity[] }) {
  const columns: Column<GroupEntity>[] = [
    { id: "id", header: "Machine or address", cell: (entity) => <Identifier id={entity.id} name={entity.name} />, sortingField: "id", width: 260 },
    { id: "side", header: "Side", cell: (entity) => (entity.side === "local" ? "Ours" : "Remote"), sortingField: "side", width: 100 },
    { id: "tactics", header: "Tactics", cell: (entity) => entity.tactics.join(", "), width: 360 },
    { id: "findings", header: "Findings", number: true, cell: (entity) => <Count value={entity.findings.length} />, width: 100 },
  ];
  return <SimpleTable rows={entities} columns={columns} keyOf={(entity) => `${entity.side} ${entity.id}`} label="Who takes part" empty="Nobody." />;
}
