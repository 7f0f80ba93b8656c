import { describe, expect, it } from "vitest";
import { findingQuery, readFindingTokens, writeFindingTokens } from "./findings-filter";

describe("filters of the findings", () => {
  it("hold several types and severities, and one of the others", () => {
    const written = writeFindingTokens([
      { propertyKey: "severity", operator: "=", value: "high" },
      { propertyKey: "severity", operator: "=", value: "medium" },
      { propertyKey: "entity", operator: "=", value: "i-1" },
      { propertyKey: "entity", operator: "=", value: "i-2" },
      { operator: ":", value: "tor" },
    ]);
    expect(written).toEqual(["severity=high", "severity=medium", "entity=i-2", "tor"]);
    expect(findingQuery(written)).toEqual({ severity: "high,medium", entity: "i-2", text: "tor" });
    expect(writeFindingTokens(readFindingTokens(written))).toEqual(written);
  });
});
