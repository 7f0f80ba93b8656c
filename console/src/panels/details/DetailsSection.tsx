import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import PropertyFilter from "@cloudscape-design/components/property-filter";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import Toggle from "@cloudscape-design/components/toggle";
import { useMemo, useState } from "react";
import { detailsCsv } from "../../api/client";
import { type DetailsQuery, useDetails } from "../../api/queries";
import type { DetailLine } from "../../api/types";
import { readPreference, writePreference } from "../../app/preferences";
import { download } from "../../components/csv";
import { Empty, Failure, PanelTools } from "../../components/Panel";
import { Bytes, Count } from "../../components/values";
import { length, stretch } from "../../format/time";
import { InfoLink } from "../../help/context";
import { namespaceOf } from "../../routing/links";
import { useParams } from "../../routing/params";
import { useScope } from "../../scope/context";
import type { Range } from "../../scope/scope";
import { MOST_LINES, PAGE_SIZES, rowKey, volumeParams, writeWindow } from "../volume/params";
import type { RowLine } from "../volume/WayChart";
import { COLUMN_NAMES, detailColumns, USUAL_COLUMNS } from "./columns";
import { filterQuery, OPTIONS, PROPERTIES, readTokens, writeTokens } from "./filter";
import { WindowModal } from "./WindowModal";

const keyOf = (line: DetailLine): string => rowKey({ ...line, entity: line.entity ?? null });

