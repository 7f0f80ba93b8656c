import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { STATUS_SECS, useSources, useStatus } from "../api/queries";
import type { Sources, Status } from "../api/types";
import { usePageTitle } from "../app/title";
import { download, fieldsCsv } from "../components/csv";
import { Failure, Panel, Skeleton } from "../components/Panel";
import { Bytes, Count, Time } from "../components/values";
import { InfoLink } from "../help/context";
import { CollectionPanel } from "../panels/sources/CollectionPanel";
import { GapsPanel } from "../panels/sources/GapsPanel";
import { JobsPanel } from "../panels/sources/JobsPanel";
import { ListsPanel } from "../panels/sources/ListsPanel";
import { ParkedPanel } from "../panels/sources/ParkedPanel";
import { ReceiversPanel } from "../panels/sources/ReceiversPanel";
import { RejectsPanel, TroubledPanel } from "../panels/sources/RejectsPanel";

/** What was read, what was refused, what is missing, and what is known beside it. */
export function SourcesPage() {
  usePageTitle("Sources");
  const sources = useSources();
  const found = sources.data;
  const status = useStatus(STATUS_SECS);
  const now = status.data;
  useRereading(now);
  return (
    <SpaceBetween size="l">
      <Header variant="h1" info={<InfoLink topic="sources" panel="Sources" />} description="What is being collected, what was read, what was refused, what is missing.">
        Sources
      </Header>
      {now ? (
        <CollectionPanel status={now} silence={status.error?.detail ?? null} />
      ) : status.error ? (
        <Failure error={status.error} onRetry={() => void status.refetch()} />
      ) : (
        <Skeleton height={160} />
      )}
      {now ? <ParkedPanel sources={now.sources} /> : null}
      {now?.collecting ? <JobsPanel jobs={now.jobs} /> : null}
      {now ? <ReceiversPanel receivers={now.receivers} /> : null}
      {sources.error ? <Failure error={sources.error} onRetry={() => void sources.refetch()} /> : null}
      {sources.isPending ? <Skeleton height={420} /> : null}
      {found ? (
        <SpaceBetween size="l">
          <Totals sources={found} />
          <TroubledPanel sources={found} />
          <RejectsPanel sources={found} />
          <GapsPanel sources={found} />
          <ListsPanel lists={found.lists} />
        </SpaceBetween>
      ) : null}
    </SpaceBetween>
  );
}

/** Asks again what was read when something more was committed or judged, so that the parts of the page agree. */
function useRereading(status: Status | undefined): void {
  const client = useQueryClient();
  const done = status ? status.sources.reduce((sum, source) => sum + source.committed + source.unusable, 0) + status.jobs.reduce((sum, job) => sum + job.runs - job.failures, 0) : null;
  const before = useRef<number | null>(null);
  useEffect(() => {
    if (done !== null && before.current !== null && done !== before.current) {
      void client.invalidateQueries({ queryKey: ["/api/v1/sources"] });
      void client.invalidateQueries({ queryKey: ["/api/v1/range"] });
    }
    before.current = done;
  }, [client, done]);
}

function Totals({ sources }: { sources: Sources }) {
  const { totals, range } = sources;
  return (
    <Panel
      title="Read so far"
      help="sources"
      description="Every record is accepted, refused, a note on coverage, or a duplicate; nothing is dropped silently."
      query={sources.queries.totals}
      onCsv={() => download("sources.csv", fieldsCsv({ range, totals }))}
    >
      <KeyValuePairs
        columns={4}
        items={[
          { label: "Data from", value: <Time value={range.first} /> },
          { label: "Data until", value: <Time value={range.last} /> },
          { label: "Last read", value: <Time value={totals.last_ingested} /> },
          { label: "Detected through", value: sources.detected_through ? <Time value={sources.detected_through} /> : "Detection has not run" },
          { label: "Objects", value: <Count value={totals.objects} /> },
          { label: "Of those not read to their end", value: totals.incomplete ? <StatusIndicator type="warning">{totals.incomplete}</StatusIndicator> : "None" },
          { label: "Bytes as delivered", value: <Bytes value={totals.bytes} /> },
          { label: "Records", value: <Count value={totals.records} /> },
          { label: "Accepted", value: <Count value={totals.accepted} /> },
          { label: "Refused", value: totals.rejected ? <StatusIndicator type="warning"><Count value={totals.rejected} /></StatusIndicator> : "None" },
          { label: "Notes on coverage", value: <Count value={totals.coverage} /> },
          { label: "Duplicates", value: <Count value={totals.duplicates} /> },
          { label: "Inventory", value: sources.inventory ? <StatusIndicator type="success">There is one</StatusIndicator> : <StatusIndicator type="warning">None: machines are named by their interfaces</StatusIndicator> },
          {
            label: "Geography",
            value: sources.geography.length ? (
              <SpaceBetween size="xxxs">
                {sources.geography.map((file) => (
                  <span key={file.path} title={file.path}>
                    {file.database_type}, of <Time value={file.built} />
                  </span>
                ))}
              </SpaceBetween>
            ) : (
              <StatusIndicator type="info">No file: countries and network operators are not known</StatusIndicator>
            ),
          },
        ]}
      />
    </Panel>
  );
}
