import type { FindingSummary } from "../api/types";
import { toCsv } from "./csv";

/** Findings as a file. */
export function findingsCsv(rows: readonly FindingSummary[]): string {
  return toCsv<FindingSummary>(
    [
      ["id", (row) => row.id],
      ["type", (row) => row.finding_type],
      ["severity", (row) => row.severity],
      ["title", (row) => row.title],
      ["entity", (row) => row.entity],
      ["entity_name", (row) => row.entity_name],
      ["account", (row) => row.account_id],
      ["region", (row) => row.region],
      ["count", (row) => row.count],
      ["actors", (row) => row.actors],
      ["remote_addr", (row) => row.remote_addr],
      ["first_seen", (row) => row.first_seen],
      ["last_seen", (row) => row.last_seen],
      ["confidence", (row) => row.confidence.score],
      ["technique", (row) => row.technique.id],
      ["summary", (row) => row.summary],
      ["archived", (row) => row.archived],
      ["note", (row) => row.note],
    ],
    rows,
  );
}
