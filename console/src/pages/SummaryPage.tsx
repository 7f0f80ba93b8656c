import Alert from "@cloudscape-design/components/alert";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useSummary } from "../api/queries";
import { usePageTitle } from "../app/title";
import { Failure, Skeleton } from "../components/Panel";
import { InfoLink } from "../help/context";
import { CoveragePanel } from "../panels/summary/CoveragePanel";
import { FindingsOverTime } from "../panels/summary/FindingsOverTime";
import { LatestFindings } from "../panels/summary/LatestFindings";
import { NewcomersPanel } from "../panels/summary/NewcomersPanel";
import { TopEntities } from "../panels/summary/TopEntities";
import { useScope } from "../scope/context";
import { ScopeControl } from "../scope/ScopeControl";

/** The start page: what happened, and where to look. */
export function SummaryPage() {
  usePageTitle("Summary");
  const { range } = useScope();
  const summary = useSummary(range);
  const found = summary.data;
  return (
    <SpaceBetween size="l">
      <Header variant="h1" info={<InfoLink topic="summary" panel="Summary" />} description="What happened in scope time, and where to look first." actions={<ScopeControl />}>
        Summary
      </Header>
      {summary.error ? <Failure error={summary.error} onRetry={() => void summary.refetch()} /> : null}
      {summary.isPending ? <Skeleton height={520} /> : null}
      {found ? (
        <SpaceBetween size="l">
          {!found.coverage.complete ? (
            <Alert type="warning" header="Part of this time is missing">
              {found.coverage.words}
            </Alert>
          ) : null}
          <FindingsOverTime summary={found} />
          <LatestFindings summary={found} />
          <TopEntities summary={found} />
          <NewcomersPanel summary={found} />
          <CoveragePanel summary={found} />
        </SpaceBetween>
      ) : null}
    </SpaceBetween>
  );
}
