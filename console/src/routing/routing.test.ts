import { describe, expect, it } from "vitest";
import { hrefOf, namespaceOf } from "./links";
import { formatHash, parseHash } from "./location";
import { flag, list, oneOf, readParams, text, whole, writeParams } from "./params";

describe("locations", () => {
  it("reads deep links, with and without the slash", () => {
    for (const hash of ["#/entities/Ec2Instance/i-1?scopeStart=10&scopeEnd=20", "#entities/Ec2Instance/i-1?scopeStart=10&scopeEnd=20"]) {
      const { parts, search } = parseHash(hash);
      expect(parts).toEqual(["entities", "Ec2Instance", "i-1"]);
      expect(search.get("scopeEnd")).toBe("20");
    }
  });

  it("gives one address to one view", () => {
    const search = new URLSearchParams("tz=local&scopeStart=1&filter=cidr:10.0.0.0/8");
    expect(formatHash(["entities", "IpAddress", "2001:db8::1"], search)).toBe("#/entities/IpAddress/2001:db8::1?filter=cidr:10.0.0.0/8&scopeStart=1&tz=local");
  });

  it("survives what is no escape", () => {
    expect(parseHash("#/findings/%zz").parts).toEqual(["findings", "%zz"]);
  });
});

describe("links", () => {
  it.each([
    ["i-0abc", "Ec2Instance"],
    ["eni-1", "NetworkInterface"],
    ["10.0.0.5", "IpAddress"],
    ["2001:db8::1", "IpAddress"],
    ["123456789012", "AwsAccount"],
    ["vpc-1", "Vpc"],
    ["something", "Resource"],
  ])("tells what %s is", (id, namespace) => expect(namespaceOf(id)).toBe(namespace));

  it("carries the scope time, and nothing else, from page to page", () => {
    const here = parseHash("#/findings?scopeLast=7d&tz=local&page=3");
    expect(hrefOf({ page: "entity", id: "i-1" }, here)).toBe("#/entities/Ec2Instance/i-1?scopeLast=7d&tz=local");
    expect(hrefOf({ page: "finding", id: "ab" }, here, { from: 1, to: 2 })).toBe("#/findings/ab?scopeEnd=2&scopeStart=1&tz=local");
  });
});

describe("parameters", () => {
  const params = { q: text(), page: whole(1, 1, 9), open: flag(true), order: oneOf(["asc", "desc"] as const, "desc"), rows: list() };

  it("reads defaults for what is missing or wrong", () => {
    expect(readParams(params, new URLSearchParams("page=99&order=up"))).toEqual({ q: "", page: 1, open: true, order: "desc", rows: [] });
  });

  it("writes only what is not the default, and leaves others alone", () => {
    const search = writeParams(params, { page: 2, open: false, rows: ["a,b", "50%"] }, new URLSearchParams("tz=local&q=x"));
    expect(search.get("tz")).toBe("local");
    expect(readParams(params, search)).toEqual({ q: "x", page: 2, open: false, order: "desc", rows: ["a,b", "50%"] });
    expect(writeParams(params, { page: 1 }, search).has("page")).toBe(false);
  });
});
