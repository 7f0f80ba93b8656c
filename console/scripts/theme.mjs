// Writes src/theme/generated/: the theme compiled to CSS, Cloudscape's global styles without their inlined fonts, and those fonts as files.
import { createRequire } from "node:module";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "src/theme/generated");
const scratch = join(root, "node_modules/.weir-theme");

await rm(out, { recursive: true, force: true });
await mkdir(join(out, "fonts"), { recursive: true });

// The theming module is written for bundlers, so it is bundled once for Node.
await build({
  root,
  configFile: false,
  logLevel: "warn",
  ssr: { noExternal: true },
  build: { ssr: join(root, "scripts/theme-entry.ts"), outDir: scratch, emptyOutDir: true, rollupOptions: { output: { entryFileNames: "theme.mjs" } } },
});
const { stylesheet } = await import(pathToFileURL(join(scratch, "theme.mjs")).href);
await writeFile(join(out, "theme.css"), stylesheet());

/** Weights that the console shows; the rest of the family is left out. */
const shown = new Map([["400 normal", "regular"], ["700 normal", "bold"], ["400 italic", "italic"]]);
const styles = await readFile(createRequire(import.meta.url).resolve("@cloudscape-design/global-styles/index.css"), "utf8");
let faces = "";
const without = [];
let rest = styles;
for (let start = rest.indexOf("@font-face"); start >= 0; start = rest.indexOf("@font-face")) {
  const end = rest.indexOf("}", start) + 1;
  const face = rest.slice(start, end);
  const weight = /font-weight:\s*(\d+)/.exec(face)?.[1];
  const style = /font-style:\s*(\w+)/.exec(face)?.[1];
  const name = shown.get(`${weight} ${style}`);
  const data = /base64,([^']+)'/.exec(face)?.[1];
  if (name && data) {
    await writeFile(join(out, `fonts/open-sans-${name}.woff2`), Buffer.from(data, "base64"));
    faces += `@font-face{font-family:"Open Sans";font-weight:${weight};font-style:${style};font-display:swap;src:url("./fonts/open-sans-${name}.woff2") format("woff2")}\n`;
  }
  without.push(rest.slice(0, start));
  rest = rest.slice(end);
}
if (!faces) throw new Error("no fonts were found in Cloudscape's global styles");
await writeFile(join(out, "base.css"), faces + without.join("") + rest);
