import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import KeyValuePairs, { type KeyValuePairsProps } from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Confidence, Evidence, Finding } from "../../api/types";
import { NoveltyBadge } from "../../components/badges";
import { download, fieldsCsv } from "../../components/csv";
import { Panel } from "../../components/Panel";
import { Bytes, Nothing, Time } from "../../components/values";
import { percent, times } from "../../format/number";

/** What a finding rests on, and what would have kept it silent. */
export function EvidencePanel({ finding, sql }: { finding: Finding; sql: string }) {
  const { evidence } = finding;
  const items: KeyValuePairsProps.Pair[] = [
    { label: "Seen", value: <span title={`${evidence.actual.value} ${evidence.actual.unit}`}>{evidence.actual.words}</span> },
    { label: "Expected", value: evidence.expected ? <span title={`${evidence.expected.low} to ${evidence.expected.high} ${evidence.expected.unit}`}>{evidence.expected.words}</span> : "Does not rest on a baseline" },
    { label: "Compared", value: evidence.factor === null ? <Nothing why="there is nothing to compare with" /> : `${times(evidence.factor)} what is expected` },
    { label: "Limit", value: evidence.threshold ? <span title={`${evidence.threshold.value} ${evidence.threshold.unit}`}>{evidence.threshold.words}</span> : "None" },
    { label: "Above the limit", value: evidence.margin === null ? <Nothing why="there is no limit" /> : times(evidence.margin) },
    { label: "Going on since", value: <Time value={evidence.since} /> },
    { label: "Rank", value: evidence.rank ?? "–" },
    { label: "Technique", value: <TechniqueLink evidence={evidence} /> },
  ];
  return (
    <Panel
      id="evidence"
      title="Evidence"
      help="evidence"
      description="Of the latest occurrence: what was seen, what was to be expected, how sure this is, and what would have kept it silent."
      query={sql}
      onCsv={() => download(`evidence-${finding.id}.csv`, fieldsCsv(evidence))}
    >
      <SpaceBetween size="l">
        <KeyValuePairs columns={4} items={items} />
        {evidence.list_names.length ? (
          <div className="badges">
            On the list
            {evidence.list_names.map((name) => (
              <Badge key={name} color="red">
                {name}
              </Badge>
            ))}
          </div>
        ) : null}
        <ColumnLayout columns={2} variant="text-grid">
          <ConfidenceList confidence={evidence.confidence} />
          <div>
            <Box variant="h3">It would not have fired …</Box>
            <ul className="plain-list bullets">
              {evidence.would_not_fire.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          </div>
          <NoveltyList evidence={evidence} />
          <ContributionList evidence={evidence} />
        </ColumnLayout>
      </SpaceBetween>
    </Panel>
  );
}

function TechniqueLink({ evidence }: { evidence: Evidence }) {
  const { id, name, tactic } = evidence.technique;
  return (
    <>
      <Link external href={`https://attack.mitre.org/techniques/${id.replace(".", "/")}/`} externalIconAriaLabel="opens in a new tab">
        {id}
      </Link>{" "}
      {name} <div className="secondary">{tactic}</div>
    </>
  );
}

function ConfidenceList({ confidence }: { confidence: Confidence }) {
  return (
    <div>
      <Box variant="h3">
        Confidence: {confidence.word} ({percent(confidence.score)})
      </Box>
      <ul className="plain-list factors">
        {confidence.factors.map((factor) => (
          <li key={factor.name}>
            <span className="factor" title={`takes the confidence to ${percent(factor.value)} of what it was`}>
              {percent(factor.value)}
            </span>
            <span>{factor.reason}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const VALUES: Record<string, string> = {
  remote_addr: "Remote address",
  remote_net: "Remote network",
  remote_port: "Remote port",
  local_port: "Own port",
  service_port: "Server port",
  asn: "Network operator (AS)",
  country: "Country",
};

function NoveltyList({ evidence }: { evidence: Evidence }) {
  if (!evidence.novelty.length) return null;
  return (
    <div>
      <Box variant="h3">How well known it was</Box>
      <ul className="plain-list spaced">
        {evidence.novelty.map((novelty) => (
          <li key={novelty.kind + novelty.value}>
            <NoveltyBadge status={novelty.status} /> {VALUES[novelty.kind] ?? novelty.kind} <span className="code">{novelty.value}</span>
            <span className="secondary">, {novelty.note}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function ContributionList({ evidence }: { evidence: Evidence }) {
  if (!evidence.contributions.length) return null;
  return (
    <div>
      <Box variant="h3">What adds most to it</Box>
      <ul className="plain-list spaced">
        {evidence.contributions.map((part) => (
          <li key={part.dimension + part.value}>
            {VALUES[part.dimension] ?? part.dimension} <span className="code">{part.value}</span>: <Bytes value={part.bytes} />, {percent(part.share)}
          </li>
        ))}
      </ul>
    </div>
  );
}
