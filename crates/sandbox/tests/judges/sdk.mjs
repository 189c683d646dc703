// Daytona's official TypeScript SDK as a judge of the fake: what it sends is understood, and what comes back is what it expects.
import assert from "node:assert/strict";
import { Daytona } from "@daytona/sdk";

const [apiUrl, apiKey] = process.argv.slice(2);
const daytona = new Daytona({ apiKey, apiUrl });
const sandbox = await daytona.create({
  language: "python", labels: { project: "judge" }, envVars: { GREETING: "hello" }, networkBlockAll: true, autoStopInterval: 5,
});
assert.equal(sandbox.state, "started");
assert.equal(sandbox.labels.project, "judge");

const done = await sandbox.process.executeCommand("echo $((6*7)) && pwd", "/tmp", undefined, 10);
assert.deepEqual([done.exitCode, done.result.split(/\s+/).filter(Boolean)], [0, ["42", "/tmp"]]);
assert.equal((await sandbox.process.executeCommand("exit 3")).exitCode, 3);
await assert.rejects(() => sandbox.process.executeCommand("sleep 5", undefined, undefined, 1), /time/i);
const ran = await sandbox.process.codeRun("print(1 + 1)");
assert.deepEqual([ran.exitCode, ran.result.trim()], [0, "2"]);

const content = Buffer.from(Array.from({ length: 256 * 300 }, (_, n) => n % 256));
await sandbox.fs.uploadFile(content, "/tmp/judge/bytes.bin");
assert.ok(content.equals(await sandbox.fs.downloadFile("/tmp/judge/bytes.bin")), "the bytes came back changed");

assert.equal((await daytona.get(sandbox.id)).id, sandbox.id);
await sandbox.setLabels({ project: "judged" });
await sandbox.stop();
assert.equal(sandbox.state, "stopped");
await sandbox.start();
assert.equal(sandbox.state, "started");
await sandbox.delete();
await assert.rejects(() => daytona.get(sandbox.id), /not found/i);
console.log("judged");
// the SDK keeps a connection for events open
process.exit(0);
