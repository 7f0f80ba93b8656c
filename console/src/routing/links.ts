import { useCallback } from "react";
import { formatHash, type Location, useLocation } from "./location";

/** Parameters that are carried from page to page: the scope time and how times are written. */
const CARRIED = ["scopeStart", "scopeEnd", "scopeLast", "tz"];

/** What an identifier is, by its form, in the words of deep links. */
export function namespaceOf(id: string): Namespace {
  if (id.startsWith("i-")) return "Ec2Instance";
  if (id.startsWith("eni-")) return "NetworkInterface";
  if (id.startsWith("vpc-")) return "Vpc";
  if (id.startsWith("subnet-")) return "Subnet";
  if (/^\d{12}$/.test(id)) return "AwsAccount";
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(id) || /^[0-9a-f]*:[0-9a-f:.]*$/i.test(id)) return "IpAddress";
  return "Resource";
}

export const NAMESPACES = {
  Ec2Instance: "EC2 instance",
  NetworkInterface: "Network interface",
  IpAddress: "IP address",
  AwsAccount: "AWS account",
  Vpc: "VPC",
  Subnet: "Subnet",
  Resource: "Resource",
} as const;
export type Namespace = keyof typeof NAMESPACES;

/** A place in the console. */
export type Target =
  | { page: "summary" | "findings" | "groups" | "entities" | "sources" }
  | { page: "search"; text?: string }
  | { page: "entity"; id: string }
  | { page: "finding"; id: string }
  | { page: "group"; id: string };

/** A scope that a link sets, in seconds since 1970. */
export interface LinkScope {
  from: number;
  to: number;
}

export function hrefOf(target: Target, here: Location, scope?: LinkScope, more: Record<string, string> = {}): string {
  const search = new URLSearchParams();
  for (const name of CARRIED) {
    const value = here.search.get(name);
    if (value !== null) search.set(name, value);
  }
  if (scope) {
    search.delete("scopeLast");
    search.set("scopeStart", String(scope.from));
    search.set("scopeEnd", String(scope.to));
  }
  if (target.page === "search" && target.text) search.set("q", target.text);
  for (const [name, value] of Object.entries(more)) search.set(name, value);
  return formatHash(partsOf(target), search);
}

function partsOf(target: Target): string[] {
  switch (target.page) {
    case "entity":
      return ["entities", namespaceOf(target.id), target.id];
    case "finding":
      return ["findings", target.id];
    case "group":
      return ["groups", target.id];
    case "summary":
      return [];
    default:
      return [target.page];
  }
}

/** Makes links that carry the scope time along. */
export function useHref(): (target: Target, scope?: LinkScope, more?: Record<string, string>) => string {
  const here = useLocation();
  return useCallback((target, scope, more) => hrefOf(target, here, scope, more), [here]);
}
