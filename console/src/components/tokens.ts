import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";

type Token = PropertyFilterProps.Token;
type Property = PropertyFilterProps.FilteringProperty;

/** Operators of a property whose values are compared as a whole, and of one whose values are found as a part. */
export const WHOLE = { operators: ["=", "!="], defaultOperator: "=" } as const satisfies Partial<Property>;
export const PART = { operators: [":", "!:"], defaultOperator: ":" } as const satisfies Partial<Property>;

const negated = (token: Token): boolean => token.operator.startsWith("!");

/**
 * Tokens from the address: `port=443`, `port!=443`, or words that name no property. The values of one property stand in one token,
 * "443, 9001", of which a row has one. What is not known is left out.
 */
export function readTokens(written: readonly string[], properties: readonly Property[]): Token[] {
  const tokens = new Map<string, Token>();
  for (const text of written) {
    const [, key, not, value] = /^([a-z_]+)(!?)=(.+)$/s.exec(text) ?? [];
    if (!key || !value) {
      if (text && !text.includes("=")) tokens.set(text, { operator: ":", value: text });
      continue;
    }
    const property = properties.find((known) => known.key === key);
    if (!property) continue;
    const usual = property.defaultOperator ?? "=";
    const before = tokens.get(`${key}${not}=`);
    tokens.set(`${key}${not}=`, { propertyKey: key, operator: not ? `!${usual}` : usual, value: before ? `${before.value}, ${value}` : value });
  }
  return [...tokens.values()];
}

/** Tokens as they stand in the address, each value once; `free` says what words without a property are about. */
export function writeTokens(tokens: readonly Token[], free: (words: string) => string | null): string[] {
  const kept = new Set<string>();
  for (const token of tokens) {
    for (const part of String(token.value).split(",")) {
      const value = part.trim();
      if (!value) continue;
      const key = token.propertyKey ?? free(value);
      kept.add(key ? `${key}${negated(token) ? "!" : ""}=${value}` : value.replaceAll("=", " "));
    }
  }
  return [...kept];
}

/** The same as parameters of a question: the values of a property separated by commas, unwanted ones with an exclamation mark. */
export function tokenQuery(tokens: readonly Token[], parameter: (key: string) => string = (key) => key): Record<string, string> {
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    const name = token.propertyKey ? parameter(token.propertyKey) : "text";
    const parts = String(token.value).split(",").map((part) => `${negated(token) && token.propertyKey ? "!" : ""}${part.trim()}`);
    values.set(name, [...(values.get(name) ?? []), ...parts]);
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.join(name === "text" ? " " : ",")]));
}
