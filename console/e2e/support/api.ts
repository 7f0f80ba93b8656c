import type { components } from "../../src/api/schema";

type Schemas = components["schemas"];
export type Finding = Schemas["FindingSummary"];
export type Details = Schemas["DetailsPage"];

/** Asks the server itself, so that what is on screen can be compared with it. */
export async function api<T>(path: string): Promise<T> {
  const response = await fetch(`${process.env.WEIR_URL}/api/v1${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** The finding that the walk begins with. */
export async function torFinding(): Promise<Finding> {
  const { rows } = await api<{ rows: Finding[] }>("/findings?type=UnauthorizedAccess:EC2/TorClient");
  const [finding] = rows;
  if (!finding) throw new Error("the demo world has no TorClient finding");
  return finding;
}

/** The hours from a finding's first to its last occurrence, in seconds. */
export function scopeOf(finding: Finding): { from: number; to: number } {
  const hour = 3_600_000;
  const from = Math.floor(Date.parse(finding.first_seen) / hour) * 3_600;
  return { from, to: Math.max(Math.ceil(Date.parse(finding.last_seen) / hour) * 3_600, from + 3_600) };
}

export function profile(finding: Finding, more = ""): string {
  const { from, to } = scopeOf(finding);
  return `/#/entities/Ec2Instance/${finding.entity}?scopeStart=${from}&scopeEnd=${to}${more}`;
}

/** The group that a finding belongs to. */
export function groupOf(finding: Finding): string {
  if (!finding.group) throw new Error(`${finding.id} belongs to no group`);
  return finding.group;
}
