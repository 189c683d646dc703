// Writes src/api/schema.d.ts from ../docs/openapi.json; with --check it only says whether that file is as the document gives it.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const file = new URL("../src/api/schema.d.ts", import.meta.url);

/**
 * Says two things as the generator understands them. Of fields beside `anyOf` it makes one more alternative; beside `oneOf` it makes what both
 * say: fields that are always there. A tuple with a length it makes a tuple of tuples.
 */
function understood(schema) {
  if (Array.isArray(schema)) return schema.map(understood);
  if (schema === null || typeof schema !== "object") return schema;
  let whole = schema;
  if (schema.anyOf && schema.properties) {
    const { anyOf, ...rest } = schema;
    whole = { ...rest, oneOf: anyOf };
  }
  if (schema.prefixItems) {
    const { minItems, maxItems, ...rest } = schema;
    whole = rest;
  }
  return Object.fromEntries(Object.entries(whole).map(([key, value]) => [key, understood(value)]));
}

const document = understood(JSON.parse(readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8")));
const text = `// Made by \`npm run types\` from docs/openapi.json; do not edit.\n${astToString(await openapiTS(document, { alphabetize: true, arrayLength: true, defaultNonNullable: false }))}`;
if (!process.argv.includes("--check")) {
  writeFileSync(file, text);
} else if (readFileSync(file, "utf8") !== text) {
  console.error("src/api/schema.d.ts differs from what docs/openapi.json gives: run `npm run types` in ui/ and commit the file");
  process.exit(1);
}
