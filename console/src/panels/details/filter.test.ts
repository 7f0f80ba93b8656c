import { describe, expect, it } from "vitest";
import { filterQuery, readTokens, writeTokens } from "./filter";

describe("filters of the details", () => {
  it("hold one value for each property, the last", () => {
    const written = writeTokens([
      { propertyKey: "remote_port", operator: "=", value: "443" },
      { propertyKey: "remote_port", operator: "=", value: "9001" },
      { propertyKey: "protocol", operator: "=", value: "TCP" },
    ]);
    expect(written).toEqual(["remote_port:9001", "protocol:tcp"]);
    expect(filterQuery(written)).toEqual({ remote_port: "9001", protocol: "tcp" });
  });

  it("take free text as a network, a port, or a part of an address", () => {
    const free = (value: string) => writeTokens([{ operator: ":", value }]);
    expect(free("10.0.0.0/8")).toEqual(["cidr:10.0.0.0/8"]);
    expect(free("443")).toEqual(["port:443"]);
    expect(free("203.0.113")).toEqual(["remote:203.0.113"]);
    expect(filterQuery(["cidr:2001:db8::/32"])).toEqual({ remote: "2001:db8::/32" });
  });

  it("know a network or a part of an address, not both", () => {
    expect(writeTokens([...readTokens(["remote:10.0"]), { propertyKey: "cidr", operator: "=", value: "10.0.0.0/8" }])).toEqual(["cidr:10.0.0.0/8"]);
  });

  it("pass over what they do not know", () => expect(readTokens(["colour:red", "port:", "port"])).toEqual([]));
});
