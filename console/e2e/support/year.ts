import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Lake, served } from "./front";
import { ingest, makeFolder, run } from "./weir";

/** The smallest year of the smallest company that `weir simulate` makes. */
const WORLD = ["--days", "365", "--instances", "15", "--records", "265000", "--no-intrusion"];
/** The account of the company with the fewest machines. */
const ACCOUNT = "444455556666";

/** Serves a lake of a year of one account of a simulated company, and the console in front of it. */
export async function simulatedYear(): Promise<Lake> {
  const { folder, remove } = makeFolder();
  const world = join(folder, "world");
  run(["simulate", "--out", world, ...WORLD]);
  const months = join(folder, "months");
  mkdirSync(months);
  joinMonths(join(world, "AWSLogs", ACCOUNT), months);
  const data = join(folder, "data");
  const inventory = join(world, "inventory");
  run(["--data", data, "inventory", "import", ...readdirSync(inventory).map((name) => join(inventory, name))]);
  ingest(data, months);
  return served(data, [], remove);
}

/**
 * Puts the objects of each month into one. Thousands of small objects take the debug build a minute to read; gzip members that follow each
 * other, each with its header line, are one object as good as any.
 */
function joinMonths(from: string, to: string): void {
  const months = new Map<string, string[]>();
  for (const path of readdirSync(from, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".log.gz")).sort()) {
    const month = /_(\d{6})\d\dT\d{4}Z_/.exec(path)?.[1];
    if (!month) throw new Error(`${path} has no time in its name`);
    months.set(month, [...(months.get(month) ?? []), path]);
  }
  for (const [month, paths] of months) {
    writeFileSync(join(to, `${ACCOUNT}_vpcflowlogs_eu-west-1_fl-0a1b2c3d4e5f60718_${month}01T0000Z_0a1b2c3d.log.gz`), Buffer.concat(paths.map((path) => readFileSync(join(from, path)))));
  }
}
