import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import type { Summary } from "../../api/types";
import { SeverityBadge } from "../../components/badges";
import { download } from "../../components/csv";
import { findingsCsv } from "../../components/findings";
import { FindingTitle } from "../../components/FindingTitle";
import { FindingType } from "../../components/FindingType";
import { Identifier } from "../../components/Identifier";
import { Empty, Panel } from "../../components/Panel";
import { SimpleTable } from "../../components/SimpleTable";
import { Time } from "../../components/values";
import { useHref } from "../../routing/links";
import { useScope } from "../../scope/context";
import { requestOf, scope } from "../../api/queries";

/** The gravest findings that touch the scope. */
export function LatestFindings({ summary }: { summary: Summary }) {
  const href = useHref();
  const { range: shown } = useScope();
  const current = summary.findings.filter((total) => !total.archived).reduce((sum, total) => sum + total.count, 0);
  return (
    <Panel
      title="Findings to look at"
      help="latest-findings"
      count={summary.latest.length}
      description="Those that touch the scope time and are not archived, the gravest first."
      actions={<Link href={href({ page: "findings" })}>All findings</Link>}
      request={requestOf("/api/v1/summary", {}, scope(shown))}
      onCsv={summary.latest.length ? () => download("findings.csv", findingsCsv(summary.latest)) : null}
    >
      <SimpleTable
        rows={summary.latest}
        keyOf={(row) => row.id}
        label="Findings to look at"
        empty={
          <Empty title="No finding touches the scope time" action={current ? <Button href={href({ page: "findings" })}>{current === 1 ? "See the one at another time" : `See the ${current.toLocaleString("en-US")} at other times`}</Button> : null} />
        }
        columns={[
          { id: "severity", header: "Severity", width: 110, cell: (row) => <SeverityBadge word={row.severity_word} value={row.severity} /> },
          { id: "title", header: "Finding", width: 290, isRowHeader: true, cell: (row) => <FindingTitle finding={row} /> },
          { id: "type", header: "Type", width: 230, cell: (row) => <FindingType name={row.finding_type} /> },
          { id: "entity", header: "Entity", width: 220, cell: (row) => <Identifier id={row.entity} name={row.entity_name} /> },
          { id: "last", header: "Last seen", width: 135, cell: (row) => <Time value={row.last_seen} /> },
        ]}
      />
    </Panel>
  );
}
