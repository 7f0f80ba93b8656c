import { describe, expect, it } from "vitest";
import { findingQuery, readFindingTokens, writeFindingTokens } from "./findings-filter";

describe("filters of the findings", () => {
  it("take several values of a property, values that must not be, and words", () => {
    const written = writeFindingTokens([
      { propertyKey: "severity", operator: "=", value: "high" },
      { propertyKey: "severity", operator: "=", value: "medium" },
      { propertyKey: "entity", operator: "!=", value: "i-1" },
      { operator: ":", value: "tor" },
      { operator: ":", value: "tor" },
    ]);
    expect(written).toEqual(["severity=high", "severity=medium", "entity!=i-1", "tor"]);
    expect(findingQuery(written, "all")).toEqual({ severity: "high,medium", entity: "!i-1", text: "tor" });
    expect(findingQuery(written, "any").match).toBe("any");
    expect(writeFindingTokens(readFindingTokens(written))).toEqual(written);
  });
});
