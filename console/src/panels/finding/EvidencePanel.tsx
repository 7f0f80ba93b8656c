import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import KeyValuePairs, { type KeyValuePairsProps } from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import type { Confidence, Evidence, Finding } from "../../api/types";
import { NoveltyBadge } from "../../components/badges";
import { confidenceNumber, factorWord } from "../../components/confidence";
import { download, fieldsCsv } from "../../components/csv";
import { Identifier } from "../../components/Identifier";
import { Panel } from "../../components/Panel";
import { Prose } from "../../components/Prose";
import { Bytes, Time } from "../../components/values";
import { countryName } from "../../components/words";
import { percent, times } from "../../format/number";

/** What a finding rests on, and what would have kept it silent. */
export function EvidencePanel({ finding, sql }: { finding: Finding; sql: string }) {
  const { evidence } = finding;
  // What is not known of this finding is left out.
  const items: KeyValuePairsProps.Pair[] = [
    { label: "Seen", value: <span title={`${evidence.actual.value} ${evidence.actual.unit}`}>{evidence.actual.words}</span> },
    { label: "Expected", value: evidence.expected ? <span title={`${evidence.expected.low} to ${evidence.expected.high} ${evidence.expected.unit}`}>{evidence.expected.words}</span> : "Does not rest on a baseline" },
    ...(evidence.factor === null ? [] : [{ label: "Compared", value: `${times(evidence.factor)} what is expected` }]),
    ...(evidence.threshold ? [{ label: "Limit", value: <span title={`${evidence.threshold.value} ${evidence.threshold.unit}`}>{evidence.threshold.words}</span> }] : []),
    ...(evidence.margin === null ? [] : [{ label: "Above the limit", value: <span title={times(evidence.margin)}>{evidence.margin >= 1_000 ? "more than 1,000 times" : times(evidence.margin)}</span> }]),
    { label: "Going on since", value: <Time value={evidence.since} /> },
    ...(evidence.rank === null ? [] : [{ label: "Rank", value: evidence.rank }]),
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
                <li key={reason}>
                  <Prose text={reason} />
                </li>
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
        <span title={confidenceNumber(confidence.score)}>Confidence: {confidence.word}</span>
      </Box>
      <ul className="plain-list factors">
        {confidence.factors.map((factor) => (
          <li key={factor.name}>
            <span className="factor" title={`takes the confidence to ${percent(factor.value)} of what it was`}>
              {factorWord(factor.value)}
            </span>
            <span>
              <Prose text={factor.reason} />
            </span>
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

/** An address leads to its profile; a country has its name. */
function valueOf(kind: string, value: string): ReactNode {
  if (kind === "remote_addr") return <Identifier id={value} />;
  if (kind === "country") return `${countryName(value)} (${value})`;
  return <span className="code">{value}</span>;
}

function NoveltyList({ evidence }: { evidence: Evidence }) {
  if (!evidence.novelty.length) return null;
  return (
    <div>
      <Box variant="h3">How well known it was</Box>
      <ul className="plain-list spaced">
        {evidence.novelty.map((novelty) => (
          <li key={novelty.kind + novelty.value}>
            <NoveltyBadge status={novelty.status} /> {VALUES[novelty.kind] ?? novelty.kind} {valueOf(novelty.kind, novelty.value)}
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
            {VALUES[part.dimension] ?? part.dimension} {valueOf(part.dimension, part.value)}: <Bytes value={part.bytes} />, {percent(part.share)}
          </li>
        ))}
      </ul>
    </div>
  );
}
