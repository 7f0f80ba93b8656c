import { spawn } from "node:child_process";
import { join } from "node:path";
import { addressOf, makeDemo, makeFolder, serve, type Server } from "./weir";

/** Serves the demo world, and an empty lake, with the built console in front of each. */
export default async function setup(): Promise<() => void> {
  const [full, empty] = [makeFolder(), makeFolder()];
  makeDemo(full.folder);
  const [weir, bare] = [await serve(full.folder), await serve(empty.folder)];
  const [front, bareFront] = [await frontOf(weir), await frontOf(bare)];
  process.env.WEIR_URL = weir.url;
  process.env.CONSOLE_URL = front.url;
  process.env.EMPTY_CONSOLE_URL = bareFront.url;
  return () => {
    for (const each of [front, bareFront, weir, bare]) each.stop();
    full.remove();
    empty.remove();
  };
}

/** Where the console of a server is: a preview of `dist` that hands questions on, or with `WEIR_EMBEDDED` the one built into the server. */
async function frontOf(server: Server): Promise<Server> {
  if (process.env.WEIR_EMBEDDED) return { url: server.url, stop: () => undefined };
  const root = join(import.meta.dirname, "../..");
  const preview = spawn(process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "preview", "--host", "127.0.0.1", "--port", "0"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, WEIR_SERVER: server.url },
  });
  return { url: await addressOf(preview), stop: () => preview.kill() };
}
