import type { Group, SeverityWord } from "../../api/types";
import { seconds } from "../../format/time";

/** A machine or an address in the graph of a group. */
export interface GraphNode {
  id: string;
  label: string;
  side: "local" | "remote";
  /** Findings that it takes part in. */
  findings: string[];
  /** That of the gravest of them. */
  severity: SeverityWord;
  /** When it first took part, seconds since 1970. */
  first: number;
}

/** That one of our machines and an address take part in the same findings. */
export interface GraphEdge {
  id: string;
  source: string;
  target: string;
  findings: string[];
  severity: SeverityWord;
  first: number;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** Entities that are left out, those with fewest findings. */
  left: number;
  /** Instants at which something is new, in order. */
  times: number[];
}

/** More of them are no picture any more. */
const MOST = 100;

/** Who took part in what with whom: each of our machines is joined with the other sides of its findings. */
export function groupGraph(group: Group): Graph {
  const members = new Map(group.members.map((member) => [member.finding_id, member]));
  const about = (findings: readonly string[]) => {
    const known = findings.flatMap((id) => members.get(id) ?? []);
    const gravest = known.reduce((most, member) => (member.severity > most.severity ? member : most), known[0] ?? { severity: 0, severity_word: "low" as const });
    return { severity: gravest.severity_word, first: known.length ? Math.min(...known.map((member) => seconds(member.first_seen))) : seconds(group.first_seen) };
  };
  const shown = group.entities.slice(0, MOST);
  const nodes = shown.map((entity) => ({ id: entity.id, label: entity.name ?? entity.id, side: entity.side, findings: [...entity.findings], ...about(entity.findings) }));
  const edges: GraphEdge[] = [];
  for (const source of nodes.filter((node) => node.side === "local")) {
    for (const target of nodes.filter((node) => node.side === "remote")) {
      // A finding of another machine with the same address joins the address with that machine only.
      const findings = source.findings.filter((id) => members.get(id)?.entity === source.id && target.findings.includes(id));
      if (findings.length) edges.push({ id: `${source.id} ${target.id}`, source: source.id, target: target.id, findings, ...about(findings) });
    }
  }
  const times = [...new Set([...nodes, ...edges].map((each) => each.first))].sort((a, b) => a - b);
  return { nodes, edges, left: Math.max(0, group.entity_count - shown.length), times };
}

export interface Place {
  x: number;
  y: number;
}

/** Where a layout begins: ours on a small circle, the others on a wide one around it. */
export function starPlaces(nodes: readonly GraphNode[]): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const [side, radius] of [["local", 60], ["remote", 260]] as const) {
    const own = nodes.filter((node) => node.side === side);
    const size = own.length === 1 && side === "local" ? 0 : radius;
    own.forEach((node, at) => places.set(node.id, { x: Math.cos((2 * Math.PI * at) / own.length) * size, y: Math.sin((2 * Math.PI * at) / own.length) * size }));
  }
  return places;
}

/** Width and height of a timeline, in the graph's own units. */
const WIDTH = 1_000;
const LANE = 74;
/** A lower lane is a little to the right, or the lines to nodes of one time would hide each other. */
const SHIFT = 34;

/** Places by when a node first took part: earlier ones left, ours in the upper lanes, those of the same time below each other. */
export function timelinePlaces(nodes: readonly GraphNode[]): Map<string, Place> {
  const [first, last] = [Math.min(...nodes.map((node) => node.first)), Math.max(...nodes.map((node) => node.first))];
  const places = new Map<string, Place>();
  let top = 0;
  for (const side of ["local", "remote"] as const) {
    // The right end of what stands in each lane.
    const lanes: number[] = [];
    for (const node of nodes.filter((each) => each.side === side).sort((a, b) => a.first - b.first)) {
      const x = last > first ? ((node.first - first) / (last - first)) * WIDTH : 0;
      let lane = lanes.findIndex((end) => end < x - 120);
      if (lane < 0) lane = lanes.push(0) - 1;
      lanes[lane] = x;
      places.set(node.id, { x: x + lane * SHIFT, y: top + lane * LANE });
    }
    top += lanes.length * LANE + LANE / 2;
  }
  return places;
}
