import { describe, expect, it } from "vitest";
import { filterQuery, readTokens, writeTokens } from "./filter";

describe("filters of the details", () => {
  it("take several values of a property, and values that must not be", () => {
    const written = writeTokens([
      { propertyKey: "remote_port", operator: "=", value: "443" },
      { propertyKey: "remote_port", operator: "=", value: "9001" },
      { propertyKey: "remote", operator: "!:", value: "10.0.3.7" },
      { propertyKey: "protocol", operator: "!=", value: "UDP" },
    ]);
    expect(written).toEqual(["remote_port=443", "remote_port=9001", "remote!=10.0.3.7", "protocol!=udp"]);
    expect(filterQuery(written, "all")).toEqual({ remote_port: "443,9001", remote: "!10.0.3.7", protocol: "!udp" });
    expect(filterQuery(written, "any")).toMatchObject({ match: "any" });
    expect(readTokens(written)[0]).toEqual({ propertyKey: "remote_port", operator: "=", value: "443, 9001" });
    expect(writeTokens(readTokens(written))).toEqual(written);
  });

  it("take free text as a network, a port, or a part of an address", () => {
    const free = (value: string) => writeTokens([{ operator: ":", value }]);
    expect(free("10.0.0.0/8")).toEqual(["cidr=10.0.0.0/8"]);
    expect(free("443")).toEqual(["port=443"]);
    expect(free("203.0.113")).toEqual(["remote=203.0.113"]);
    expect(filterQuery(["cidr=2001:db8::/32", "remote=10.1"], "all")).toEqual({ remote: "2001:db8::/32,10.1" });
  });

  it("say nothing of how to match a single condition", () => expect(filterQuery(["port=22"], "any")).toEqual({ port: "22" }));

  it("pass over what they do not know", () => expect(readTokens(["colour=red", "port=", "port", "=22"])).toEqual([]));
});
