import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { curl } from "./curl";

it("a shell reads the body back as it was, whatever stands in it", () => {
  const body = { text: `it's "so" $HOME \\ \n\`id\`` };
  const command = curl("/workspaces/local/runs", body);
  const said = execFileSync("sh", ["-c", `curl() { for one; do case $one in {*) printf %s "$one";; esac; done; }\nCLADE_TOKEN=t\n${command}`]).toString();
  expect(JSON.parse(said)).toEqual(body);
});
it("asks with GET where nothing is sent", () => {
  expect(curl("/runs/a/export", undefined, { format: "csv" })).toContain("/api/v1/runs/a/export?format=csv'");
  expect(curl("/runs/a/export")).not.toContain("--data");
});
