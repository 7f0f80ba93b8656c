import Tabs from "@cloudscape-design/components/tabs";
import type { ReactNode } from "react";
import { useNew } from "../api/queries";
import type { Novel } from "../api/types";
import { confidenceNumber, openerWords } from "../components/confidence";
import { download, plainColumns, toCsv } from "../components/csv";
import { Identifier } from "../components/Identifier";
import { Empty, Panel, Shown } from "../components/Panel";
import { SimpleTable } from "../components/SimpleTable";
import { Bytes, Count, Time } from "../components/values";
import { countryName } from "../components/words";
import { oneOf, useParams } from "../routing/params";
import { useScope } from "../scope/context";
import { daysBefore } from "../scope/history";

const KINDS = ["remote_port", "local_port", "remote_addr", "remote_net", "country", "asn"] as const;
const NAMES: Record<(typeof KINDS)[number], string> = {
  remote_port: "Remote ports",
  local_port: "Own ports",
  remote_addr: "Addresses",
  remote_net: "Networks",
  country: "Countries",
  asn: "Network operators",
};
const params = { new: oneOf(KINDS, "remote_port") };

/** What the entity touched in scope time and not in the days on record before. */
export function NewPanel({ id }: { id: string }) {
  const { range, data } = useScope();
  const before = daysBefore(range, data);
  const [{ new: kind }, setParams] = useParams(params);
  const novel = useNew(id, range);
  const rows = novel.data?.rows ?? [];
  return (
    <Panel
      id="new"
      title="New in scope time"
      help="new"
      count={novel.data ? rows.length : undefined}
      description={`Touched in scope time, and not in ${before}. Rejected traffic does not count.`}
      query={novel.data?.query}
      onCsv={rows.length ? () => download(`new-${id}.csv`, toCsv(plainColumns("kind", "value", "first", "last", "flows", "bytes", "confidence"), rows)) : null}
    >
      <Shown loading={novel.isPending} error={novel.error} onRetry={() => void novel.refetch()} height={200}>
        {() => (
          <Tabs
            activeTabId={kind}
            onChange={({ detail }) => setParams({ new: detail.activeTabId as (typeof KINDS)[number] }, { replace: true })}
            ariaLabel="What is new"
            tabs={KINDS.map((each) => {
              const own = rows.filter((row) => row.kind === each);
              return { id: each, label: `${NAMES[each]} (${own.length})`, content: <NovelTable kind={each} rows={own} before={before} /> };
            })}
          />
        )}
      </Shown>
    </Panel>
  );
}

function NovelTable({ kind, rows, before }: { kind: (typeof KINDS)[number]; rows: Novel[]; before: string }) {
  return (
    <SimpleTable
      rows={rows}
      keyOf={(row) => row.value}
      label={`New: ${NAMES[kind]}`}
      empty={<Empty title="Nothing new">Everything of this kind was touched in {before} as well.</Empty>}
      columns={[
        { id: "value", header: NAMES[kind].replace(/ies$/, "y").replace(/ses$/, "s").replace(/s$/, ""), width: 240, isRowHeader: true, sortingField: "value", cell: (row) => valueOf(row) },
        { id: "bytes", header: "Bytes", number: true, width: 120, cell: (row) => <Bytes value={row.bytes} /> },
        { id: "flows", header: "Flows", number: true, width: 110, cell: (row) => <Count value={row.flows} what="flow records" /> },
        { id: "first", header: "First", width: 200, sortingField: "first", cell: (row) => <Time value={row.first} /> },
        { id: "last", header: "Last", width: 200, sortingField: "last", cell: (row) => <Time value={row.last} /> },
        { id: "confidence", header: "Certain who connected", width: 190, sortingField: "confidence", cell: (row) => <Opener confidence={row.confidence} /> },
      ]}
    />
  );
}

/** How sure it is who connected, and why; the number on hover. */
function Opener({ confidence }: { confidence: number }) {
  const { word, why } = openerWords(confidence);
  return (
    <span title={`${why}: ${confidenceNumber(confidence)}`}>
      {word}
    </span>
  );
}

function valueOf(row: Novel): ReactNode {
  switch (row.kind) {
    case "remote_addr":
      return <Identifier id={row.value} />;
    case "country":
      return `${countryName(row.value)} (${row.value})`;
    case "asn":
      return `AS${row.value}`;
    case "remote_port":
    case "local_port":
      return <span className="code">{row.value.replace("/", " ").toUpperCase()}</span>;
    default:
      return <span className="code">{row.value}</span>;
  }
}
