import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import PropertyFilter from "@cloudscape-design/components/property-filter";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { useEffect, useState } from "react";
import { allFindings } from "../api/client";
import { requestOf, useArchive, useFindings } from "../api/queries";
import type { FindingSummary } from "../api/types";
import { usePageTitle } from "../app/title";
import { SeverityBadge } from "../components/badges";
import { download } from "../components/csv";
import { findingsCsv } from "../components/findings";
import { FindingTitle } from "../components/FindingTitle";
import { FindingType } from "../components/FindingType";
import { Identifier } from "../components/Identifier";
import { Empty, Failure, PanelTools } from "../components/Panel";
import { Count, Time } from "../components/values";
import { InfoLink } from "../help/context";
import { navigate } from "../routing/location";
import { useHref } from "../routing/links";
import { list, oneOf, text, useParams, whole } from "../routing/params";
import { wholeHours } from "../scope/scope";
import { findingOptions, findingProperties, findingQuery, readFindingTokens, writeFindingTokens } from "./findings-filter";

const STATES = ["current", "archived", "all"] as const;
const params = {
  filter: list(),
  match: oneOf(["all", "any"] as const, "all"),
  state: oneOf(STATES, "current"),
  sort: text("severity"),
  order: oneOf(["asc", "desc"] as const, "desc"),
  page: whole(1, 1, 100_000),
};
const SIZE = 25;
const ARCHIVED = { current: false, archived: true, all: undefined } as const;

/** Every finding, to be sorted, filtered, investigated and put away. */
export function FindingsPage() {
  usePageTitle("Findings");
  const [view, setView] = useParams(params);
  const [chosen, setChosen] = useState<FindingSummary[]>([]);
  const archive = useArchive();
  const query = { ...findingQuery(view.filter, view.match), archived: ARCHIVED[view.state], sort: view.sort, order: view.order };
  const findings = useFindings({ ...query, offset: (view.page - 1) * SIZE, limit: SIZE });
  const rows = findings.data?.rows ?? [];
  // Every finding that matches, not only this page.
  const saveCsv = async () => download("findings.csv", findingsCsv(await allFindings(query)));
  useEffect(() => setChosen((before) => before.filter((finding) => findings.data?.rows.some((row) => row.id === finding.id))), [findings.data]);
  const pages = findings.data ? Math.max(1, Math.ceil(findings.data.total / SIZE)) : 1;
  return (
    <div data-panel="findings">
      <Table
        variant="full-page"
        stickyHeader
        stickyHeaderVerticalOffset={56}
        items={rows}
        trackBy="id"
        loading={findings.isPending}
        loadingText="Loading findings"
        columnDefinitions={COLUMNS}
        resizableColumns
        wrapLines
        selectionType="multi"
        selectedItems={chosen}
        onSelectionChange={({ detail }) => setChosen(detail.selectedItems)}
        sortingColumn={COLUMNS.find((column) => column.sortingField === view.sort) ?? null!}
        sortingDescending={view.order === "desc"}
        onSortingChange={({ detail }) => setView({ sort: detail.sortingColumn.sortingField ?? "severity", order: detail.isDescending ? "desc" : "asc", page: 1 }, { replace: true })}
        ariaLabels={{
          tableLabel: "Findings",
          selectionGroupLabel: "Findings chosen",
          allItemsSelectionLabel: () => "Choose all findings of this page",
          itemSelectionLabel: (_, row) => `Choose ${row.title}`,
        }}
        header={
          <Header
            variant="awsui-h1-sticky"
            counter={findings.data ? `(${chosen.length ? `${chosen.length}/` : ""}${findings.data.total})` : undefined}
            info={<InfoLink topic="findings" panel="Findings" />}
            description="What the detectors noted. Choose one and take Actions, Investigate to look into it."
            actions={
              <SpaceBetween direction="horizontal" size="xs" alignItems="center">
                <PanelTools title="Findings" request={requestOf("/api/v1/findings", {}, query)} onCsv={rows.length ? () => void saveCsv() : null} />
                <Button iconName="refresh" ariaLabel="Refresh the findings" onClick={() => void findings.refetch()} />
                <Actions chosen={chosen} onArchive={(archived) => archive.mutate({ ids: chosen.map((finding) => finding.id), archived }, { onSuccess: () => setChosen([]) })} />
              </SpaceBetween>
            }
          >
            Findings
          </Header>
        }
        filter={
          <SpaceBetween size="xs">
            <PropertyFilter
              query={{ tokens: readFindingTokens(view.filter), operation: view.match === "any" ? "or" : "and" }}
              onChange={({ detail }) =>
                setView({ filter: writeFindingTokens(detail.tokens), match: detail.operation === "or" ? "any" : "all", page: 1 }, { replace: true })
              }
              filteringProperties={findingProperties}
              filteringOptions={findingOptions(rows)}
              filteringPlaceholder="Filter by type, severity, entity, remote address, account or words"
              filteringAriaLabel="Filter the findings"
              countText={findings.data ? `${findings.data.total.toLocaleString("en-US")} match` : ""}
              expandToViewport
            />
            {archive.error ? <Failure error={archive.error} /> : null}
          </SpaceBetween>
        }
        pagination={
          <SpaceBetween direction="horizontal" size="s" alignItems="center">
            <SegmentedControl
              label="Which findings"
              selectedId={view.state}
              onChange={({ detail }) => setView({ state: detail.selectedId as (typeof STATES)[number], page: 1 })}
              options={[
                { id: "current", text: "Current" },
                { id: "archived", text: "Archived" },
                { id: "all", text: "All" },
              ]}
            />
            <Pagination
              currentPageIndex={Math.min(view.page, pages)}
              pagesCount={pages}
              onChange={({ detail }) => setView({ page: detail.currentPageIndex }, { replace: true })}
              ariaLabels={{ nextPageLabel: "Next page", previousPageLabel: "Previous page", pageLabel: (number) => `Page ${number}` }}
            />
          </SpaceBetween>
        }
        empty={
          findings.error ? (
            <Failure error={findings.error} onRetry={() => void findings.refetch()} />
          ) : view.filter.length ? (
            <Empty title="No findings match the filter" action={<Button onClick={() => setView({ filter: [], page: 1 })}>Clear filter</Button>} />
          ) : view.state === "archived" ? (
            <Empty title="Nothing is archived">Findings that are put away stand here. Nothing is deleted, and a later occurrence brings a finding back.</Empty>
          ) : (
            <Empty title="No findings">The detectors noted nothing in the data that was read so far. The Sources page says what that was.</Empty>
          )
        }
      />
    </div>
  );
}

