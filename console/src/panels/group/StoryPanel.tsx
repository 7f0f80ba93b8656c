import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Fragment } from "react";
import type { Group } from "../../api/types";
import { SeverityBadge } from "../../components/badges";
import { download, toCsv } from "../../components/csv";
import { Panel } from "../../components/Panel";
import { Prose } from "../../components/Prose";
import { Length, Time } from "../../components/values";
import { plural } from "../../components/words";
import { seconds } from "../../format/time";
import { type LinkScope, useHref } from "../../routing/links";

type Line = Group["story"][number];

/** What happened, in order of time: a lead, a step for each finding or several that belong together, and what they come to. */
export function StoryPanel({ group, scope, request }: { group: Group; scope: LinkScope; request: string }) {
  return (
    <Panel
      title="What happened"
      help="group"
      request={request}
      onCsv={() =>
        download(
          `story-${group.id}.csv`,
          toCsv<Line>([["at", (line) => line.at], ["tactic", (line) => line.tactic], ["text", (line) => line.text], ["findings", (line) => line.findings.join(" ")]], group.story),
        )
      }
    >
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={4}
          items={[
            {
              label: "Severity",
              value: (
                <span className="badges">
                  <SeverityBadge word={group.severity_word} value={group.severity} />
                  <span className="secondary">{group.severity_reason}</span>
                </span>
              ),
            },
            { label: "Score", value: <span title="Grows with severity, confidence and the length of the chain of tactics">{group.score.toFixed(2)}</span> },
            { label: "First seen", value: <Time value={group.first_seen} /> },
            {
              label: "Last seen",
              value: (
                <>
                  <Time value={group.last_seen} /> <span className="secondary">after <Length secs={seconds(group.last_seen) - seconds(group.first_seen)} /></span>
                </>
              ),
            },
          ]}
        />
        <Story group={group} scope={scope} />
      </SpaceBetween>
    </Panel>
  );
}

export function Story({ group, scope }: { group: Group; scope: LinkScope }) {
  const told = group.story.filter((line) => line.findings.length > 0);
  const first = group.story.findIndex((line) => line.findings.length > 0);
  const around = group.story.filter((line) => line.findings.length === 0);
  const lead = around.filter((line) => group.story.indexOf(line) < first || first < 0);
  const end = around.filter((line) => !lead.includes(line));
  return (
    <>
      {lead.map((line) => (
        <p key={line.text} className="sentence">
          <StoryText text={line.text} scope={scope} />
        </p>
      ))}
      <ol aria-label="Story" className="story">
        {told.map((line, index) => (
          <Step key={`${line.at} ${index}`} line={line} group={group} scope={scope} />
        ))}
      </ol>
      {end.map((line) => (
        <p key={line.text} className="story-end">
          <StoryText text={line.text} scope={scope} />
        </p>
      ))}
    </>
  );
}

function Step({ line, group, scope }: { line: Line; group: Group; scope: LinkScope }) {
  const href = useHref();
  const members = line.findings.flatMap((id) => group.members.filter((member) => member.finding_id === id));
  const gravest = members.reduce<(typeof members)[number] | undefined>((most, member) => (most && most.severity >= member.severity ? most : member), undefined);
  const [only] = line.findings;
  return (
    <li>
      <Time value={line.at} />
      <span className="story-severity">{gravest ? <SeverityBadge word={gravest.severity_word} value={gravest.severity} /> : null}</span>
      <p>
        <StoryText text={line.text} scope={scope} />
      </p>
      <span className="story-tactic">
        {line.tactic}
        {line.findings.length === 1 && only ? (
          <Link href={href({ page: "finding", id: only })} ariaLabel={`Finding: ${line.text}`}>
            Finding
          </Link>
        ) : (
          <span>{plural(line.findings.length, "finding")}</span>
        )}
      </span>
    </li>
  );
}

/** `EC2 instance i-0c… (web-3)` is its name alone, which leads to its profile; every other identifier and address is a link as well. */
function StoryText({ text, scope }: { text: string; scope: LinkScope }) {
  const href = useHref();
  const parts = text.split(/(?:(?:EC2 instance|[Nn]etwork interface)\s+)?((?:i|eni)-[0-9a-f]{8,17}) \(([^)]+)\)/);
  return (
    <>
      {parts.map((part, at) => {
        const [kind, key] = [at % 3, `${at} ${part}`];
        if (kind === 0) return <Fragment key={key}><Prose text={part} scope={scope} /></Fragment>;
        if (kind === 2) return null;
        return (
          <span key={key} title={part}>
            <Link href={href({ page: "entity", id: part }, scope)}>{parts[at + 1]}</Link>
          </span>
        );
      })}
    </>
  );
}
