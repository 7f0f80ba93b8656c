import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import type { FindingsQuery } from "../api/queries";
import type { FindingSummary } from "../api/types";

type Token = PropertyFilterProps.Token;

export const findingProperties: PropertyFilterProps.FilteringProperty[] = [
  { key: "type", propertyLabel: "Type", groupValuesLabel: "Types", operators: ["="] },
  { key: "severity", propertyLabel: "Severity", groupValuesLabel: "Severities", operators: ["="] },
  { key: "entity", propertyLabel: "Entity", groupValuesLabel: "Entities", operators: ["="] },
  { key: "remote", propertyLabel: "Remote address", groupValuesLabel: "Remote addresses", operators: ["="] },
  { key: "account", propertyLabel: "Account", groupValuesLabel: "Accounts", operators: ["="] },
];

/** Properties of which several values may hold at once. */
const SEVERAL = ["type", "severity"];

/** Values that the findings on screen have, and the severities. */
export function findingOptions(rows: readonly FindingSummary[]): PropertyFilterProps.FilteringOption[] {
  const distinct = (key: string, values: (string | null)[]) => [...new Set(values)].filter((value) => value !== null && value !== "").map((value) => ({ propertyKey: key, value: value as string }));
  return [
    ...["critical", "high", "medium", "low"].map((value) => ({ propertyKey: "severity", value })),
    ...distinct("type", rows.map((row) => row.finding_type)),
    ...distinct("entity", rows.map((row) => row.entity)),
    ...distinct("remote", rows.map((row) => row.remote_addr)),
    ...distinct("account", rows.map((row) => row.account_id)),
  ];
}

export function readFindingTokens(written: readonly string[]): Token[] {
  return written.flatMap((text): Token[] => {
    const at = text.indexOf("=");
    if (at < 0) return text ? [{ operator: ":" as const, value: text }] : [];
    const key = text.slice(0, at);
    return findingProperties.some((known) => known.key === key) ? [{ propertyKey: key, operator: "=" as const, value: text.slice(at + 1) }] : [];
  });
}

export function writeFindingTokens(tokens: readonly Token[]): string[] {
  const kept: string[] = [];
  for (const token of tokens) {
    const value = String(token.value).trim();
    if (!value) continue;
    const key = token.propertyKey ?? "";
    if (!SEVERAL.includes(key)) {
      const same = kept.findIndex((text) => (key ? text.startsWith(`${key}=`) : !text.includes("=")));
      if (same >= 0) kept.splice(same, 1);
    }
    const text = key ? `${key}=${value}` : value.replaceAll("=", " ");
    if (!kept.includes(text)) kept.push(text);
  }
  return kept;
}

/** The same as parameters of the question. */
export function findingQuery(written: readonly string[]): FindingsQuery {
  const query: Record<string, string> = {};
  for (const token of readFindingTokens(written)) {
    const key = token.propertyKey ?? "text";
    const value = String(token.value);
    query[key] = query[key] && SEVERAL.includes(key) ? `${query[key]},${value}` : value;
  }
  return query;
}
