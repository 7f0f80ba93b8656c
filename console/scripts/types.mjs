// Writes src/api/schema.d.ts: the types of the HTTP interface, from its OpenAPI document.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const root = new URL("..", import.meta.url);
const document = JSON.parse(await readFile(new URL("../openapi.json", root), "utf8"));
// Each operation is typed at its path: names of operations need not be unique then.
for (const path of Object.values(document.paths)) {
  for (const operation of Object.values(path)) delete operation.operationId;
}
const nodes = await openapiTS(document);
await writeFile(new URL("src/api/schema.d.ts", root), `// Generated from openapi.json by \`npm run types\`.\n\n${astToString(nodes)}`);
