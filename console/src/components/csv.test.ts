import { describe, expect, it } from "vitest";
import { fieldsCsv, plainColumns, toCsv } from "./csv";

describe("CSV", () => {
  it("quotes what has to be quoted, and what a spreadsheet would run", () => {
    const rows = [{ a: "plain", b: 'say "x", y' }, { a: "=1+1", b: null }];
    expect(toCsv(plainColumns<{ a: string; b: string | null }>("a", "b"), rows)).toBe('a,b\r\nplain,"say ""x"", y"\r\n"\'=1+1",\r\n');
  });

  it("keeps negative numbers numbers", () => expect(toCsv([["n", (row: number) => row]], [-5])).toBe("n\r\n-5\r\n"));

  it("writes an answer that is no table as fields", () => expect(fieldsCsv({ a: { b: [1, null] } })).toBe("field,value\r\na.b.0,1\r\na.b.1,\r\n"));
});
