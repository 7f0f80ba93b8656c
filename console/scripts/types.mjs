// Writes src/api/schema.d.ts: the types of the HTTP interface, from its OpenAPI document. With --check, only says whether it is so.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const root = new URL("..", import.meta.url);
const document = JSON.parse(await readFile(new URL("../openapi.json", root), "utf8"));
// Each operation is typed at its path: names of operations need not be unique then.
for (const path of Object.values(document.paths)) {
  for (const operation of Object.values(path)) delete operation.operationId;
}
const nodes = await openapiTS(document);
const path = new URL("src/api/schema.d.ts", root);
const text = `// Generated from openapi.json by \`npm run types\`.\n\n${astToString(nodes)}`;
if (process.argv.includes("--check")) {
  if ((await readFile(path, "utf8")) !== text) {
    console.error("src/api/schema.d.ts is not what openapi.json says: run npm run types");
    process.exit(1);
  }
} else {
  await writeFile(path, text);
}
