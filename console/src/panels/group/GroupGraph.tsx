import cytoscape, { type Core, type LayoutOptions, type StylesheetJson } from "cytoscape";
import { useEffect, useRef } from "react";
import { type Shade, useShade } from "../../app/preferences";
import { chartColors } from "../../charts/colors";
import { brief, type Zone } from "../../format/time";
import { type Graph, starPlaces, timelinePlaces } from "./graph";

export type Layout = "force" | "radial" | "timeline";

interface GroupGraphProps {
  graph: Graph;
  layout: Layout;
  /** What came later is hidden, seconds since 1970. */
  until: number;
  chosen: string | null;
  zone: Zone;
  label: string;
  onChosen: (id: string | null) => void;
}

/** The picture of a group. It never stands without the tables below it: a canvas says nothing aloud. Nothing in it moves by itself. */
export default function GroupGraph({ graph, layout, until, chosen, zone, label, onChosen }: GroupGraphProps) {
  const box = useRef<HTMLDivElement>(null);
  const core = useRef<Core | null>(null);
  const tell = useRef(onChosen);
  tell.current = onChosen;
  const shade = useShade();

  useEffect(() => {
    const container = box.current;
    if (!container) return;
    const places = starPlaces(graph.nodes);
    const made = cytoscape({
      container,
      elements: [
        ...graph.nodes.map((node) => ({
          group: "nodes" as const,
          data: { ...node, text: layout === "timeline" ? `${node.label}\n${brief(node.first, zone)}` : node.label },
          position: places.get(node.id) ?? { x: 0, y: 0 },
        })),
        ...graph.edges.map((edge) => ({ group: "edges" as const, data: { ...edge, width: 1.5 + Math.min(edge.findings.length, 6) * 0.7 } })),
      ],
      style: looks(shade),
      layout: arrangement(layout, graph),
      minZoom: 0.3,
      maxZoom: 2,
      // The wheel and a finger scroll the page.
      userZoomingEnabled: false,
      userPanningEnabled: matchMedia("(pointer: fine)").matches,
      boxSelectionEnabled: false,
      autounselectify: true,
    });
    made.on("tap", "node", (event) => tell.current((event.target as { id: () => string }).id()));
    made.on("tap", (event) => event.target === made && tell.current(null));
    const pointer = (over: boolean) => () => container.classList.toggle("over", over);
    made.on("mouseover", "node", pointer(true));
    made.on("mouseout", "node", pointer(false));
    core.current = made;
    const observer = new ResizeObserver(() => {
      made.resize();
      made.fit(undefined, 36);
    });
    observer.observe(container);
    return () => {
      observer.disconnect();
      core.current = null;
      made.destroy();
    };
  }, [graph, layout, shade, zone]);

  useEffect(() => {
    const made = core.current;
    if (!made) return;
    made.batch(() => {
      made.elements().forEach((element) => {
        element.toggleClass("later", (element.data("first") as number) > until);
        element.toggleClass("chosen", element.id() === chosen);
      });
    });
  }, [graph, layout, shade, zone, until, chosen]);

  return (
    <>
      {/* Found by this name, the library does not write a style sheet of its own into the page, which the server's policy forbids. */}
      <span id="__________cytoscape_stylesheet" hidden />
      <div ref={box} className="graph" role="img" aria-label={label} />
    </>
  );
}

function arrangement(layout: Layout, graph: Graph): LayoutOptions {
  if (layout === "radial") {
    return {
      name: "concentric",
      animate: false,
      padding: 36,
      minNodeSpacing: 46,
      concentric: (node) => ((node as unknown as { data: (name: string) => string }).data("side") === "local" ? 2 : 1),
      levelWidth: () => 1,
    };
  }
  if (layout === "timeline") {
    const places = timelinePlaces(graph.nodes);
    return { name: "preset", animate: false, padding: 36, positions: (node: unknown) => places.get((node as { id: () => string }).id()) ?? { x: 0, y: 0 } } as LayoutOptions;
  }
  // From the same start it comes to the same picture each time.
  return { name: "cose", animate: false, randomize: false, padding: 36, nodeDimensionsIncludeLabels: true, nodeRepulsion: () => 40_000, nodeOverlap: 24, idealEdgeLength: () => 130, gravity: 0.3, componentSpacing: 80, initialTemp: 80, numIter: 1_200 };
}

function looks(shade: Shade): StylesheetJson {
  const colors = chartColors(shade);
  const [ink, paper] = shade === "dark" ? ["#e6eaf0", "#161d26"] : ["#16191f", "#ffffff"];
  const by = (word: keyof typeof colors.severity) => ({ selector: `[severity = "${word}"]`, style: { "border-color": colors.severity[word], "line-color": colors.severity[word] } });
  return [
    {
      selector: "node",
      style: {
        label: "data(text)",
        "text-wrap": "wrap",
        width: 26,
        height: 26,
        "background-color": colors.text,
        "border-width": 4,
        color: ink,
        "font-size": 12,
        "font-family": "'Open Sans', 'Helvetica Neue', Roboto, Arial, sans-serif",
        "text-valign": "bottom",
        "text-margin-y": 5,
        "text-background-color": paper,
        "text-background-opacity": 0.8,
        "text-background-padding": "2px",
      },
    },
    { selector: 'node[side = "local"]', style: { shape: "round-rectangle", width: 36, height: 30, "background-color": colors.inbound, "font-weight": "bold" } },
    { selector: "edge", style: { width: "data(width)", "curve-style": "straight", opacity: 0.75 } },
    ...(["low", "medium", "high", "critical"] as const).map(by),
    { selector: ".chosen", style: { "overlay-color": colors.scopeEdge, "overlay-opacity": 0.25, "overlay-padding": 8 } },
    { selector: ".later", style: { visibility: "hidden" } },
  ] as StylesheetJson;
}
