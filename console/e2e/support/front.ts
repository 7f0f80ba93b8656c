import { spawn } from "node:child_process";
import { join } from "node:path";
import { addressOf, serve, type Server } from "./weir";

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

/** A served lake with the console in front of it. */
export interface Lake {
  url: string;
  console: string;
  stop: () => void;
}

/** Serves a lake and the console in front of it; `remove` is what is left to do when both have ended. */
export async function served(data: string, settings: string[], remove: () => void): Promise<Lake> {
  const weir = await serve(data, settings);
  const front = await frontOf(weir);
  return {
    url: weir.url,
    console: front.url,
    stop: () => {
      front.stop();
      weir.stop();
      remove();
    },
  };
}
