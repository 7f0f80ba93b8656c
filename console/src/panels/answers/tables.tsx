import Badge from "@cloudscape-design/components/badge";
import type { Contact, DirectionTransfer, PortUse, RemoteTransfer, Transfer } from "../../api/types";
import { Direction, NoveltyBadge } from "../../components/badges";
import { Identifier } from "../../components/Identifier";
import { PortLink } from "../../components/PortLink";
import { Empty } from "../../components/Panel";
import { SimpleTable } from "../../components/SimpleTable";
import { Bytes, Count, Nothing, Time } from "../../components/values";
import { percent, times } from "../../format/number";
import type { About } from "./facts";
import { connectedWords } from "./sides";

const PORT_SIDES = { client: "remote", server: "local", unknown: "either" } as const;

/** Ports in use, and which of them are new. */
export function PortUseTable({ rows, about }: { rows: PortUse[]; about: About }) {
  return (
    <SimpleTable
      rows={rows}
      keyOf={(row) => `${row.side}${row.protocol}${row.port}`}
      label="Ports in use"
      empty={<Empty title="No ports" />}
      columns={[
        {
          id: "service",
          header: "Service",
          width: 190,
          isRowHeader: true,
          sortingField: "service",
          cell: (row) => (
            <span className="badges">
              <PortLink service={row.service} port={row.port} side={PORT_SIDES[row.side]} {...about} />
              {row.in_finding ? <Badge color="red">in the finding</Badge> : null}
            </span>
          ),
        },
        { id: "side", header: "Who connected", width: 150, sortingField: "side", cell: (row) => connectedWords(row.side, about.entity).replace(/^./, (letter) => letter.toUpperCase()) },
        {
          id: "new",
          header: "New",
          width: 180,
          sortingField: "new",
          cell: (row) =>
            row.new === null ? (
              <Nothing why="there is no history to compare with" />
            ) : row.new ? (
              <span className="badges">
                <NoveltyBadge status="new" />
                {row.since ? (
                  <>
                    since <Time value={row.since} />
                  </>
                ) : null}
              </span>
            ) : (
              "Known"
            ),
        },
        { id: "bytes_in", header: "Inbound", number: true, width: 102, cell: (row) => <Bytes value={row.bytes_in} /> },
        { id: "bytes_out", header: "Outbound", number: true, width: 112, cell: (row) => <Bytes value={row.bytes_out} /> },
        { id: "remotes", header: "Remotes", number: true, width: 106, cell: (row) => <Count value={row.remotes} /> },
        { id: "flows", header: "Flows", number: true, width: 94, cell: (row) => <Count value={row.flows} what="flow records" /> },
        { id: "rejected", header: "Rejected", number: true, width: 106, cell: (row) => <Count value={row.rejected} what="flow records" /> },
      ]}
    />
  );
}

