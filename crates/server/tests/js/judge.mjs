// supabase-js against a project: node judge.mjs URL PUBLISHABLE_KEY SERVICE_TOKEN SERVER RUN
// With `-` as SERVER only Auth is judged: signing up must need no mail there.
// The assertions about Auth are those that passed against the real server.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const [url, key, service, server, run] = process.argv.slice(2);
const require = createRequire(`${process.env.CLADE_TEST_NODE_MODULES}/`);
const { createClient } = require("@supabase/supabase-js");

const client = (token) =>
  createClient(url, key, {
    db: { schema: "promptclade" },
    auth: { persistSession: false, autoRefreshToken: false },
    // Node 20 has no WebSocket, and none is needed
    realtime: { transport: class {} },
    ...(token ? { global: { headers: { Authorization: `Bearer ${token}` } } } : {}),
  });
const fails = async (asked, status, code) => {
  const { error } = await asked;
  assert.ok(error, `expected ${code}`);
  assert.deepEqual([error.status, error.code], [status, code]);
  return error;
};

const password = "correct horse battery";
const email = `js-${process.pid}@example.org`;
const zoe = client();
const up = await zoe.auth.signUp({ email, password, options: { data: { display_name: "Zoë" } } });
assert.equal(up.error, null);
assert.equal(up.data.user.email, email);
await fails(client().auth.signUp({ email, password }), 422, "user_already_exists");
await fails(client().auth.signInWithPassword({ email, password: "wrong password" }), 400, "invalid_credentials");
const weak = await fails(client().auth.signUp({ email: `weak-${email}`, password: "x" }), 422, "weak_password");
assert.deepEqual(weak.reasons, ["length"]);

const first = (await zoe.auth.signInWithPassword({ email, password })).data.session;
const { data: refreshed, error: refused } = await zoe.auth.refreshSession();
assert.equal(refused, null);
assert.notEqual(refreshed.session.refresh_token, first.refresh_token);
// verified here against the published keys, without asking
const { data: claims, error: bad } = await zoe.auth.getClaims();
assert.equal(bad, null);
assert.deepEqual([claims.claims.sub, claims.header.alg], [up.data.user.id, "ES256"]);
assert.equal((await zoe.auth.getUser()).data.user.email, email);

async function rows() {
  // nobody of a workspace sees anything; a member sees their run and what hangs on it
  const none = await zoe.from("runs").select("id");
  assert.deepEqual([none.error, none.data], [null, []]);
  const token = refreshed.session.access_token;
  const ask = async (path, init = {}) => {
    const headers = { Authorization: `Bearer ${init.token ?? token}`, "Content-Type": "application/json" };
    const answer = await fetch(`${server}/api/v1${path}`, { ...init, headers });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
  };
  const me = (await ask("/session")).user;
  await ask("/workspaces/north/members", {
    token: process.env.CLADE_KEEPER,
    method: "POST",
    body: JSON.stringify({ login: me.login, role: "viewer" }),
  });
  const runs = await zoe.from("runs").select("id, workspace");
  assert.deepEqual([runs.error, runs.data], [null, [{ id: run, workspace: "north" }]]);
  const events = await zoe.from("events").select("seq", { count: "exact", head: true });
  assert.ok(events.count > 10);
  const people = await zoe.rpc("people");
  assert.ok(people.data.some((person) => person.me && person.id === me.id));
  const said = await zoe.from("records").insert({ kind: "comment", parent: run, body: JSON.stringify({ text: "from JavaScript" }) }).select();
  assert.equal(said.error, null);
  assert.ok((await ask(`/runs/${run}/comments`)).items.some((comment) => comment.text === "from JavaScript" && comment.by === me.id));
  // and no more than that
  const snapshot = await zoe.from("snapshots").insert({ run: 1, name: "mine" });
  assert.deepEqual([snapshot.status, snapshot.error.code], [403, "42501"]);
  const promoted = await zoe.from("records").update({ body: JSON.stringify({ role: "admin" }) }).eq("kind", "member").select();
  assert.deepEqual([promoted.error, promoted.data], [null, []]);
  for (const table of ["texts", "answers", "leases", "examples"]) {
    assert.equal((await zoe.from(table).select()).error.code, "42501", table);
  }
  assert.deepEqual((await zoe.from("records").select().in("kind", ["user", "token", "provider key", "session"])).data, []);
  const anonymous = await client().from("runs").select();
  assert.deepEqual([anonymous.status, anonymous.error.code], [401, "42501"]);
  const hidden = await zoe.rpc("workspaces", { minimum: "viewer" });
  assert.deepEqual([hidden.status, hidden.error.code], [404, "PGRST202"]);
}
// a real project has no run of ours
if (server !== "-") await rows();

// an admin of the project
const admin = client(service);
const page = await admin.auth.admin.listUsers({ page: 1, perPage: 2 });
assert.equal(page.error, null);
assert.ok(page.data.total >= 1);
const ada = await admin.auth.admin.createUser({ email: `ada-${email}`, password, email_confirm: true });
assert.equal(ada.error, null);
await fails(admin.auth.admin.createUser({ email: `ada-${email}`, password }), 422, "email_exists");
assert.equal((await admin.auth.admin.updateUserById(ada.data.user.id, { ban_duration: "24h" })).error, null);
await fails(client().auth.signInWithPassword({ email: `ada-${email}`, password }), 400, "user_banned");
assert.equal((await admin.auth.admin.deleteUser(ada.data.user.id)).error, null);

assert.equal((await zoe.auth.signOut()).error, null);
await fails(client().auth.refreshSession({ refresh_token: refreshed.session.refresh_token }), 400, "refresh_token_not_found");
console.log("judged by supabase-js");
