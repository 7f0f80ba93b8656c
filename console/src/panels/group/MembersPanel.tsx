import Box from "@cloudscape-design/components/box";
import type { Group, GroupMember } from "../../api/types";
import { SeverityBadge } from "../../components/badges";
import { download, plainColumns, toCsv } from "../../components/csv";
import { FindingTitle } from "../../components/FindingTitle";
import { Identifier } from "../../components/Identifier";
import { Empty, Panel } from "../../components/Panel";
import { Prose } from "../../components/Prose";
import { type Column, SimpleTable } from "../../components/SimpleTable";
import { Count, Time } from "../../components/values";
import type { LinkScope } from "../../routing/links";

/** The findings of a group, and why each belongs to it. */
export function MembersPanel({ group, scope, request }: { group: Group; scope: LinkScope; request: string }) {
  return (
    <Panel
      title="Findings"
      help="group-findings"
      count={group.members.length}
      description="The earliest first, and what each shares with another one."
      request={request}
      onCsv={() =>
        download(
          `findings-${group.id}.csv`,
          toCsv(plainColumns("finding_id", "finding_type", "title", "severity", "confidence", "entity", "entity_name", "first_seen", "last_seen", "count", "archived", "weak", "because"), group.members),
        )
      }
    >
      <Members members={group.members} scope={scope} />
    </Panel>
  );
}

export function Members({ members, scope }: { members: readonly GroupMember[]; scope: LinkScope }) {
  const columns: Column<GroupMember>[] = [
    { id: "severity", header: "Severity", cell: (member) => <SeverityBadge word={member.severity_word} value={member.severity} />, sortingField: "severity", width: 104 },
    {
      id: "title",
      header: "Finding",
      isRowHeader: true,
      cell: (member) => (
        <>
          <FindingTitle finding={{ id: member.finding_id, title: member.title, entity: member.entity }} />
          {member.archived ? <Box color="text-status-inactive">Archived</Box> : null}
          {member.weak ? <Box color="text-body-secondary">A weak signal</Box> : null}
        </>
      ),
      width: 262,
    },
    { id: "entity", header: "Machine", cell: (member) => <Identifier id={member.entity} name={member.entity_name} scope={scope} />, sortingField: "entity", width: 212 },
    { id: "because", header: "Why it is here", cell: (member) => <Because member={member} scope={scope} />, width: 246 },
    { id: "count", header: "Count", number: true, cell: (member) => <Count value={member.count} what="occurrences" />, sortingField: "count", width: 98 },
    { id: "first_seen", header: "First seen", cell: (member) => <Time value={member.first_seen} />, sortingField: "first_seen", width: 124 },
  ];
  return <SimpleTable rows={members} columns={columns} keyOf={(member) => member.finding_id} label="Findings of the group" empty={<Empty title="None" />} pageSize={20} />;
}

/** The reason in the interface's words; the machine stands beside it, so its identifier is left out. */
function Because({ member, scope }: { member: GroupMember; scope: LinkScope }) {
  return (
    <span className="because" title={member.because}>
      <Prose text={member.because.replaceAll(`the same machine, ${member.entity}`, "the same machine")} scope={scope} />
    </span>
  );
}
