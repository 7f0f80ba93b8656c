import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Summary } from "../../api/types";
import { download, fieldsCsv } from "../../components/csv";
import { Panel } from "../../components/Panel";
import { Bytes, Count, Length, Time } from "../../components/values";
import { seconds } from "../../format/time";
import { useHref } from "../../routing/links";
import { useScope } from "../../scope/context";
import { requestOf, scope } from "../../api/queries";
import { CoverageState } from "../EntityDetails";
import { ListAge } from "../sources/ListsPanel";
import { TroubleNotice } from "../sources/TroubleNotice";

/** What the answers rest on: what was read, what is missing, how old the lists are. */
export function CoveragePanel({ summary }: { summary: Summary }) {
  const href = useHref();
  const { range: shown } = useScope();
  const { totals, range, coverage } = summary;
  return (
    <Panel
      title="Coverage"
      help="coverage"
      description="What the answers rest on. Missing is not zero."
      actions={<Link href={href({ page: "sources" })}>All sources</Link>}
      request={requestOf("/api/v1/summary", {}, scope(shown))}
      onCsv={() => download("coverage.csv", fieldsCsv({ range, totals, coverage, lists: summary.lists }))}
    >
      <SpaceBetween size="m">
        <TroubleNotice lists={summary.lists} />
        <KeyValuePairs
          columns={4}
          items={[
            { label: "Data from", value: <Time value={range.first} /> },
            { label: "Data until", value: <Time value={range.last} /> },
            { label: "Last read", value: <Time value={totals.last_ingested} /> },
            {
              label: "Behind at the last read",
              value: totals.last_ingested && range.last ? <Length secs={Math.max(0, seconds(totals.last_ingested) - seconds(range.last))} /> : "–",
            },
            { label: "Objects read", value: <Count value={totals.objects} /> },
            { label: "Bytes as delivered", value: <Bytes value={totals.bytes} /> },
            { label: "Records", value: <Count value={totals.records} /> },
            {
              label: "Refused",
              value: totals.rejected ? (
                <StatusIndicator type="warning">
                  <Count value={totals.rejected} what="records" />
                </StatusIndicator>
              ) : (
                <StatusIndicator type="success">None</StatusIndicator>
              ),
            },
            {
              label: "In scope time",
              value: <CoverageState coverage={coverage} />,
            },
          ]}
        />
        {summary.lists.length ? (
          <ul className="list-ages">
            {summary.lists.map((list) => (
              <li key={list.name}>
                <strong>{list.name}</strong> <span className="secondary">{list.kind}</span> <ListAge list={list} />
              </li>
            ))}
          </ul>
        ) : (
          <StatusIndicator type="info">No threat list is in force, so no finding can rest on one.</StatusIndicator>
        )}
      </SpaceBetween>
    </Panel>
  );
}
