import type { Answers } from "../../api/types";
import { plural } from "../../components/words";
import { bytes } from "../../format/number";
import { namespaceOf } from "../../routing/links";

const NO_DATA = "There are no data for this time, so nothing can be said.";
const QUIET = "No traffic was recorded in this time.";
const MOST = 3;

/** `a, b and c`; beyond three, `a, b, c and 2 more`. */
function listed(parts: readonly string[]): string {
  const shown = parts.length > MOST ? [...parts.slice(0, MOST), `${parts.length - MOST} more`] : [...parts];
  const last = shown.pop() ?? "";
  return shown.length ? `${shown.join(", ")} and ${last}` : last;
}

/** Which ports are new, in a line. */
export function portsVerdict({ verdict, rows }: Answers["ports"]): string {
  switch (verdict) {
    case "new": {
      const fresh = rows.filter((row) => row.new).map((row) => row.service);
      return `New: ${listed(fresh)}.`;
    }
    case "usual":
      return "Nothing new: every service in use was known before.";
    case "no-history":
      return "Nothing tells what is new: there is less than a day of earlier data.";
    default:
      return verdict === "no-data" ? NO_DATA : QUIET;
  }
}

/** Whether there was a large transfer, in a line. */
export function transferVerdict({ verdict, rows }: Answers["transfer"]): string {
  const above = rows.filter((row) => row.about === "direction").filter((row) => row.hours_above > 0);
  const peaks = listed(above.map((row) => `${bytes(row.peak_bytes)} ${row.direction}${row.peak_expected === null ? "" : ` (usually ${bytes(row.peak_expected)})`}`));
  switch (verdict) {
    case "large":
      return `Yes: ${peaks} in one hour.`;
    case "raised":
      return `More than usual, but not much: ${peaks} in one hour.`;
    case "usual":
      return "No: every hour stayed within what is usual for it.";
    case "no-history":
      return "Nothing tells what is usual: there is too little history.";
    default:
      return verdict === "no-data" ? NO_DATA : QUIET;
  }
}

/** Whether it was allowed, in a line. */
export function permissionVerdict({ verdict, rows }: Answers["permission"]): string {
  const count = (fits: (outcome: string) => boolean) => rows.filter((row) => fits(row.outcome)).length;
  const [allowed, blocked] = [count((outcome) => outcome === "allowed"), count((outcome) => outcome.includes("blocked"))];
  const judged = plural(rows.length, "connection");
  const all = (number: number) => (number < rows.length ? `${number} of ${judged}` : number === 1 ? "the one connection" : `all ${judged}`);
  switch (verdict) {
    case "allowed":
      return `Yes: the rules allow ${all(allowed)} looked at.`;
    case "blocked":
      return `No: the rules block ${all(blocked)} looked at.`;
    case "mixed":
      return `Partly: of ${judged} looked at, ${allowed} are allowed and ${blocked} blocked.`;
    case "contradiction":
      return `The log and the rules disagree about ${rows.filter((row) => row.contradiction).length} of ${judged} looked at.`;
    case "unclear":
      return `Not certain: of ${judged} looked at, ${allowed} are allowed and ${blocked} blocked; the others cannot be judged.`;
    case "unknown":
      return "Not known: the inventory does not have the rules of these connections.";
    default:
      return verdict === "no-data" ? NO_DATA : QUIET;
  }
}

/** What else may be affected, in a line. */
export function reachVerdict({ verdict, rows }: Answers["reach"], entity: string): string {
  const different = (kind: string) => new Set(rows.filter((row) => row.kind === kind).map((row) => row.entity)).size;
  const [same, inside] = [different("same-remote"), different("new-internal")];
  switch (verdict) {
    case "others": {
      const parts = [
        ...(same ? [`${plural(same, "machine")} spoke with ${namespaceOf(entity) === "IpAddress" ? "it" : "the same remotes"}`] : []),
        ...(inside ? [`${plural(inside, "machine")} inside ${inside === 1 ? "was" : "were"} contacted for the first time`] : []),
      ];
      return `Yes: ${parts.join("; ")}.`;
    }
    case "none-known":
      return "Nobody else is known to be affected.";
    default:
      return verdict === "no-data" ? NO_DATA : QUIET;
  }
}
