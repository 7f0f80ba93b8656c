import { describe, expect, it } from "vitest";
import type { Group, GroupEntity, GroupMember } from "../../api/types";
import { seconds } from "../../format/time";
import { groupGraph, timelinePlaces } from "./graph";

const member = (finding_id: string, entity: string, hour: number, severity: number, word: GroupMember["severity_word"]): GroupMember => ({
  finding_id,
  finding_type: "UnauthorizedAccess:EC2/TorClient",
  title: finding_id,
  entity,
  entity_name: null,
  severity,
  severity_word: word,
  confidence: 1,
  technique: { id: "T1", name: "", tactic: "" },
  first_seen: `2026-11-24T0${hour}:00:00Z`,
  last_seen: "2026-11-24T09:00:00Z",
  count: 1,
  archived: false,
  weak: false,
  because: "",
});
const entity = (id: string, side: GroupEntity["side"], ...findings: string[]): GroupEntity => ({ id, name: id === "i-1" ? "web" : null, side, findings, tactics: [] });

const group = {
  first_seen: "2026-11-24T01:00:00Z",
  members: [member("f1", "i-1", 1, 5, "medium"), member("f2", "i-1", 3, 8, "high"), member("f3", "i-2", 5, 2, "low")],
  entities: [entity("i-1", "local", "f1", "f2"), entity("i-2", "local", "f3"), entity("203.0.113.9", "remote", "f1", "f2", "f3"), entity("203.0.113.10", "remote", "f2")],
  entity_count: 6,
} as unknown as Group;

describe("the graph of a group", () => {
  const { nodes, edges, left, times } = groupGraph(group);

  it("joins a machine with the other sides of its own findings, with the gravest severity and the first time", () => {
    expect(edges).toEqual([
      { id: "i-1 203.0.113.9", source: "i-1", target: "203.0.113.9", findings: ["f1", "f2"], severity: "high", first: seconds("2026-11-24T01:00:00Z") },
      { id: "i-1 203.0.113.10", source: "i-1", target: "203.0.113.10", findings: ["f2"], severity: "high", first: seconds("2026-11-24T03:00:00Z") },
      { id: "i-2 203.0.113.9", source: "i-2", target: "203.0.113.9", findings: ["f3"], severity: "low", first: seconds("2026-11-24T05:00:00Z") },
    ]);
    expect(nodes.map((node) => [node.label, node.severity])).toEqual([["web", "high"], ["i-2", "low"], ["203.0.113.9", "high"], ["203.0.113.10", "high"]]);
  });

  it("knows the instants at which something is new, and how many are left out", () => {
    expect(times).toEqual(["2026-11-24T01:00:00Z", "2026-11-24T03:00:00Z", "2026-11-24T05:00:00Z"].map(seconds));
    expect(left).toBe(2);
  });

  it("places what came later further right, and nothing on the same spot", () => {
    const places = timelinePlaces(nodes);
    expect(places.get("i-1")!.x).toBe(0);
    expect(places.get("i-2")!.x).toBe(1_000);
    expect(places.get("203.0.113.10")!.x).toBeCloseTo(500, 0);
    expect(new Set([...places.values()].map((place) => `${place.x} ${place.y}`)).size).toBe(4);
    expect(places.get("203.0.113.9")!.y).toBeGreaterThan(places.get("i-1")!.y);
  });
});
