import Badge from "@cloudscape-design/components/badge";
import KeyValuePairs, { type KeyValuePairsProps } from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { requestOf, scope } from "../api/queries";
import type { AddressFacts, Coverage, EntityHead, Place } from "../api/types";
import { download, fieldsCsv, plainColumns, toCsv } from "../components/csv";
import { Identifier, PlainIdentifier } from "../components/Identifier";
import { Empty, Panel } from "../components/Panel";
import { SimpleTable } from "../components/SimpleTable";
import { Bytes, Count, Time } from "../components/values";
import { countryName } from "../components/words";
import { useScope } from "../scope/context";
import { CoverageState } from "./EntityDetails";

/** What is known of an address: whose it is, where it is, which lists it is on. */
export function AddressDetails({ head, address, coverage }: { head: EntityHead; address: AddressFacts; coverage: Coverage | undefined }) {
  const { location } = address;
  const { range } = useScope();
  const items: KeyValuePairsProps.Pair[] = [
    { label: "IP address", value: <PlainIdentifier id={head.id} /> },
    { label: "Reach", value: address.public ? "Public" : "Private" },
    // What no geography file knows is left out.
    ...(placeWords(location) ? [{ label: "Location", value: placeWords(location) }] : []),
    ...(location.asn === null ? [] : [{ label: "Network operator", value: `${location.as_org ?? "unnamed"} (AS${location.asn})` }]),
    { label: "Lists", value: <Lists address={address} /> },
    { label: "First seen", value: <Time value={head.first_seen} /> },
    { label: "Last seen", value: <Time value={head.last_seen} /> },
    { label: "Flow records in the lake", value: <Count value={head.flows} /> },
    { label: "Held in scope time by", value: <Holders address={address} /> },
    { label: "Flow logs in scope time", value: <CoverageState coverage={coverage} /> },
  ];
  return (
    <Panel title="IP address details" help="address" request={requestOf("/api/v1/entities/{entity}", { entity: head.id }, scope(range))} onCsv={() => download(`${head.id}.csv`, fieldsCsv(head))}>
      <KeyValuePairs columns={4} items={items} />
    </Panel>
  );
}

export function placeWords(place: Place): string {
  const country = place.country_name ?? (place.country ? countryName(place.country) : null);
  return [place.city, country].filter(Boolean).join(", ");
}

function Lists({ address }: { address: AddressFacts }) {
  if (!address.lists.length) return <>On none</>;
  return (
    <SpaceBetween direction="horizontal" size="xxs">
      {address.lists.map((list) => (
        <span key={list.list + list.network} title={`${list.kind}, entry ${list.network}, added ${list.added}`}>
          <Badge color="red">{list.list}</Badge>
        </span>
      ))}
    </SpaceBetween>
  );
}

function Holders({ address }: { address: AddressFacts }) {
  if (!address.holders.length) return <>None of the inventory's machines</>;
  return (
    <SpaceBetween size="xxs">
      {address.holders.map((holder) => (
        <Identifier key={holder.entity + holder.from} id={holder.entity} name={holder.name} />
      ))}
    </SpaceBetween>
  );
}

/** The machines that exchanged traffic with an address. */
export function TalkedToPanel({ id, address }: { id: string; address: AddressFacts }) {
  const rows = address.talked_to;
  return (
    <Panel
      title="Machines that spoke with this address"
      help="talked-to"
      count={rows.length}
      description="Each machine that exchanged traffic with the address in scope time, the one with most bytes first."
      query={address.query}
      onCsv={() => download(`talked-to-${id}.csv`, toCsv(plainColumns("entity", "remote", "bytes_in", "bytes_out", "accepted", "rejected", "hour_max", "hours", "first", "last", "ports"), rows))}
    >
      <SimpleTable
        rows={rows}
        keyOf={(row) => row.entity}
        label="Machines that spoke with this address"
        empty={<Empty title="No machine spoke with it in scope time" />}
        columns={[
          { id: "entity", header: "Entity", width: 215, isRowHeader: true, sortingField: "entity", cell: (row) => <Identifier id={row.entity} /> },
          { id: "bytes_in", header: "Inbound", number: true, width: 108, cell: (row) => <Bytes value={row.bytes_in} /> },
          { id: "bytes_out", header: "Outbound", number: true, width: 115, cell: (row) => <Bytes value={row.bytes_out} /> },
          { id: "accepted", header: "Accepted", number: true, width: 115, cell: (row) => <Count value={row.accepted} what="flow records" /> },
          { id: "rejected", header: "Rejected", number: true, width: 110, cell: (row) => <Count value={row.rejected} what="flow records" /> },
          { id: "ports", header: "Server ports", width: 150, cell: (row) => <span className="code">{row.ports.replaceAll(",", " ")}</span> },
          { id: "first", header: "First", width: 124, sortingField: "first", cell: (row) => <Time value={row.first} /> },
          { id: "last", header: "Last", width: 124, sortingField: "last", cell: (row) => <Time value={row.last} /> },
        ]}
      />
    </Panel>
  );
}
