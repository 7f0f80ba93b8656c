import type { SeriesKey } from "../../api/queries";
import { protocolName } from "../../components/words";

/** A row of the details in a few words: `203.0.113.9 :9001 TCP`. */
export function rowLabel(key: SeriesKey): string {
  const port = key.remote_port ?? key.local_port;
  const side = key.remote_port === null && key.local_port !== null ? "own " : "";
  return [key.entity, key.remote ?? "unknown side", port === null ? null : `${side}:${port}`, key.protocol === null ? null : protocolName(key.protocol), key.action === "reject" ? "rejected" : null]
    .filter((part) => part !== null && part !== "")
    .join(" ");
}
