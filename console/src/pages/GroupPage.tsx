import Alert from "@cloudscape-design/components/alert";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { requestOf, useGroup } from "../api/queries";
import type { Group } from "../api/types";
import { usePageTitle } from "../app/title";
import { download, toCsv } from "../components/csv";
import { PlainIdentifier } from "../components/Identifier";
import { Failure, Panel, Skeleton } from "../components/Panel";
import { Time } from "../components/values";
import { plural } from "../components/words";
import { InfoLink } from "../help/context";
import { EntitiesPanel } from "../panels/group/EntitiesPanel";
import { GraphPanel } from "../panels/group/GraphPanel";
import { MembersPanel } from "../panels/group/MembersPanel";
import { StoryPanel } from "../panels/group/StoryPanel";
import { TacticsPanel } from "../panels/group/TacticsPanel";
import { wholeHours } from "../scope/scope";

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
  const scope = wholeHours(group);
  return (
    <SpaceBetween size="l">
      <Header variant="h1" info={<InfoLink topic="groups" panel="Finding group" />} description="A finding group: findings that may be one story. Links to profiles carry its time along.">
        {group.title}
      </Header>
      {group.archived ? (
        <Alert type="info" header="Archived">
          Every finding of this group is archived. It comes back when one of them occurs again.
        </Alert>
      ) : null}
      <StoryPanel group={group} scope={scope} request={request} />
      <TacticsPanel group={group} scope={scope} request={request} />
      <GraphPanel group={group} scope={scope} request={request} />
      <MembersPanel group={group} scope={scope} request={request} />
      <EntitiesPanel group={group} scope={scope} request={request} />
      {group.merged.length ? (
        <Panel
          title="Groups that became part of it"
          help="groups"
          count={group.merged.length}
          request={request}
          onCsv={() =>
            download(
              `merged-${group.id}.csv`,
              toCsv<Group["merged"][number]>([["id", (row) => row.id], ["merged_at", (row) => row.merged_at], ["by", (row) => row.by], ["findings", (row) => row.findings.join(" ")]], group.merged),
            )
          }
        >
          <ul className="plain-list spaced">
            {group.merged.map((merge) => (
              <li key={merge.id}>
                <PlainIdentifier id={merge.id} /> with {plural(merge.findings.length, "finding")}, joined at <Time value={merge.merged_at} />
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
    </SpaceBetween>
  );
}
