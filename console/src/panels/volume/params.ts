import type { SeriesKey } from "../../api/queries";
import { flag, list, oneOf, text, whole } from "../../routing/params";
import type { Range } from "../../scope/scope";

export const PAGE_SIZES = [20, 50, 100] as const;

/** What of the volume and its details stands in the address. */
export const volumeParams = {
  /** `scope`, or the window of the details as `from-to`; empty while they are not shown. */
  details: text(),
  /** Rows that are drawn as lines. */
  rows: list(),
  /** Whether all traffic together is drawn. */
  overall: flag(true),
  /** Whether what is usual is drawn. */
  band: flag(true),
  /** Filters of the details, such as `cidr=10.0.0.0/8`. */
  filter: list(),
  /** Whether a row has to fit all of them or any. */
  match: oneOf(["all", "any"] as const, "all"),
  sort: text("annotated"),
  order: oneOf(["asc", "desc"] as const, "desc"),
  page: whole(1, 1, 100_000),
  size: whole(PAGE_SIZES[0], 1, PAGE_SIZES[2]),
  /** Whether the client's port is folded away. */
  fold: flag(false),
  /** The finding that was chosen among those of the entity. */
  finding: text(),
};

/** The window of the details; null while they are not shown. */
export function detailsWindow(written: string, scope: Range): Range | null {
  if (written === "scope") return scope;
  const found = /^(\d{1,11})-(\d{1,11})$/.exec(written);
  if (!found) return null;
  const range = { from: Number(found[1]), to: Number(found[2]) };
  return range.from < range.to ? range : null;
}

export function writeWindow(range: Range): string {
  return `${range.from}-${range.to}`;
}

/** A row of the details in one word. */
export function rowKey(key: SeriesKey): string {
  return [key.remote, key.local_port, key.remote_port, key.protocol, key.action, key.entity].map((value) => value ?? "").join("~");
}

export function readRowKey(text: string): SeriesKey {
  const [remote, local, port, protocol, action, entity] = text.split("~");
  const number = (value: string | undefined) => (value ? Number(value) : null);
  return {
    remote: remote || null,
    local_port: number(local),
    remote_port: number(port),
    protocol: number(protocol),
    action: action || null,
    entity: entity || null,
  };
}

/** How many rows are drawn at once; more cannot be told apart. */
export const MOST_LINES = 6;
