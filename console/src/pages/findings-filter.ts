import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import type { FindingsQuery } from "../api/queries";
import type { FindingSummary } from "../api/types";
import { readTokens, tokenQuery, WHOLE, writeTokens } from "../components/tokens";

type Token = PropertyFilterProps.Token;

export const findingProperties: PropertyFilterProps.FilteringProperty[] = [
  { key: "type", propertyLabel: "Type", groupValuesLabel: "Types", ...WHOLE },
  { key: "severity", propertyLabel: "Severity", groupValuesLabel: "Severities", ...WHOLE },
  { key: "entity", propertyLabel: "Entity", groupValuesLabel: "Entities", ...WHOLE },
  { key: "remote", propertyLabel: "Remote address", groupValuesLabel: "Remote addresses", ...WHOLE },
  { key: "account", propertyLabel: "Account", groupValuesLabel: "Accounts", ...WHOLE },
];

/** Values that the findings on screen have, and the severities. */
export function findingOptions(rows: readonly FindingSummary[]): PropertyFilterProps.FilteringOption[] {
  const distinct = (key: string, values: (string | null | undefined)[]) => [...new Set(values)].filter((value) => !!value).map((value) => ({ propertyKey: key, value: value as string }));
  return [
    ...["critical", "high", "medium", "low"].map((value) => ({ propertyKey: "severity", value })),
    ...distinct("type", rows.map((row) => row.finding_type)),
    ...distinct("entity", rows.map((row) => row.entity)),
    ...distinct("remote", rows.map((row) => row.remote_addr)),
    ...distinct("account", rows.map((row) => row.account_id)),
  ];
}

export const readFindingTokens = (written: readonly string[]): Token[] => readTokens(written, findingProperties);

/** Tokens as they stand in the address; words without a property are looked for in the texts. */
export const writeFindingTokens = (tokens: readonly Token[]): string[] => writeTokens(tokens, () => null);

/** The same as parameters of the question. */
export function findingQuery(written: readonly string[], match: "all" | "any"): FindingsQuery {
  return { ...tokenQuery(readFindingTokens(written)), ...(match === "any" && written.length > 1 ? { match } : {}) };
}
