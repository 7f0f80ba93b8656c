import Badge from "@cloudscape-design/components/badge";
import type { TableProps } from "@cloudscape-design/components/table";
import type { DetailLine } from "../../api/types";
import { Action, Direction } from "../../components/badges";
import { Identifier } from "../../components/Identifier";
import { Bytes, Count, Nothing, Time } from "../../components/values";
import { countryName, directionNote, flagNames, plural, protocolName } from "../../components/words";

type Column = TableProps.ColumnDefinition<DetailLine>;

/** Whose details they are: those of one entity, of an address as the other side of several, or of an account's entities with all other sides. */
export type DetailsOf = "entity" | "address" | "account";

/** Rows of this page; the number of findings that each is annotated with. */
export function detailColumns(whose: DetailsOf, swatches: ReadonlyMap<string, string>, keyOf: (line: DetailLine) => string): Column[] {
  const columns: Column[] = [
    ...(whose === "account"
      ? [{ id: "entity", header: "Entity", width: 230, cell: (line: DetailLine) => (line.entity ? <Identifier id={line.entity} /> : <Nothing />) }]
      : []),
    {
      id: "remote",
      header: whose === "address" ? "Entity" : "IP address",
      sortingField: "remote",
      minWidth: 140,
      width: 166,
      isRowHeader: true,
      cell: (line) => (
        <span className="with-swatch">
          {swatches.has(keyOf(line)) ? <span className="swatch line" style={{ background: swatches.get(keyOf(line)) }} aria-hidden="true" /> : null}
          <Other line={line} byAddress={whose === "address"} />
        </span>
      ),
    },
    {
      id: "annotations",
      header: "Annotations",
      sortingField: "annotated",
      width: 124,
      cell: (line) => <Annotations line={line} />,
    },
    { id: "bytes_in", header: <Number>Inbound</Number>, ariaLabel: sorted("Inbound"), sortingField: "bytes_in", width: 102, cell: (line) => <Number><Bytes value={line.bytes_in} /></Number> },
    { id: "bytes_out", header: <Number>Outbound</Number>, ariaLabel: sorted("Outbound"), sortingField: "bytes_out", width: 112, cell: (line) => <Number><Bytes value={line.bytes_out} /></Number> },
    { id: "local_port", header: <Number>Local port</Number>, ariaLabel: sorted("Local port"), sortingField: "local_port", width: 92, cell: (line) => <Number>{port(line.local_port, line, "inbound")}</Number> },
    { id: "remote_port", header: <Number>Remote port</Number>, ariaLabel: sorted("Remote port"), sortingField: "remote_port", width: 114, cell: (line) => <Number>{port(line.remote_port, line, "outbound")}</Number> },
    { id: "protocol", header: "Protocol", sortingField: "protocol", width: 101, cell: (line) => protocolName(line.protocol, line.protocol_name) },
    {
      id: "direction",
      header: "Direction",
      sortingField: "direction",
      width: 113,
      cell: (line) => <Direction word={line.direction} note={directionNote(line.direction_rule, line.direction_confidence)} />,
    },
    { id: "action", header: "Action", sortingField: "action", width: 128, cell: (line) => <Action action={line.action} /> },
    { id: "packets_in", header: <Number>Packets in</Number>, ariaLabel: sorted("Packets in"), sortingField: "packets_in", width: 140, cell: (line) => <Number><Count value={line.packets_in} what="packets" /></Number> },
    { id: "packets_out", header: <Number>Packets out</Number>, ariaLabel: sorted("Packets out"), sortingField: "packets_out", width: 150, cell: (line) => <Number><Count value={line.packets_out} what="packets" /></Number> },
    { id: "flows", header: <Number>Flows</Number>, ariaLabel: sorted("Flows"), sortingField: "flows", width: 100, cell: (line) => <Number><Count value={line.flows} what="flow records" /></Number> },
    { id: "country", header: "Country", width: 150, cell: (line) => (line.remote_country ? <span title={line.remote_country}>{countryName(line.remote_country)}</span> : <Nothing why="private, or in no geography file" />) },
    {
      id: "network",
      header: "Network operator",
      width: 190,
      cell: (line) => (line.remote_asn === null ? <Nothing why="private, or in no geography file" /> : <span title={`AS${line.remote_asn}`}>{line.remote_as_org ?? `AS${line.remote_asn}`}</span>),
    },
    { id: "first", header: "First", sortingField: "first", width: 124, cell: (line) => <Time value={line.first} /> },
    { id: "last", header: "Last", sortingField: "last", width: 124, cell: (line) => <Time value={line.last} /> },
    { id: "flags", header: "TCP flags in / out", width: 190, cell: (line) => `${flagNames(line.tcp_flags_in)} / ${flagNames(line.tcp_flags_out)}` },
    { id: "interface", header: "Interface", width: 200, cell: (line) => (line.interface_id ? <Identifier id={line.interface_id} /> : <Nothing />) },
  ];
  return columns;
}

const sorted = (name: string) => (data: { sorted: boolean; descending: boolean; disabled: boolean }) =>
  `${name}${data.sorted ? `, sorted ${data.descending ? "descending" : "ascending"}` : ""}`;

/** Columns that are shown until somebody chooses others. */
export const USUAL_COLUMNS = ["entity", "remote", "annotations", "local_port", "remote_port", "protocol", "direction", "bytes_in", "bytes_out", "action", "packets_in", "packets_out"];

export const COLUMN_NAMES: Record<string, string> = {
  entity: "Entity",
  remote: "IP address or entity",
  annotations: "Annotations",
  local_port: "Local port",
  remote_port: "Remote port",
  protocol: "Protocol",
  direction: "Direction",
  bytes_in: "Inbound",
  bytes_out: "Outbound",
  packets_in: "Packets in",
  packets_out: "Packets out",
  flows: "Flows",
  action: "Action",
  country: "Country",
  network: "Network operator",
  first: "First",
  last: "Last",
  flags: "TCP flags",
  interface: "Interface",
};

/** A number stands at the right of its column, and so does its head. */
function Number({ children }: { children: React.ReactNode }) {
  return <div className="number">{children}</div>;
}

function Other({ line, byAddress }: { line: DetailLine; byAddress: boolean }) {
  if (byAddress && line.entity) return <Identifier id={line.entity} />;
  if (line.remote === null) return <Nothing why="it is not known which side is this one" />;
  return <Identifier id={line.remote} name={line.remote_name ?? line.remote_entity} />;
}

function Annotations({ line }: { line: DetailLine }) {
  if (!line.findings.length && !line.lists.length) return <Nothing why="in no finding, on no list" />;
  return (
    <span className="badges">
      {line.findings.length ? (
        <span title="This traffic is part of what the findings rest on.">
          <Badge color="red">{plural(line.findings.length, "finding")}</Badge>
        </span>
      ) : null}
      {line.lists.map((name) => (
        <span key={name} title={`The address is on the list ${name}.`}>
          <Badge color="grey">{name}</Badge>
        </span>
      ))}
    </span>
  );
}

function port(value: number | null, line: DetailLine, server: string): React.ReactNode {
  if (value === null) return <Nothing why={line.direction === server ? "no port" : "the client's port, folded away or without ports"} />;
  return line.direction === server && line.service ? <span title={`${line.service}, port ${value}`}>{value} <span className="service">{line.service}</span></span> : value;
}
