import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useFinding } from "../api/queries";
import type { FindingPage as FindingData } from "../api/types";
import { usePageTitle } from "../app/title";
import { SeverityBadge } from "../components/badges";
import { Identifier, PlainIdentifier } from "../components/Identifier";
import { Failure, Skeleton } from "../components/Panel";
import { Prose } from "../components/Prose";
import { Count, Time } from "../components/values";
import { ownTitle } from "../components/words";
import { seconds, stretch } from "../format/time";
import { InfoLink } from "../help/context";
import { AnswersPanel } from "../panels/answers/AnswersPanel";
import { ActorsPanel } from "../panels/finding/ActorsPanel";
import { Decision } from "../panels/finding/Decision";
import { EvidencePanel } from "../panels/finding/EvidencePanel";
import { OccurrencesPanel } from "../panels/finding/OccurrencesPanel";
import { RelatedEntitiesPanel, RelatedFindingsPanel } from "../panels/finding/RelatedPanel";
import { useHref } from "../routing/links";
import { useZone } from "../scope/context";

/** Everything about one finding. */
export function FindingPage({ id }: { id: string }) {
  const finding = useFinding(id);
  usePageTitle(finding.data?.finding.finding_type ?? "Finding");
  if (finding.error) return <Failure error={finding.error} onRetry={() => void finding.refetch()} />;
  if (!finding.data) return <Skeleton height={420} />;
  return <Overview page={finding.data} />;
}

function Overview({ page }: { page: FindingData }) {
  const { finding, summary } = page;
  const href = useHref();
  const zone = useZone();
  const range = { from: seconds(page.scope.from), to: seconds(page.scope.to) };
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        info={<InfoLink topic="finding" panel="Finding overview" />}
        description={finding.finding_type}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Decision finding={summary} key={`${summary.note}${summary.archived}`} />
            <Button variant="primary" href={href({ page: "entity", id: finding.entity }, range, { finding: finding.id })}>
              Investigate
            </Button>
          </SpaceBetween>
        }
      >
        {ownTitle(finding.title, finding.entity)}
      </Header>
      {summary.archived ? (
        <Alert type="info" header="Archived">
          Put away{summary.triaged_by ? ` by ${summary.triaged_by}` : ""}
          {summary.triaged_at ? (
            <>
              {" "}
              at <Time value={summary.triaged_at} />
            </>
          ) : null}
          . It comes back by itself when it occurs again.
        </Alert>
      ) : null}
      {!page.coverage.complete ? (
        <Alert type="warning" header="Part of this time is missing">
          {page.coverage.words}
        </Alert>
      ) : null}
      <Container>
        <SpaceBetween size="m">
          <p className="sentence">
            <Prose text={finding.evidence.summary} scope={range} />
          </p>
          <KeyValuePairs
            columns={4}
            items={[
              { label: "Severity", value: <SeverityBadge word={summary.severity_word} value={summary.severity} /> },
              { label: "Entity", value: <Identifier id={finding.entity} name={summary.entity_name} scope={range} /> },
              ...(finding.account_id ? [{ label: "AWS account, region", value: <><Identifier id={finding.account_id} scope={range} /> {finding.region}</> }] : []),
              { label: "Count", value: <Count value={finding.count} what="occurrences" /> },
              { label: "First seen", value: <Time value={finding.first_seen} /> },
              { label: "Last seen", value: <Time value={finding.last_seen} /> },
              { label: "Scope time", value: stretch(range.from, range.to, zone) },
              { label: "Finding ID", value: <PlainIdentifier id={finding.id} /> },
              ...(summary.group ? [{ label: "Finding group", value: <Link href={href({ page: "group", id: summary.group })}>The story it belongs to</Link> }] : []),
              ...(summary.suppressed_by ? [{ label: "Hidden by the rule", value: summary.suppressed_by }] : []),
              ...(summary.note ? [{ label: "Note", value: <span className="note">{summary.note}</span> }] : []),
            ]}
          />
        </SpaceBetween>
      </Container>
      <EvidencePanel finding={finding} sql={page.rows.sql} />
      <AnswersPanel id={finding.entity} range={range} finding={finding.id} />
      <ActorsPanel page={page} scope={range} />
      <RelatedEntitiesPanel page={page} scope={range} />
      <RelatedFindingsPanel page={page} />
      <OccurrencesPanel finding={finding} />
    </SpaceBetween>
  );
}
