import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The command under test: `WEIR_BIN`, else the release build beside the console. */
const BINARY = process.env.WEIR_BIN ?? join(import.meta.dirname, "../../../target/release/weir");

/** A smaller world than the demo's, with the same intrusion in it. */
const WORLD = ["--days", "17", "--instances", "15", "--records", "130000"];

export interface Server {
  url: string;
  stop: () => void;
}

/** A folder for a lake, and what removes it. */
export function makeFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "weir-console-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs a command to its end and gives what it printed. */
export function run(args: readonly string[]): string {
  const made = spawnSync(BINARY, args, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8", maxBuffer: 1 << 28 });
  if (made.error) throw made.error;
  if (made.status !== 0) throw new Error(`weir ${args.join(" ")} failed: ${made.stderr}`);
  return made.stdout;
}

/** Makes the demo world in a folder: simulated, ingested, watched. */
export function makeDemo(folder: string): void {
  run(["--data", folder, "demo", "--no-serve", ...WORLD]);
}

/** Logs of real accounts, beside the project or in `WEIR_SHARED`; they are not part of it. */
const SAMPLES = join(process.env.WEIR_SHARED ?? join(import.meta.dirname, "../../../../shared"), "data/samples");
const SAMPLE_SOURCES = ["elastic-integrations-aws", "beats-aws-vpcflow", "flowlogs-reader", "lambda-promtail/vpcflowlog.log.gz", "aws-vpc-flow-logs-parser-basanthpr"];

/** Ingests the samples; false when there are none. */
export function ingestSamples(folder: string): boolean {
  const sources = SAMPLE_SOURCES.map((source) => join(SAMPLES, source)).filter((source) => existsSync(source));
  if (sources.length === 0) return false;
  run(["--data", folder, "ingest", ...sources]);
  return true;
}

/** Makes a token for whoever asks a lake. */
export function makeToken(folder: string): string {
  return run(["--data", folder, "token", "create", "e2e"]).trim();
}

/** Reads a file or a folder of flow logs into a lake, without looking for findings. */
export function ingest(folder: string, file: string, config: string[] = []): void {
  run(["--data", folder, ...config, "ingest", "--no-detect", file]);
}

/** Serves a lake on a free port. */
export async function serve(folder: string, config: string[] = []): Promise<Server> {
  const child = spawn(BINARY, ["--data", folder, ...config, "serve", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, WEIR_LOG: "info" } });
  return { url: await addressOf(child), stop: () => child.kill() };
}

/** Serves an empty lake with these settings, which may name sources. */
export async function collect(settings: (folder: string) => string): Promise<Server & { folder: string }> {
  const { folder, remove } = makeFolder();
  const config = join(folder, "weir.toml");
  writeFileSync(config, settings(folder));
  const server = await serve(join(folder, "data"), ["--config", config]);
  return {
    folder,
    url: server.url,
    stop: () => {
      server.stop();
      remove();
    },
  };
}

/** The address that a process says it listens on. */
export function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    for (const stream of [child.stderr, child.stdout]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        said.push(line);
        const found = /http:\/\/[\w.[\]:]+/.exec(line.replaceAll(/\u001b\[[0-9;]*m/g, ""));
        if (found) resolve(found[0].replace(/\/$/, ""));
      });
    }
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`it ended with ${code} before it listened: ${said.join("\n")}`)));
  });
}
