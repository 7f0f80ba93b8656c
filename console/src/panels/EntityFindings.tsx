import Link from "@cloudscape-design/components/link";
import Table from "@cloudscape-design/components/table";
import type { UseQueryResult } from "@tanstack/react-query";
import { useRef } from "react";
import type { ProblemError } from "../api/client";
import { type FindingsQuery, requestOf } from "../api/queries";
import type { FindingsPage, FindingSummary } from "../api/types";
import { SeverityBadge } from "../components/badges";
import { download } from "../components/csv";
import { findingsCsv } from "../components/findings";
import { FindingTitle } from "../components/FindingTitle";
import { FindingType } from "../components/FindingType";
import { Identifier } from "../components/Identifier";
import { Empty, Panel, Shown } from "../components/Panel";
import { Count, Time } from "../components/values";
import { namespaceOf, useHref } from "../routing/links";
import { setScope } from "../scope/context";
import { wholeHours } from "../scope/scope";

interface EntityFindingsProps {
  id: string;
  what: string;
  query: FindingsQuery;
  findings: UseQueryResult<FindingsPage, ProblemError>;
  chosen: string;
}

/** Findings of an entity; choosing one sets the scope time to it. */
export function EntityFindings({ id, what, query, findings, chosen }: EntityFindingsProps) {
  const href = useHref();
  const onControl = useRef(false);
  const rows = findings.data?.rows ?? [];
  const aboutMachine = !["IpAddress", "AwsAccount"].includes(namespaceOf(id));
  return (
    <Panel
      id="entity-findings"
      title={`Findings associated with ${what}`}
      help="entity-findings"
      count={findings.data?.total}
      description="Choose a finding to set the scope time to it."
      request={requestOf("/api/v1/findings", {}, query)}
      onCsv={rows.length ? () => download(`findings-${id}.csv`, findingsCsv(rows)) : null}
    >
      <Shown loading={findings.isPending} error={findings.error} onRetry={() => void findings.refetch()}>
        {() => (
          <div
            onClickCapture={(event) => {
              onControl.current = event.target instanceof Element && event.target.closest("a, button") !== null;
            }}
          >
            <Table
              variant="embedded"
              items={rows}
              trackBy="id"
              selectionType="single"
              selectedItems={rows.filter((row) => row.id === chosen)}
              onSelectionChange={({ detail }) => {
                const [finding] = detail.selectedItems;
                if (finding) setScope({ kind: "absolute", ...wholeHours(finding) }, { finding: finding.id });
              }}
              onRowClick={({ detail }) => {
                // A click on a link or a button in the row is meant for that alone.
                if (!onControl.current) setScope({ kind: "absolute", ...wholeHours(detail.item) }, { finding: detail.item.id });
              }}
              resizableColumns
              wrapLines
              ariaLabels={{ tableLabel: "Findings of this entity", selectionGroupLabel: "Finding that the scope time is set to", itemSelectionLabel: (_, row) => `Set the scope time to ${row.finding_type}` }}
              columnDefinitions={[
                { id: "severity", header: "Severity", width: 110, cell: (row) => <SeverityBadge word={row.severity_word} value={row.severity} /> },
                { id: "title", header: "Finding", width: aboutMachine ? 270 : 195, isRowHeader: true, cell: (row) => <FindingTitle finding={row} /> },
                { id: "type", header: "Type", width: aboutMachine ? 210 : 200, cell: (row) => <FindingType name={row.finding_type} /> },
                // Whose finding it is has to be said where the page is not about the machine.
                ...(aboutMachine ? [] : [{ id: "entity", header: "Entity", width: 200, cell: (row: FindingSummary) => <Identifier id={row.entity} name={row.entity_name} /> }]),
                ...(aboutMachine ? [{ id: "group", header: "Group", width: 90, cell: (row: FindingSummary) => (row.group ? <Link href={href({ page: "group", id: row.group })}>Story</Link> : null) }] : []),
                { id: "count", header: <div className="number">Count</div>, width: 95, cell: (row) => <div className="number"><Count value={row.count} what="occurrences" /></div> },
                { id: "first", header: "First seen", width: 124, cell: (row) => <Time value={row.first_seen} /> },
                { id: "last", header: "Last seen", width: 124, cell: (row) => <Time value={row.last_seen} /> },
              ]}
              empty={<Empty title="No findings">Nothing was noted about it, at whatever time.</Empty>}
            />
          </div>
        )}
      </Shown>
    </Panel>
  );
}
