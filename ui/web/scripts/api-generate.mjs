// Writes src/api/schema.d.ts from the API's description. The result is committed; a unit test fails when it is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

export const DOCUMENT = fileURLToPath(new URL("../../../api/rest/openapi.json", import.meta.url));
export const SCHEMA = fileURLToPath(new URL("../src/api/schema.d.ts", import.meta.url));

const HEADER = `// Made from api/rest/openapi.json by \`npm run api:generate\`. Do not edit.

`;

export async function generate() {
  const document = JSON.parse(readFileSync(DOCUMENT, "utf8"));
  return HEADER + astToString(await openapiTS(document));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(SCHEMA, await generate());
}
