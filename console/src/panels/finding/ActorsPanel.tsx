import Badge from "@cloudscape-design/components/badge";
import type { FindingPage, RemoteFacts } from "../../api/types";
import { Direction } from "../../components/badges";
import { download, plainColumns, toCsv } from "../../components/csv";
import { Identifier } from "../../components/Identifier";
import { Empty, Panel } from "../../components/Panel";
import { SimpleTable } from "../../components/SimpleTable";
import { Bytes, Count, Nothing, Time } from "../../components/values";
import { protocolName } from "../../components/words";
import { placeWords } from "../AddressDetails";

const placeOf = (remote: RemoteFacts | undefined): string => (remote ? placeWords(remote.location) : "");

/** Every remote end point of a finding; none is dropped when it comes back with another. */
export function ActorsPanel({ page, scope }: { page: FindingPage; scope: { from: number; to: number } }) {
  const rows = page.finding.actors;
  const facts = new Map(page.remotes.map((remote) => [remote.remote_addr, remote]));
  return (
    <Panel
      id="actors"
      title="Actors"
      help="actors"
      count={rows.length}
      description="Every remote end point of the finding, the one with most bytes first."
      query={page.rows.sql}
      onCsv={() =>
        download(`actors-${page.finding.id}.csv`, toCsv(plainColumns("remote_addr", "remote_port", "local_port", "protocol", "connection_direction", "first_seen", "last_seen", "count", "bytes_in", "bytes_out", "countries", "asns"), rows))
      }
    >
      <SimpleTable
        rows={rows}
        keyOf={(row) => `${row.remote_addr} ${row.remote_port} ${row.local_port} ${row.protocol} ${row.connection_direction}`}
        label="Actors"
        empty={<Empty title="No remote end point" />}
        columns={[
          { id: "remote", header: "Remote address", width: 160, isRowHeader: true, cell: (row) => <Identifier id={row.remote_addr} name={facts.get(row.remote_addr)?.entity} scope={scope} /> },
          { id: "port", header: "Service", width: 95, cell: (row) => `${protocolName(row.protocol)} ${row.remote_port ?? row.local_port ?? ""}` },
          { id: "direction", header: "Connection", width: 118, cell: (row) => <Direction word={row.connection_direction} note="Who opened it" /> },
          { id: "bytes_in", header: "Inbound", number: true, width: 102, cell: (row) => <Bytes value={row.bytes_in} /> },
          { id: "bytes_out", header: "Outbound", number: true, width: 112, cell: (row) => <Bytes value={row.bytes_out} /> },
          {
            id: "lists",
            header: "Lists",
            width: 150,
            cell: (row) => {
              const lists = facts.get(row.remote_addr)?.lists ?? [];
              return lists.length ? (
                <span className="badges">
                  {lists.map((list) => (
                    <Badge key={list.list} color="red">
                      {list.list}
                    </Badge>
                  ))}
                </span>
              ) : (
                <Nothing why="on no list" />
              );
            },
          },
          { id: "count", header: "Count", number: true, width: 92, cell: (row) => <Count value={row.count} what="occurrences" /> },
          { id: "first", header: "First", width: 124, cell: (row) => <Time value={row.first_seen} /> },
          { id: "last", header: "Last", width: 124, cell: (row) => <Time value={row.last_seen} /> },
          { id: "place", header: "Location", width: 170, cell: (row) => placeOf(facts.get(row.remote_addr)) || <Nothing why="in no geography file" /> },
          {
            id: "operator",
            header: "Network operator",
            width: 190,
            cell: (row) => {
              const place = facts.get(row.remote_addr)?.location;
              return place?.asn == null ? <Nothing why="in no geography file" /> : <span title={`AS${place.asn}`}>{place.as_org ?? `AS${place.asn}`}</span>;
            },
          },
        ]}
      />
    </Panel>
  );
}
