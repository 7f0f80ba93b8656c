import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { JobStatus } from "../../api/types";

/** Kinds of sources in words. */
export const KINDS: Record<string, string> = {
  folder: "Folder",
  s3_queue: "Bucket, by notification",
  s3_listing: "Bucket, by listing",
  firehose: "Data Firehose",
  upload: "Upload",
  list: "Threat list",
  inventory: "Inventory",
};

const SOURCE_STATES: Record<string, [StatusIndicatorProps.Type, string]> = {
  starting: ["pending", "Starting"],
  running: ["success", "Running"],
  failing: ["error", "Failing"],
  done: ["success", "Done"],
  stopped: ["stopped", "Stopped"],
};

export function SourceState({ state }: { state: string }) {
  const [type, label] = SOURCE_STATES[state] ?? ["info", state];
  return <StatusIndicator type={type}>{label}</StatusIndicator>;
}

export function JobState({ job }: { job: JobStatus }) {
  if (job.state === "failing") return <StatusIndicator type="error">Failing</StatusIndicator>;
  if (job.state === "running") return <StatusIndicator type="in-progress">Running</StatusIndicator>;
  return job.last_success === null ? <StatusIndicator type="pending">Waiting</StatusIndicator> : <StatusIndicator type="success">Waiting</StatusIndicator>;
}
