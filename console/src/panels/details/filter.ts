import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import type { DetailsQuery } from "../../api/queries";

type Token = PropertyFilterProps.Token;

/** What the details can be filtered by. A filter holds one value for each. */
export const PROPERTIES: PropertyFilterProps.FilteringProperty[] = [
  { key: "remote", propertyLabel: "IP address", groupValuesLabel: "IP addresses", operators: [":"], defaultOperator: ":" },
  { key: "cidr", propertyLabel: "Network (CIDR)", groupValuesLabel: "Networks", operators: ["="], defaultOperator: "=" },
  { key: "reach", propertyLabel: "Public or private", groupValuesLabel: "Public or private", operators: ["="], defaultOperator: "=" },
  { key: "local_port", propertyLabel: "Local port", groupValuesLabel: "Local ports", operators: ["="], defaultOperator: "=" },
  { key: "remote_port", propertyLabel: "Remote port", groupValuesLabel: "Remote ports", operators: ["="], defaultOperator: "=" },
  { key: "port", propertyLabel: "Port on either side", groupValuesLabel: "Ports", operators: ["="], defaultOperator: "=" },
  { key: "protocol", propertyLabel: "Protocol", groupValuesLabel: "Protocols", operators: ["="], defaultOperator: "=" },
  { key: "direction", propertyLabel: "Direction", groupValuesLabel: "Directions", operators: ["="], defaultOperator: "=" },
  { key: "action", propertyLabel: "Action", groupValuesLabel: "Actions", operators: ["="], defaultOperator: "=" },
];

/** Values that can be chosen without typing. */
export const OPTIONS: PropertyFilterProps.FilteringOption[] = [
  { propertyKey: "reach", value: "public", label: "Public addresses only" },
  { propertyKey: "reach", value: "private", label: "Private addresses only" },
  { propertyKey: "cidr", value: "10.0.0.0/8" },
  { propertyKey: "cidr", value: "172.16.0.0/12" },
  { propertyKey: "cidr", value: "192.168.0.0/16" },
  ...["tcp", "udp", "icmp"].map((value) => ({ propertyKey: "protocol", value, label: value.toUpperCase() })),
  { propertyKey: "direction", value: "inbound", label: "Inbound: the other side opened it" },
  { propertyKey: "direction", value: "outbound", label: "Outbound: this side opened it" },
  { propertyKey: "direction", value: "unknown", label: "Unknown" },
  { propertyKey: "action", value: "accept", label: "Accepted" },
  { propertyKey: "action", value: "reject", label: "Rejected" },
  ...["22", "53", "80", "443", "3389"].map((value) => ({ propertyKey: "port", value })),
];

export function readTokens(written: readonly string[]): Token[] {
  return written.flatMap((text) => {
    const at = text.indexOf(":");
    const [key, value] = [text.slice(0, at), text.slice(at + 1)];
    const property = PROPERTIES.find((known) => known.key === key);
    return property && value ? [{ propertyKey: key, operator: property.defaultOperator ?? "=", value }] : [];
  });
}

/** Tokens as they stand in the address: the last of each property, free text as an address or network. */
export function writeTokens(tokens: readonly Token[]): string[] {
  const kept = new Map<string, string>();
  for (const token of tokens) {
    const value = String(token.value).trim();
    if (!value) continue;
    const key = token.propertyKey ?? (value.includes("/") ? "cidr" : /^\d{1,5}$/.test(value) ? "port" : "remote");
    // A network and a part of an address are asked for in the same way.
    if (key === "cidr") kept.delete("remote");
    if (key === "remote") kept.delete("cidr");
    kept.delete(key);
    kept.set(key, key === "protocol" ? value.toLowerCase() : value);
  }
  return [...kept].map(([key, value]) => `${key}:${value}`);
}

/** The same as parameters of the question. */
export function filterQuery(written: readonly string[]): DetailsQuery {
  const query: Record<string, string | number> = {};
  for (const token of readTokens(written)) query[token.propertyKey === "cidr" ? "remote" : (token.propertyKey ?? "")] = String(token.value);
  return query as DetailsQuery;
}
