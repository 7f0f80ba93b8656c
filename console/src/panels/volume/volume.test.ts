import { describe, expect, it } from "vitest";
import type { VolumePanel } from "../../api/types";
import { axisTop, byteSplits, countSplits } from "../../charts/scales";
import { stacked } from "../../charts/stack";
import { detailsWindow, readRowKey, rowKey } from "./params";
import { gapShades, inGap, wayVolume } from "./series";

const complete = { complete: true, lost: [], silent: [], words: "" };
const row = (start: string, action: string, bytes: number) => ({ start, direction: "inbound", action, bytes, packets: 1, flows: 1, expected_low: null, expected_high: null });
const panel: VolumePanel = {
  bin_secs: 3_600,
  rows: [row("1970-01-01T00:00:00Z", "accept", 10), row("1970-01-01T00:00:00Z", "reject", 2), row("1970-01-01T02:00:00Z", "reject", 3)],
  bands: [{ start: "1970-01-01T01:00:00Z", direction: "inbound", expected: 5, expected_low: 1, expected_high: 9 }],
  baseline: null,
  query: "",
  coverage: complete,
};

describe("the volume of one way", () => {
  const starts = [0, 3_600, 7_200];
  const inbound = wayVolume(panel, "inbound", starts);

  it("has nothing where there is nothing, which is not zero", () => {
    expect(inbound.accepted).toEqual([10, null, null]);
    expect(inbound.rejected).toEqual([2, null, 3]);
    expect(wayVolume(panel, "outbound", starts).accepted).toEqual([null, null, null]);
  });

  it("has the band of its hours", () => expect(inbound.band).toEqual({ low: [null, 1, null], high: [null, 9, null] }));

  it("stands on what was accepted", () => {
    const parts = [inbound.accepted, inbound.rejected].map((values) => ({ label: "", color: "", values }));
    expect(stacked(parts)).toEqual([[10, null, null], [12, null, 3]]);
  });
});

describe("marks", () => {
  it("show what is missing", () => {
    const shades = gapShades({ ...complete, silent: [{ start: "1970-01-01T01:00:00Z", end: "1970-01-01T02:00:00Z" }] });
    expect(inGap(shades, 3_600, 7_200)).toBe(true);
    expect(inGap(shades, 7_200, 10_800)).toBe(false);
  });

});

describe("axes", () => {
  it("have ticks at powers of two for bytes and round numbers for counts", () => {
    expect(byteSplits(100 * 1024)).toEqual([0, 32_768, 65_536, 98_304]);
    expect(countSplits(23)).toEqual([0, 5, 10, 15, 20]);
  });

  it("are not dwarfed by a wide band", () => expect(axisTop(100, 10_000)).toBeLessThan(200));
});

describe("what stands in the address", () => {
  it("is the window of the details", () => {
    const scope = { from: 1, to: 2 };
    expect(detailsWindow("scope", scope)).toEqual(scope);
    expect(detailsWindow("10-20", scope)).toEqual({ from: 10, to: 20 });
    expect(detailsWindow("20-10", scope)).toBeNull();
    expect(detailsWindow("", scope)).toBeNull();
  });

  it("is each row that is drawn", () => {
    const key = { entity: null, remote: "2001:db8::1", local_port: null, remote_port: 443, protocol: 6, action: "accept" };
    expect(readRowKey(rowKey(key))).toEqual(key);
  });
});
