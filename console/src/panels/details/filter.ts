import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import type { DetailsQuery } from "../../api/queries";
import * as tokens from "../../components/tokens";

type Token = PropertyFilterProps.Token;

/** What the details can be filtered by. */
export const PROPERTIES: PropertyFilterProps.FilteringProperty[] = [
  { key: "remote", propertyLabel: "IP address", groupValuesLabel: "IP addresses", ...tokens.PART },
  { key: "cidr", propertyLabel: "Network (CIDR)", groupValuesLabel: "Networks", ...tokens.WHOLE },
  { key: "reach", propertyLabel: "Public or private", groupValuesLabel: "Public or private", ...tokens.WHOLE },
  { key: "local_port", propertyLabel: "Local port", groupValuesLabel: "Local ports", ...tokens.WHOLE },
  { key: "remote_port", propertyLabel: "Remote port", groupValuesLabel: "Remote ports", ...tokens.WHOLE },
  { key: "port", propertyLabel: "Port on either side", groupValuesLabel: "Ports", ...tokens.WHOLE },
  { key: "protocol", propertyLabel: "Protocol", groupValuesLabel: "Protocols", ...tokens.WHOLE },
  { key: "direction", propertyLabel: "Direction", groupValuesLabel: "Directions", ...tokens.WHOLE },
  { key: "action", propertyLabel: "Action", groupValuesLabel: "Actions", ...tokens.WHOLE },
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
  return tokens.readTokens(written, PROPERTIES).filter((token) => token.propertyKey);
}

/** Tokens as they stand in the address; words without a property are a network, a port, or a part of an address. */
export function writeTokens(given: readonly Token[]): string[] {
  const free = (words: string) => (words.includes("/") ? "cidr" : /^\d{1,5}$/.test(words) ? "port" : "remote");
  return tokens.writeTokens(
    given.map((token) => (token.propertyKey === "protocol" ? { ...token, value: String(token.value).toLowerCase() } : token)),
    free,
  );
}

/** The same as parameters of the question. */
export function filterQuery(written: readonly string[], match: "all" | "any"): DetailsQuery {
  const query = tokens.tokenQuery(readTokens(written), (key) => (key === "cidr" ? "remote" : key));
  return { ...query, ...(match === "any" && written.length > 1 ? { match } : {}) } as DetailsQuery;
}