/** Who the entity spoke with in a window: sorted, filtered and paged by the server. */
export function DetailsSection({ id, window, lines }: { id: string; window: Range; lines: readonly RowLine[] }) {
  const { range, zone } = useScope();
  const [params, setParams] = useParams(volumeParams);
  const [editing, setEditing] = useState(false);
  const [columns, setColumns] = useState(() => readPreference("details", { visible: USUAL_COLUMNS, wrap: true }));
  const whose = ({ IpAddress: "address", AwsAccount: "account" } as const)[namespaceOf(id) as string] ?? "entity";
  const wanted: DetailsQuery = { ...filterQuery(params.filter, params.match), sort: params.sort, order: params.order, fold: params.fold || undefined };
  const details = useDetails(id, window, { ...wanted, offset: (params.page - 1) * params.size, limit: params.size });
  const page = details.data;
  const swatches = useMemo(() => new Map(lines.map((line) => [line.key, line.color])), [lines]);
  const definitions = useMemo(() => detailColumns(whose, swatches, keyOf), [whose, swatches]);
  const pages = page ? Math.max(1, Math.ceil(page.total / params.size)) : 1;

  const saveCsv = async () => {
    download(`details-${id}.csv`, await detailsCsv(id, { ...wanted, from: String(window.from), to: String(window.to) }));
  };
  const setPreferences = (visible: readonly string[], wrap: boolean) => {
    const next = { visible: [...visible], wrap };
    setColumns(next);
    writePreference("details", next);
  };

  return (
    <div id="activity-details" data-panel="details">
      <Table
        variant="embedded"
        items={page?.rows ?? []}
        trackBy={keyOf}
        loading={details.isPending}
        loadingText="Loading details"
        columnDefinitions={definitions}
        visibleColumns={columns.visible}
        wrapLines={columns.wrap}
        resizableColumns
        stickyHeader={false}
        selectionType="multi"
        selectedItems={page?.rows.filter((line) => params.rows.includes(keyOf(line))) ?? []}
        isItemDisabled={(line) => params.rows.length >= MOST_LINES && !params.rows.includes(keyOf(line))}
        onSelectionChange={({ detail }) => {
          const here = new Set(page?.rows.map(keyOf));
          const kept = params.rows.filter((key) => !here.has(key));
          setParams({ rows: [...kept, ...detail.selectedItems.map(keyOf)].slice(0, MOST_LINES) }, { replace: true });
        }}
        sortingColumn={definitions.find((column) => column.sortingField === params.sort) ?? null!}
        sortingDescending={params.order === "desc"}
        onSortingChange={({ detail }) =>
          setParams({ sort: detail.sortingColumn.sortingField ?? "annotated", order: firstOrder(detail.sortingColumn.sortingField, params.sort, detail.isDescending), page: 1 }, { replace: true })
        }
        ariaLabels={{
          tableLabel: "Activity details",
          selectionGroupLabel: "Rows drawn as lines on the charts",
          allItemsSelectionLabel: () => "Draw the rows of this page as lines",
          itemSelectionLabel: (_, line) => `Draw ${line.remote ?? "unknown"} ${line.remote_port ?? line.local_port ?? ""} as a line`,
        }}
        header={
          <Header
            variant="h3"
            counter={page ? `(${page.total.toLocaleString("en-US")}${page.total < page.unfiltered ? ` of ${page.unfiltered.toLocaleString("en-US")}` : ""})` : undefined}
            info={<InfoLink topic="details" panel="Activity details" />}
            description={
              <>
                {stretch(window.from, window.to, zone)}, {length(window.to - window.from)}. Tick rows to draw them on the charts.
              </>
            }
            actions={
              <SpaceBetween direction="horizontal" size="xs" alignItems="center">
                <Button onClick={() => setEditing(true)} iconName="edit">
                  Edit window
                </Button>
                {params.details !== "scope" ? <Button onClick={() => setParams({ details: "scope", page: 1 })}>Set to scope time</Button> : null}
                {params.rows.length ? <Button onClick={() => setParams({ rows: [] }, { replace: true })}>Clear lines</Button> : null}
                <PanelTools title="Activity details" query={page?.query} onCsv={page ? () => void saveCsv() : null} />
                <Button variant="icon" iconName="close" ariaLabel="Close the details" onClick={() => setParams({ details: "", rows: [], page: 1 })} />
              </SpaceBetween>
            }
          >
            Activity details
          </Header>
        }
        filter={
          <SpaceBetween size="xs">
            <PropertyFilter
              query={{ tokens: readTokens(params.filter), operation: params.match === "any" ? "or" : "and" }}
              onChange={({ detail }) =>
                setParams({ filter: writeTokens(detail.tokens), match: detail.operation === "or" ? "any" : "all", page: 1 }, { replace: true })
              }
              filteringProperties={PROPERTIES}
              filteringOptions={OPTIONS}
              filteringPlaceholder="Filter by address, network, port, protocol, direction or action"
              filteringAriaLabel="Filter the details"
              countText={page ? `${page.total.toLocaleString("en-US")} match` : ""}
              expandToViewport
            />
            <SpaceBetween direction="horizontal" size="l" alignItems="center">
              <Toggle checked={params.fold} onChange={({ detail }) => setParams({ fold: detail.checked, rows: [], page: 1 }, { replace: true })}>
                One row for each service
              </Toggle>
              {page ? (
                <Box color="text-body-secondary" fontSize="body-s">
                  All rows together: <Bytes value={page.totals.bytes_in} /> inbound, <Bytes value={page.totals.bytes_out} /> outbound,{" "}
                  <Count value={page.totals.flows} /> flow records
                </Box>
              ) : null}
            </SpaceBetween>
          </SpaceBetween>
        }
        pagination={
          <Pagination
            currentPageIndex={Math.min(params.page, pages)}
            pagesCount={pages}
            onChange={({ detail }) => setParams({ page: detail.currentPageIndex }, { replace: true })}
            ariaLabels={{ nextPageLabel: "Next page", previousPageLabel: "Previous page", pageLabel: (number) => `Page ${number}` }}
          />
        }
        preferences={
          <CollectionPreferences
            title="Preferences"
            confirmLabel="Confirm"
            cancelLabel="Cancel"
            preferences={{ pageSize: params.size, visibleContent: columns.visible, wrapLines: columns.wrap }}
            pageSizePreference={{ title: "Rows on a page", options: PAGE_SIZES.map((value) => ({ value, label: `${value} rows` })) }}
            wrapLinesPreference={{ label: "Wrap lines", description: "Show all of a cell" }}
            visibleContentPreference={{
              title: "Columns",
              options: [{ label: "Columns", options: definitions.map((column) => ({ id: column.id ?? "", label: COLUMN_NAMES[column.id ?? ""] ?? "", editable: column.id !== "remote" })) }],
            }}
            onConfirm={({ detail }) => {
              setPreferences(detail.visibleContent ?? USUAL_COLUMNS, detail.wrapLines ?? false);
              if (detail.pageSize && detail.pageSize !== params.size) setParams({ size: detail.pageSize, page: 1 }, { replace: true });
            }}
          />
        }
        empty={
          details.error ? (
            <Failure error={details.error} onRetry={() => void details.refetch()} />
          ) : (
            <NoDetails filtered={params.filter.length > 0 && (page?.unfiltered ?? 0) > 0} words={page?.coverage.complete === false ? page.coverage.words : null} onClear={() => setParams({ filter: [], page: 1 })} />
          )
        }
      />
      {editing ? (
        <WindowModal
          window={window}
          zone={zone}
          onClose={() => setEditing(false)}
          onDefault={() => setParams({ details: "scope", page: 1 })}
          onChange={(next) => setParams({ details: next.from === range.from && next.to === range.to ? "scope" : writeWindow(next), page: 1 })}
        />
      ) : null}
    </div>
  );
}

/** Numbers begin with the largest, words with the first. */
function firstOrder(field: string | undefined, before: string, descending: boolean | undefined): "asc" | "desc" {
  if (field === before) return descending ? "desc" : "asc";
  return field && ["remote", "protocol", "direction", "action", "local_port", "remote_port", "first"].includes(field) ? "asc" : "desc";
}

function NoDetails({ filtered, words, onClear }: { filtered: boolean; words: string | null; onClear: () => void }) {
  if (filtered) {
    return (
      <Empty title="No rows match the filter" action={<Button onClick={onClear}>Clear filter</Button>}>
        There is traffic in this window, but none like that.
      </Empty>
    );
  }
  return <Empty title="No traffic in this window">{words ?? "Nothing is known to be missing from this time: there was no traffic."}</Empty>;
}
