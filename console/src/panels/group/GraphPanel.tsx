import Link from "@cloudscape-design/components/link";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { lazy, Suspense, useId, useMemo } from "react";
import type { Group } from "../../api/types";
import { useShade } from "../../app/preferences";
import { chartColors } from "../../charts/colors";
import { download, plainColumns, toCsv } from "../../components/csv";
import { Identifier } from "../../components/Identifier";
import { Panel, Skeleton } from "../../components/Panel";
import { ownTitle, plural } from "../../components/words";
import { instant } from "../../format/time";
import { type LinkScope, useHref } from "../../routing/links";
import { oneOf, optionalText, useParams, whole } from "../../routing/params";
import { useZone } from "../../scope/context";
import { SIDES } from "./EntitiesPanel";
import { type GraphNode, groupGraph } from "./graph";
import type { Layout } from "./GroupGraph";

const GroupGraph = lazy(() => import("./GroupGraph"));

const LAYOUTS: { id: Layout; text: string }[] = [
  { id: "force", text: "Force" },
  { id: "radial", text: "Radial" },
  { id: "timeline", text: "Timeline" },
];

/** How the picture is laid out, how far in time it goes, and which node is chosen. */
const params = { graph: oneOf<Layout>(["force", "radial", "timeline"], "force"), until: whole(0, 0, 1e11), node: optionalText() };

/** Our machines and the addresses of a group, joined where they share a finding. */
export function GraphPanel({ group, scope, request }: { group: Group; scope: LinkScope; request: string }) {
  const [view, setView] = useParams(params);
  const zone = useZone();
  const slider = useId();
  const graph = useMemo(() => groupGraph(group), [group]);
  const { nodes, edges, times, left } = graph;
  const last = Math.max(0, times.length - 1);
  const step = view.until ? Math.max(0, times.findLastIndex((time) => time <= view.until)) : last;
  const until = times[step] ?? 0;
  const [seen, joined] = [nodes.filter((node) => node.first <= until), edges.filter((edge) => edge.first <= until)];
  const chosen = seen.find((node) => node.id === view.node) ?? null;
  if (nodes.length < 2) return null;
  return (
    <Panel
      id="group-graph"
      title="Who and what is joined"
      help="group-graph"
      description={`Our machines and the other sides of their findings, joined where they share one.${left ? ` ${left} with fewer findings are left out.` : ""} The tables below hold the same.`}
      request={request}
      onCsv={() => download(`graph-${group.id}.csv`, toCsv(plainColumns("source", "target", "severity", "findings"), edges))}
      actions={<SegmentedControl label="Layout" selectedId={view.graph} options={LAYOUTS} onChange={({ detail }) => setView({ graph: detail.selectedId as Layout }, { replace: true })} />}
    >
      <SpaceBetween size="s">
        <Suspense fallback={<Skeleton height={420} />}>
          <GroupGraph
            graph={graph}
            layout={view.graph}
            until={until}
            chosen={chosen?.id ?? null}
            zone={zone}
            label={`Graph of ${plural(seen.length, "node")} and ${plural(joined.length, "link")}; the tables Findings and Who takes part hold the same.`}
            onChosen={(id) => setView({ node: id }, { replace: true })}
          />
        </Suspense>
        {last > 0 ? (
          <div className="graph-time">
            <label htmlFor={slider}>Until</label>
            <input
              id={slider}
              type="range"
              min={0}
              max={last}
              value={step}
              aria-valuetext={instant(until, zone)}
              onChange={(event) => setView({ until: Number(event.target.value) === last ? 0 : (times[Number(event.target.value)] ?? 0) }, { replace: true })}
            />
            <span className="value">{instant(until, zone)}</span>
            <span className="secondary">
              {seen.length} of {nodes.length} shown
            </span>
          </div>
        ) : null}
        <Key />
        <div aria-live="polite">{chosen ? <Chosen node={chosen} group={group} scope={scope} /> : <span className="secondary">Choose a node to see its findings and to open its profile.</span>}</div>
      </SpaceBetween>
    </Panel>
  );
}

function Chosen({ node, group, scope }: { node: GraphNode; group: Group; scope: LinkScope }) {
  const href = useHref();
  const findings = group.members.filter((member) => node.findings.includes(member.finding_id));
  return (
    <div className="graph-chosen">
      <div>
        <Identifier id={node.id} name={node.label === node.id ? null : node.label} scope={scope} /> <span className="secondary">{SIDES[node.side]}, {plural(findings.length, "finding")}</span>
      </div>
      <ul className="plain-list bullets">
        {findings.map((member) => (
          <li key={member.finding_id}>
            <Link href={href({ page: "finding", id: member.finding_id })}>{ownTitle(member.title, node.id)}</Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Key() {
  const colors = chartColors(useShade());
  return (
    <ul className="chart-key graph-key" aria-label="What the shapes and colours mean">
      <li><span className="shape box" style={{ background: colors.inbound }} /> Our machine</li>
      <li><span className="shape" style={{ background: colors.text }} /> The other side</li>
      {(["critical", "high", "medium", "low"] as const).map((word) => (
        <li key={word}><span className="shape edge" style={{ background: colors.severity[word] }} /> {word[0]?.toUpperCase() + word.slice(1)}</li>
      ))}
      <li>Rim and line: the gravest finding. A thicker line: more findings.</li>
    </ul>
  );
}
