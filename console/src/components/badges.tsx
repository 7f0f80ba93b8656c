import Badge, { type BadgeProps } from "@cloudscape-design/components/badge";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { NoveltyStatus, SeverityWord } from "../api/types";

const SEVERITIES: Record<SeverityWord, [BadgeProps["color"], string]> = {
  critical: ["severity-critical", "Critical"],
  high: ["severity-high", "High"],
  medium: ["severity-medium", "Medium"],
  low: ["severity-low", "Low"],
};

export function SeverityBadge({ word, value }: { word: SeverityWord; value?: number }) {
  const [color, label] = SEVERITIES[word];
  return (
    <span title={value === undefined ? undefined : `severity ${value.toFixed(1)} of 10`}>
      <Badge color={color}>{label}</Badge>
    </span>
  );
}

/** Whether the network let it pass, as the flow log says. */
export function Action({ action }: { action: string | null }) {
  if (action === "accept") return <StatusIndicator type="success">Accepted</StatusIndicator>;
  if (action === "reject") return <StatusIndicator type="error">Rejected</StatusIndicator>;
  return <StatusIndicator type="info">Not said</StatusIndicator>;
}

const NOVELTY: Record<NoveltyStatus, [BadgeProps["color"], string]> = {
  new: ["red", "New"],
  rare: ["severity-medium", "Rare"],
  grown: ["severity-medium", "Grown"],
  usual: ["grey", "Usual"],
};

export function NoveltyBadge({ status }: { status: NoveltyStatus }) {
  const [color, label] = NOVELTY[status];
  return <Badge color={color}>{label}</Badge>;
}

const VERDICTS: Record<string, [StatusIndicatorProps.Type, string]> = {
  new: ["warning", "Something new"],
  usual: ["success", "As usual"],
  "no-history": ["info", "No history"],
  quiet: ["stopped", "No traffic"],
  "no-data": ["info", "No data"],
  large: ["error", "Large transfer"],
  raised: ["warning", "More than usual"],
  allowed: ["info", "Allowed"],
  blocked: ["success", "Blocked"],
  mixed: ["warning", "Partly allowed"],
  contradiction: ["error", "Log and rules disagree"],
  unclear: ["info", "Unclear"],
  unknown: ["info", "Not known"],
  others: ["warning", "Others are touched"],
  "none-known": ["success", "None known"],
};

export function VerdictBadge({ verdict }: { verdict: string }) {
  const [type, label] = VERDICTS[verdict] ?? ["info", verdict];
  return <StatusIndicator type={type}>{label}</StatusIndicator>;
}

const DIRECTIONS: Record<string, [string, string]> = {
  inbound: ["↓", "Inbound"],
  outbound: ["↑", "Outbound"],
};

/** Who opened a connection, or which way bytes went. */
export function Direction({ word, note }: { word: string; note?: string }) {
  const [arrow, label] = DIRECTIONS[word] ?? ["·", "Unknown"];
  return (
    <span title={note} className="direction">
      <span aria-hidden="true">{arrow}</span> {label}
    </span>
  );
}
