import type { SeverityWord } from "../api/types";
import type { Shade } from "../app/preferences";

/** Colours of the charts; they say the same in words or shapes as well. */
export interface ChartColors {
  inbound: string;
  inboundRejected: string;
  outbound: string;
  outboundRejected: string;
  remotes: string;
  ports: string;
  band: string;
  bandEdge: string;
  scope: string;
  scopeEdge: string;
  details: string;
  detailsEdge: string;
  gap: string;
  grid: string;
  text: string;
  cursor: string;
  lines: readonly string[];
  severity: Record<SeverityWord, string>;
}

const LIGHT: ChartColors = {
  inbound: "#11808c",
  inboundRejected: "#8fc9cf",
  outbound: "#c25a1c",
  outboundRejected: "#e9b893",
  remotes: "#5b5bd6",
  ports: "#8a6d1f",
  band: "rgba(88, 104, 122, 0.20)",
  bandEdge: "rgba(88, 104, 122, 0.55)",
  scope: "rgba(11, 107, 116, 0.08)",
  scopeEdge: "#0b6b74",
  details: "rgba(120, 86, 200, 0.14)",
  detailsEdge: "#6b4bbd",
  gap: "rgba(110, 118, 130, 0.28)",
  grid: "#e4e8ec",
  text: "#545b64",
  cursor: "#414d5c",
  lines: ["#6b2fb3", "#0f62c9", "#b3196b", "#2c7a1f", "#7a4a12", "#1f2937"],
  severity: { critical: "#870303", high: "#ce3311", medium: "#f89256", low: "#f2cd54" },
};

const DARK: ChartColors = {
  inbound: "#4dbac4",
  inboundRejected: "#2a6770",
  outbound: "#f0935a",
  outboundRejected: "#8a5836",
  remotes: "#a5a5ff",
  ports: "#d9bd6a",
  band: "rgba(160, 175, 190, 0.24)",
  bandEdge: "rgba(160, 175, 190, 0.6)",
  scope: "rgba(95, 202, 209, 0.10)",
  scopeEdge: "#5fcad1",
  details: "rgba(178, 152, 255, 0.18)",
  detailsEdge: "#b298ff",
  gap: "rgba(160, 170, 182, 0.28)",
  grid: "#2b3440",
  text: "#b6bec9",
  cursor: "#c6c6cd",
  lines: ["#cf9bff", "#7fb4ff", "#ff8cc6", "#8fdc7f", "#e0b274", "#f3f4f6"],
  severity: { critical: "#d63f38", high: "#fe6e73", medium: "#f89256", low: "#f2cd54" },
};

export function chartColors(shade: Shade): ChartColors {
  return shade === "dark" ? DARK : LIGHT;
}
