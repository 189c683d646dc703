import { expect, it } from "vitest";
import { allowance } from "./RanIn";

const limits = { memory_mb: 512, cpu_seconds: 10, wall_seconds: 30, processes: 64, disk_mb: 64, output_kb: 1024 };
const spec = { backend: "auto", mode: "when-needed", isolation: "namespaces", limits, files: {}, languages: [], python: "python3", node: "node" } as const;

it("says what code may use and reach", () => {
  const said = allowance({ ...spec, languages: [] });
  expect(said).toContain("512 MB of memory");
  expect(said).toContain("1,024 kB of output; no network.");
  const far = allowance({ ...spec, languages: [], mode: "always", network: ["example.org"], image: "python:3.13" });
  expect(far).toContain("network: example.org. Each candidate has sandboxes of its own. Image python:3.13.");
});
