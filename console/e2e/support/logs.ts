import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Lake, served } from "./front";
import { ingest, makeFolder } from "./weir";

export const HOUR = 3_600;
export const DAY = 86_400;
/** The interface that the made-up records are of, and its address. */
export const INTERFACE = "eni-0a1b2c3d4e5f60718";
const OWN = "10.1.0.10";
const ACCOUNT = "123456789012";
const HEAD = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";

/** A connection of the interface to a server, in one direction of the bytes. */
export interface Sent {
  remote: string;
  /** The client's port, which is the interface's. */
  port: number;
  service: number;
  bytes: number;
  start: number;
  inbound?: boolean;
  action?: "ACCEPT" | "REJECT";
}

/** A record of version 2. */
export function record({ remote, port, service, bytes, start, inbound = false, action = "ACCEPT" }: Sent): string {
  const ends = inbound ? `${remote} ${OWN} ${service} ${port}` : `${OWN} ${remote} ${port} ${service}`;
  return `2 ${ACCOUNT} ${INTERFACE} ${ends} 6 ${Math.ceil(bytes / 1_000)} ${bytes} ${start} ${start + 59} ${action} OK`;
}

/** Serves a lake of some records, and the console in front of it. */
export async function lakeOf(records: readonly string[], config: string | null = null): Promise<Lake> {
  const { folder, remove } = makeFolder();
  const logs = join(folder, "logs");
  mkdirSync(logs);
  const file = join(logs, "flows.log");
  writeFileSync(file, [HEAD, ...records, ""].join("\n"));
  const settings: string[] = [];
  if (config !== null) {
    const path = join(folder, "weir.toml");
    writeFileSync(path, config);
    settings.push("--config", path);
  }
  const data = join(folder, "data");
  ingest(data, file, settings);
  return served(data, settings, remove);
}