/** The volume against what is usual: of each way, then of each remote. */
export function TransferTable({ rows }: { rows: Transfer[] }) {
  const ways = rows.filter((row): row is DirectionTransfer => row.about === "direction");
  const remotes = rows.filter((row): row is RemoteTransfer => row.about === "remote");
  return (
    <>
      <SimpleTable
        rows={ways}
        keyOf={(row) => row.direction}
        label="Volume against what is usual"
        empty={<Empty title="No volume" />}
        columns={[
          { id: "direction", header: "Direction", width: 112, isRowHeader: true, cell: (row) => <Direction word={row.direction} /> },
          { id: "bytes", header: "In scope time", number: true, width: 130, cell: (row) => <Bytes value={row.bytes} /> },
          { id: "expected", header: "Usual", number: true, width: 108, cell: (row) => (row.expected === null ? <Nothing why="too little history" /> : <Bytes value={row.expected} />) },
          { id: "factor", header: "Compared", number: true, width: 120, cell: (row) => (row.factor === null ? <Nothing why="too little history" /> : times(row.factor)) },
          { id: "peak", header: "Peak hour", width: 140, cell: (row) => <Time value={row.peak} /> },
          { id: "peak_bytes", header: "In that hour", number: true, width: 125, cell: (row) => <Bytes value={row.peak_bytes} /> },
          { id: "peak_high", header: "Expected at most", number: true, width: 150, cell: (row) => (row.peak_high === null ? <Nothing why="too little history" /> : <Bytes value={row.peak_high} />) },
          { id: "hours_above", header: "Hours above", number: true, width: 130, cell: (row) => <Count value={row.hours_above} /> },
        ]}
      />
      <SimpleTable
        rows={remotes}
        keyOf={(row) => row.remote}
        label="Volume with each remote"
        empty={<Empty title="No remotes" />}
        columns={[
          {
            id: "remote",
            header: "Remote",
            width: 210,
            isRowHeader: true,
            sortingField: "remote",
            cell: (row) => (
              <span className="badges">
                <Identifier id={row.remote} name={row.remote_entity} />
                {row.in_finding ? <Badge color="red">in the finding</Badge> : null}
              </span>
            ),
          },
          { id: "status", header: "Known", width: 150, sortingField: "status", cell: (row) => <NoveltyBadge status={row.status} /> },
          { id: "bytes_in", header: "Inbound", number: true, width: 102, cell: (row) => <Bytes value={row.bytes_in} /> },
          { id: "bytes_out", header: "Outbound", number: true, width: 112, cell: (row) => <Bytes value={row.bytes_out} /> },
          { id: "share", header: "Share", number: true, width: 94, cell: (row) => percent(row.share) },
          { id: "hour_max", header: "Largest hour", number: true, width: 128, cell: (row) => <Bytes value={row.hour_max} /> },
          { id: "before_hour_max", header: "Largest before", number: true, width: 140, cell: (row) => <Bytes value={row.before_hour_max} /> },
          { id: "ports", header: "Server ports", width: 110, cell: (row) => <span className="code">{row.ports.replaceAll(",", " ")}</span> },
        ]}
      />
    </>
  );
}

/** Who else may be affected. */
export function ContactTable({ rows }: { rows: Contact[] }) {
  return (
    <SimpleTable
      rows={rows}
      keyOf={(row) => row.kind + row.entity + row.remote}
      label="Others that may be affected"
      empty={<Empty title="No others" />}
      columns={[
        { id: "entity", header: "Entity", width: 162, isRowHeader: true, sortingField: "entity", cell: (row) => <Identifier id={row.entity} name={row.name} /> },
        { id: "kind", header: "Why", width: 122, sortingField: "kind", cell: (row) => (row.kind === "same-remote" ? "Spoke with the same remote" : "First contact") },
        { id: "remote", header: "Remote", width: 140, sortingField: "remote", cell: (row) => <Identifier id={row.remote} /> },
        { id: "ports", header: "Ports", width: 92, cell: (row) => <span className="code">{row.ports.replaceAll(",", " ")}</span> },
        { id: "bytes_in", header: "Inbound", number: true, width: 102, cell: (row) => <Bytes value={row.bytes_in} /> },
        { id: "bytes_out", header: "Outbound", number: true, width: 112, cell: (row) => <Bytes value={row.bytes_out} /> },
        {
          id: "accepted",
          header: "Flows",
          number: true,
          width: 92,
          cell: (row) => (
            <>
              <Count value={row.accepted} what="flow records that were not rejected" />
              {row.rejected ? (
                <div className="secondary">
                  <Count value={row.rejected} what="flow records that were rejected" /> rejected
                </div>
              ) : null}
            </>
          ),
        },
        {
          id: "first",
          header: "First",
          width: 116,
          sortingField: "first",
          cell: (row) => (
            <>
              <Time value={row.first} />
              {row.in_scope ? null : <div className="secondary">before the scope time</div>}
            </>
          ),
        },
        { id: "last", header: "Last", width: 116, sortingField: "last", cell: (row) => <Time value={row.last} /> },
      ]}
    />
  );
}
