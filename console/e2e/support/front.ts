import { spawn } from "node:child_process";
import { join } from "node:path";
import { addressOf, type Server } from "./weir";

/** Where the console of a server is: a preview of `dist` that hands questions on, or with `WEIR_EMBEDDED` the one built into the server. */
export async function frontOf(server: Server): Promise<Server> {
  if (process.env.WEIR_EMBEDDED) return { url: server.url, stop: () => undefined };
  const root = join(import.meta.dirname, "../..");
  const preview = spawn(process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "preview", "--host", "127.0.0.1", "--port", "0"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, WEIR_SERVER: server.url },
  });
  return { url: await addressOf(preview), stop: () => preview.kill() };
}