const COLUMNS: TableProps.ColumnDefinition<FindingSummary>[] = [
  { id: "severity", header: "Severity", sortingField: "severity", width: 120, cell: (row) => <SeverityBadge word={row.severity_word} value={row.severity} /> },
  { id: "title", header: "Finding", width: 196, isRowHeader: true, cell: (row) => <FindingTitle finding={row} /> },
  { id: "type", header: "Type", sortingField: "type", width: 207, cell: (row) => <FindingType name={row.finding_type} /> },
  { id: "entity", header: "Entity", sortingField: "entity", width: 222, cell: (row) => <Identifier id={row.entity} name={row.entity_name} scope={wholeHours(row)} /> },
  { id: "count", header: <div className="number">Count</div>, ariaLabel: () => "Count", sortingField: "count", width: 105, cell: (row) => <div className="number"><Count value={row.count} what="occurrences" /></div> },
  { id: "first", header: "First seen", sortingField: "first_seen", width: 118, cell: (row) => <Time value={row.first_seen} /> },
  { id: "last", header: "Last seen", sortingField: "last_seen", width: 118, cell: (row) => <Time value={row.last_seen} /> },
];

function Actions({ chosen, onArchive }: { chosen: FindingSummary[]; onArchive: (archived: boolean) => void }) {
  const href = useHref();
  const [one] = chosen;
  const single = chosen.length === 1 && one ? one : null;
  const targets = single
    ? [
        { id: `entity:${single.entity}`, text: `Profile of ${single.entity_name ?? single.entity}`, secondaryText: single.entity_name ? single.entity : "the machine the finding is about" },
        ...(single.remote_addr ? [{ id: `entity:${single.remote_addr}`, text: `IP address ${single.remote_addr}`, secondaryText: "the other side" }] : []),
        ...(single.account_id ? [{ id: `entity:${single.account_id}`, text: `AWS account ${single.account_id}` }] : []),
        { id: "finding", text: "Finding overview", secondaryText: "evidence, actors, answers" },
      ]
    : [];
  return (
    <ButtonDropdown
      variant="primary"
      disabled={!chosen.length}
      disabledReason="Choose a finding first."
      expandableGroups
      expandToViewport
      onItemClick={({ detail }) => {
        if (detail.id === "archive" || detail.id === "unarchive") onArchive(detail.id === "archive");
        else if (single && detail.id === "finding") navigate(href({ page: "finding", id: single.id }));
        else if (single) navigate(href({ page: "entity", id: detail.id.slice("entity:".length) }, wholeHours(single), detail.id === `entity:${single.entity}` ? { finding: single.id } : {}));
      }}
      items={[
        { id: "investigate", text: "Investigate", items: targets, disabled: !single, disabledReason: "Choose exactly one finding." },
        { id: "archive", text: "Archive", iconName: "folder", disabled: !chosen.some((finding) => !finding.archived) },
        { id: "unarchive", text: "Take back from the archive", iconName: "undo", disabled: !chosen.some((finding) => finding.archived) },
      ]}
    >
      Actions
    </ButtonDropdown>
  );
}
