import { describe, expect, it } from "vitest";
import { bytes, bytesTick, count, exactBytes, percent, times } from "./number";

describe("bytes", () => {
  it.each([
    [0, "0 B"],
    [1, "1 B"],
    [1023, "1023 B"],
    [1024, "1.00 KiB"],
    [28_731_234, "27.4 MiB"],
    [1_048_575, "1.00 MiB"],
    [123_456_789_012, "115 GiB"],
    [2 ** 60, "1.00 EiB"],
  ])("writes %d as %s", (value, text) => expect(bytes(value)).toBe(text));

  it("writes whole units beside an axis", () => {
    expect(bytesTick(96 * 1024 ** 2)).toBe("96 MiB");
    expect(bytesTick(1.5 * 1024)).toBe("1.5 KiB");
  });

  it("says the exact number", () => {
    expect(exactBytes(28_731_234)).toBe("28,731,234 bytes");
    expect(exactBytes(1)).toBe("1 byte");
  });
});

describe("counts and shares", () => {
  it.each([
    [99_999, "99,999"],
    [1_200_344, "1.20 M"],
    [999_600, "1.00 M"],
  ])("writes %d as %s", (value, text) => expect(count(value)).toBe(text));

  it("writes shares and factors", () => {
    expect(percent(0.004)).toBe("0.4 %");
    expect(percent(0.37)).toBe("37 %");
    expect(times(4.94)).toBe("4.9 times");
    expect(times(430_000)).toBe("430,000 times");
  });
});
