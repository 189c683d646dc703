// Generates src/api/schema.ts from a running server's OpenAPI document: CLADE_URL=http://127.0.0.1:7878 npm run api
import { execFileSync } from "node:child_process";

const server = process.env.CLADE_URL ?? "http://127.0.0.1:7878";
execFileSync("npx", ["openapi-typescript", `${server}/api/v1/openapi.json`, "-o", "src/api/schema.ts"], { stdio: "inherit" });
