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

const [process_, name] = [sandbox.process, "judge"];
await process_.createSession(name);
const inSession = (command, more) => process_.executeSessionCommand(name, { command, ...more });
assert.equal((await inSession("cd /tmp && export WORD=kept")).exitCode, 0);
const kept = await inSession("pwd; echo $WORD; echo aside >&2; false");
assert.deepEqual([kept.exitCode, kept.stdout, kept.stderr], [1, "/tmp\nkept\n", "aside\n"]);
const waiting = (await inSession("read line; echo got $line", { runAsync: true, suppressInputEcho: true })).cmdId;
assert.equal((await process_.getSessionCommand(name, waiting)).exitCode, undefined);
await process_.sendSessionCommandInput(name, waiting, "this\n");
const until = Date.now() + 30_000;
while ((await process_.getSessionCommand(name, waiting)).exitCode === undefined) {
  assert.ok(Date.now() < until, "the command does not end");
}
assert.equal((await process_.getSessionCommandLogs(name, waiting)).stdout, "got this\n");
assert.deepEqual((await process_.listSessions()).map((one) => one.sessionId), [name]);
await process_.deleteSession(name);
await assert.rejects(() => process_.getSession(name), /not found/i);

assert.equal((await daytona.get(sandbox.id)).id, sandbox.id);
const listed = [];
for await (const one of daytona.list()) listed.push(one.id);
assert.ok(listed.includes(sandbox.id), "it is not in the list");
await sandbox.setLabels({ project: "judged" });
await sandbox.setAutoDeleteInterval(60);
await sandbox.fs.uploadFile(Buffer.from("common"), "/work/state");
const fork = await sandbox.fork({ name: "the-fork" });
assert.notEqual(fork.id, sandbox.id);
assert.equal((await fork.fs.downloadFile("/work/state")).toString(), "common");
await assert.rejects(() => sandbox.delete(), /fork/i);
await fork.delete();
await sandbox.stop();
assert.equal(sandbox.state, "stopped");
const snapshot = `judge-${sandbox.id}`;
await sandbox.createSnapshot(snapshot);
assert.equal((await daytona.snapshot.get(snapshot)).name, snapshot);
const restored = await daytona.create({ snapshot });
assert.equal((await restored.fs.downloadFile("/work/state")).toString(), "common");
await restored.delete();
await daytona.snapshot.delete(await daytona.snapshot.get(snapshot));
await sandbox.start();
assert.equal(sandbox.state, "started");
await sandbox.delete();
await assert.rejects(() => daytona.get(sandbox.id), /not found/i);
console.log("judged");
// the SDK keeps a connection for events open
process.exit(0);
