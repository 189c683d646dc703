//! What people see and write through PostgREST, beside what the API shows them and lets them do: every role, every table, every verb.

use std::collections::BTreeSet;

use clade_domain::Role;
use clade_engine::now;
use clade_store_postgres::PostgresStore;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    common::{answer, client, run_file, text},
    project::{Project, Somebody, migrations},
};

/// The tables are made by the same statements as without Supabase, a migration for each format.
#[test]
fn the_migrations_make_the_tables_of_the_store() {
    let formats = PostgresStore::scripts("promptclade");
    let files: Vec<_> =
        migrations().into_iter().filter(|path| path.to_str().unwrap().contains("_promptclade_format_")).collect();
    if std::env::var_os("CLADE_WRITE_DOCS").is_some() && files.len() == formats.len() {
        files.iter().zip(&formats).for_each(|(path, sql)| std::fs::write(path, sql).unwrap());
    }
    let there: Vec<String> = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert!(
        there == formats,
        "supabase/migrations has not what the store makes; add DATE_promptclade_format_{}.sql (empty, then CLADE_WRITE_DOCS=1), with \
         row-level security for its tables",
        formats.len()
    );
}

/// A project with a run in each of two workspaces, and somebody of each role in the first.
struct Scene {
    project: Project,
    people: Vec<(&'static str, Option<Role>, Somebody)>,
    run: String,
    other: String,
}

impl Scene {
    async fn new() -> Option<Self> {
        let project = Project::start().await?;
        let server = &project.server;
        let keeper = server.person("keeper", true).await;
        let [north, south] = [server.workspace("north", &keeper).await, server.workspace("south", &keeper).await];
        let roles = [
            ("viewer", Some(Role::Viewer)),
            ("user", Some(Role::User)),
            ("admin", Some(Role::Admin)),
            ("outsider", None),
        ];
        let mut people = Vec::new();
        for (name, role) in roles {
            let somebody = project.person(name).await;
            let id = somebody.id.parse().unwrap();
            if let Some(role) = role {
                server.accounts.add_member(&north, &id, role, (&keeper.user, Role::Admin), now()).await.unwrap();
            }
            people.push((name, role, somebody));
        }
        let mut runs = Vec::new();
        for workspace in [&north, &south] {
            let made = keeper.post(&format!("/workspaces/{workspace}/runs"), run_file(60), 201).await;
            let run = text(&made["run"]);
            keeper.ended(&run).await;
            keeper.get(&format!("/runs/{run}/lineage")).await;
            keeper.post(&format!("/runs/{run}/comments"), json!({ "text": "look here" }), 201).await;
            keeper.post(&format!("/runs/{run}/snapshots"), json!({ "name": "first" }), 201).await;
            let kept = json!({ "name": "greeting", "text": "Hello {{name}}", "note": "" });
            keeper.post(&format!("/workspaces/{workspace}/library/prompt"), kept, 201).await;
            let key = keeper.ask(Method::PUT, &format!("/workspaces/{workspace}/keys/OPENAI_API_KEY"));
            answer(key.json(&json!({ "key": "sk-very-secret" })), 200).await;
            keeper
                .post(&format!("/workspaces/{workspace}/invitations"), json!({ "role": "user", "note": "" }), 201)
                .await;
            keeper.post(&format!("/runs/{run}/shares"), json!({ "note": "" }), 201).await;
            runs.push(run);
        }
        Some(Self { project, people, run: runs.remove(0), other: runs.remove(0) })
    }

    fn somebody(&self, name: &str) -> &Somebody {
        &self.people.iter().find(|(own, ..)| *own == name).unwrap().2
    }

    /// What the API says to somebody.
    async fn api(&self, who: &Somebody, path: &str, status: u16) -> Value {
        answer(client().get(format!("{}/api/v1{path}", self.project.server.url)).bearer_auth(who.token()), status).await
    }

    fn tables(&self) -> Vec<String> {
        let tables = self.project.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'promptclade' ORDER BY 1");
        tables.lines().map(str::to_owned).collect()
    }
}

fn column(rows: &[Value], name: &str) -> BTreeSet<String> {
    rows.iter().map(|row| row[name].as_str().map_or_else(|| row[name].to_string(), ToOwned::to_owned)).collect()
}

fn body(row: &Value) -> Value {
    serde_json::from_str(row["body"].as_str().unwrap()).unwrap()
}

/// Tables that members see something of.
const SEEN: [&str; 6] = ["events", "lineage_edges", "lineage_nodes", "records", "runs", "snapshots"];

#[tokio::test]
async fn everybody_sees_what_the_api_shows_them() {
    let Some(scene) = Scene::new().await else { return };
    for (name, role, who) in &scene.people {
        let member = role.is_some();
        let runs = who.rows("runs?select=id,workspace").await;
        let shown = match role {
            Some(_) => column(scene.api(who, "/workspaces/north/runs", 200).await["items"].as_array().unwrap(), "run"),
            None => {
                scene.api(who, "/workspaces/north/runs", 404).await;
                BTreeSet::new()
            }
        };
        assert_eq!(column(&runs, "id"), shown, "{name}");
        assert_eq!(shown.len(), usize::from(member), "{name}");
        scene.api(who, &format!("/runs/{}", scene.other), 404).await;
        for table in scene.tables() {
            let (status, rows) = who.ask("GET", &table, None).await;
            if !SEEN.contains(&table.as_str()) {
                assert_eq!((status, &rows["code"]), (403, &json!("42501")), "{name} {table}");
                continue;
            }
            assert_eq!(status, 200, "{name} {table}: {rows}");
            // an account sees the identity that is its own
            let none = if table == "records" { 1 } else { 0 };
            let some = rows.as_array().unwrap().len();
            // both runs are alike, and have parents
            assert!(if member { some > none } else { some == none }, "{name} {table}: {some} rows");
        }
        let events = who.rows("events?select=seq,body,run").await;
        if member {
            let journal = client().get(format!("{}/api/v1/runs/{}/journal", scene.project.server.url, scene.run));
            let journal = journal.bearer_auth(who.token()).send().await.unwrap().text().await.unwrap();
            assert_eq!(events.len(), journal.lines().count(), "{name}");
            assert_eq!(column(&events, "run").len(), 1, "{name}");
            let snapshots = scene.api(who, &format!("/runs/{}/snapshots", scene.run), 200).await;
            let there = who.rows("snapshots").await;
            assert_eq!(column(&there, "name"), column(snapshots["items"].as_array().unwrap(), "name"));
            let members = scene.api(who, "/workspaces/north/members", 200).await;
            let there = who.rows("records?kind=eq.member").await;
            assert_eq!(column(&there, "user"), column(members["items"].as_array().unwrap(), "user"), "{name}");
            let people = who.rows("rpc/people").await;
            assert_eq!(column(&people, "login"), column(members["items"].as_array().unwrap(), "login"), "{name}");
            let comments = scene.api(who, &format!("/runs/{}/comments", scene.run), 200).await;
            assert_eq!(
                column(&who.rows("records?kind=eq.comment").await, "id"),
                column(comments["items"].as_array().unwrap(), "id")
            );
            let items = scene.api(who, "/workspaces/north/library/prompt", 200).await;
            assert_eq!(who.rows("records?kind=eq.item").await.len(), items["items"].as_array().unwrap().len());
            assert_eq!(who.rows("records?kind=eq.version").await.len(), 1);
            assert_eq!(
                column(&who.rows("records?kind=eq.workspace").await, "id"),
                BTreeSet::from(["north".to_owned()])
            );
        } else {
            assert_eq!(column(&who.rows("rpc/people").await, "me"), BTreeSet::from(["true".to_owned()]));
        }
        let audit = who.rows("records?kind=eq.audit%20entry&select=id").await;
        if *role == Some(Role::Admin) {
            let log = client().get(format!("{}/api/v1/workspaces/north/audit.jsonl", scene.project.server.url));
            let log = log.bearer_auth(who.token()).send().await.unwrap().text().await.unwrap();
            assert_eq!(audit.len(), log.lines().count());
        } else {
            assert!(audit.is_empty(), "{name}");
        }
        // nothing with a secret in it, of whatever kind
        let kinds = column(&who.rows("records?select=kind").await, "kind");
        let open = ["audit entry", "comment", "identity", "item", "member", "version", "workspace"];
        assert!(kinds.iter().all(|kind| open.contains(&kind.as_str())), "{name}: {kinds:?}");
    }
    let all = scene.project.sql("SELECT string_agg(DISTINCT kind, ',' ORDER BY kind) FROM promptclade.records");
    for kind in ["invitation", "provider key", "share", "token", "user"] {
        assert!(all.contains(kind), "there is no {kind} to hide: {all}");
    }
    scene.project.server.stop().await;
}

#[tokio::test]
async fn who_is_not_known_sees_nothing() {
    let Some(scene) = Scene::new().await else { return };
    let until = now().0 / 1_000 + 600;
    let admin = scene.project.sql(
        "SELECT id FROM promptclade.records WHERE kind = 'identity' AND \"user\" = (SELECT \"user\" FROM promptclade.records WHERE \
         kind = 'member' AND body::json ->> 'role' = 'admin' AND workspace = 'north' AND \"user\" IN (SELECT \"user\" FROM \
         promptclade.records WHERE kind = 'identity'))",
    );
    let (issuer, subject) = admin.split_once(' ').unwrap();
    let good = json!({ "iss": issuer, "aud": "authenticated", "sub": subject, "exp": until, "role": "authenticated" });
    let with = |change: Value| {
        let mut claims = good.clone();
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    };
    let known = scene.project.stranger(Some(&good));
    assert_eq!(known.rows("runs").await.len(), 1, "the control: this is the admin");
    // PostgREST itself asks neither for the issuer nor for a subject that is anybody
    for claims in [
        with(json!({ "iss": "https://other.supabase.co/auth/v1" })),
        with(json!({ "iss": null })),
        with(json!({ "sub": null })),
        with(json!({ "sub": "00000000-0000-4000-a000-000000000000" })),
        with(json!({ "sub": "no uuid ' at all" })),
    ] {
        let who = scene.project.stranger(Some(&claims));
        for table in SEEN {
            assert_eq!(who.rows(table).await, Vec::<Value>::new(), "{claims} {table}");
        }
        assert_eq!(who.rows("rpc/people").await, Vec::<Value>::new(), "{claims}");
        let (status, refused) = who
            .ask(
                "POST",
                "records",
                Some(&json!({ "kind": "comment", "parent": scene.run, "body": "{\"text\":\"me\"}" })),
            )
            .await;
        assert_eq!((status, &refused["code"]), (403, &json!("42501")), "{claims}: {refused}");
    }
    for claims in [
        None,
        Some(with(json!({ "role": null }))),
        Some(with(json!({ "role": "service_role" }))),
        Some(with(json!({ "role": "promptclade_owner" }))),
        Some(with(json!({ "exp": 1_000 }))),
        Some(with(json!({ "aud": "them" }))),
    ] {
        let who = scene.project.stranger(claims.as_ref());
        for table in scene.tables() {
            let (status, body) = who.ask("GET", &table, None).await;
            assert!((400..404).contains(&status) && !body.is_array(), "{claims:?} {table}: {status} {body}");
        }
    }
    // disabled here, whatever the project says
    scene.project.sql(&format!(
        "UPDATE promptclade.records SET body = (body::jsonb || '{{\"disabled\": true}}')::text WHERE kind = 'user' AND id = '{}'",
        scene.somebody("admin").id
    ));
    assert_eq!(known.rows("runs").await, Vec::<Value>::new());
    scene.project.server.stop().await;
}

/// What somebody tries on a table that is theirs to read or not: everything, with rows that are there and rows that are not.
#[tokio::test]
async fn nobody_writes_what_the_api_would_not_let_them_write() {
    let Some(scene) = Scene::new().await else { return };
    let tables = scene.tables();
    let admin = scene.somebody("admin").id.clone();
    let before = scene.project.figure(&tables);
    let nobody = scene.project.stranger(None);
    let everybody = scene.people.iter().map(|(name, role, who)| (*name, *role, who)).chain([("anon", None, &nobody)]);
    for (name, role, who) in everybody {
        for table in &tables {
            let first = scene.project.sql(&format!(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'promptclade' AND table_name = '{table}' \
                 ORDER BY ordinal_position LIMIT 1"
            ));
            // whole rows as they are: to add again, to change to themselves, to remove
            let row: Value = serde_json::from_str(&scene.project.sql(&format!(
                "SELECT coalesce((SELECT to_json(t) FROM promptclade.{table} t LIMIT 1), '{{}}'::json)"
            )))
            .unwrap();
            let attempts = [
                ("POST", table.clone(), Some(row.clone())),
                ("POST", table.clone(), Some(json!({}))),
                ("PUT", format!("{table}?{first}=eq.0"), Some(row.clone())),
                ("PATCH", format!("{table}?{first}=not.is.null"), Some(json!({ &first: row[&first] }))),
            ];
            for (verb, path, body) in attempts {
                let (status, said) = who.ask(verb, &path, body.as_ref()).await;
                assert!(status >= 400, "{name}: {verb} {path}: {status} {said}");
            }
            if table != "records" {
                let (status, said) = who.ask("DELETE", &format!("{table}?{first}=not.is.null"), None).await;
                assert!(status >= 400, "{name}: DELETE {table}: {status} {said}");
            }
        }
        // rows of `records` by kind
        for kind in scene.project.sql("SELECT DISTINCT kind FROM promptclade.records").lines() {
            let path = format!("records?kind=eq.{}", kind.replace(' ', "%20"));
            if !(kind == "member" || (kind == "comment" && role == Some(Role::Admin))) {
                let (status, gone) = who.ask("DELETE", &path, None).await;
                assert!(status >= 400 || gone == json!([]), "{name}: DELETE {kind}: {status} {gone}");
            }
            if !(["workspace", "member"].contains(&kind) && role == Some(Role::Admin)) {
                let (status, changed) = who.ask("PATCH", &path, Some(&json!({ "body": "{}" }))).await;
                assert!(status >= 400 || changed == json!([]), "{name}: PATCH {kind}: {status} {changed}");
            }
            let add = json!({ "kind": kind, "parent": scene.run, "body": "{}" });
            let (status, said) = who.ask("POST", "records", Some(&add)).await;
            assert!(status >= 400, "{name}: POST {kind}: {status} {said}");
        }
        // others out of the workspace, oneself up
        if role != Some(Role::Admin) {
            let change = json!({ "body": "{\"role\":\"admin\"}" });
            let (status, done) = who.ask("PATCH", "records?kind=eq.member", Some(&change)).await;
            assert!(status >= 400 || done == json!([]), "{name}: {status} {done}");
            let others = format!("records?kind=eq.member&user=eq.{admin}");
            let (status, gone) = who.ask("DELETE", &others, None).await;
            assert!(status >= 400 || gone == json!([]), "{name}: {status} {gone}");
        }
        assert_eq!(scene.project.figure(&tables), before, "{name} changed something");
    }
    scene.project.server.stop().await;
}

#[tokio::test]
async fn people_write_what_their_role_permits_and_the_log_has_it() {
    let Some(scene) = Scene::new().await else { return };
    let said = |run: &str, words: &str| json!({ "kind": "comment", "parent": run, "body": json!({ "text": words }).to_string() });
    for (name, role, who) in &scene.people {
        // comments: whoever may see the run; of another workspace nobody
        let (status, made) = who.ask("POST", "records", Some(&said(&scene.run, &format!("  says {name} ")))).await;
        assert_eq!(status, if role.is_some() { 201 } else { 403 }, "{name}: {made}");
        let (status, _) = who.ask("POST", "records", Some(&said(&scene.other, "me too"))).await;
        assert_eq!(status, 403, "{name}");
        let (status, _) = who.ask("POST", "records", Some(&said(&scene.run, "   "))).await;
        assert!(status >= 400, "{name}");
        if role.is_some() {
            let seen = scene.api(who, &format!("/runs/{}/comments", scene.run), 200).await;
            let last = seen["items"].as_array().unwrap().last().unwrap().clone();
            assert_eq!((&last["by"], &last["text"]), (&json!(who.id), &json!(format!("says {name}"))));
            // its author takes it back, somebody else does not, an admin does
            let path = format!("records?kind=eq.comment&id=eq.{}", text(&last["id"]));
            if *name != "viewer" {
                assert_eq!(scene.somebody("viewer").ask("DELETE", &path, None).await, (200, json!([])));
            }
            let by = if *name == "viewer" { scene.somebody("admin") } else { who };
            assert_eq!(by.ask("DELETE", &path, None).await.1.as_array().map(Vec::len), Some(1), "{name}");
        }
        // snapshots: users and admins
        let no = scene.project.sql(&format!("SELECT no FROM promptclade.runs WHERE id = '{}'", scene.run));
        let wanted = json!({ "run": no.parse::<i64>().unwrap(), "name": format!("by-{name}") });
        let (status, made) = who.ask("POST", "snapshots", Some(&wanted)).await;
        let may = matches!(role, Some(Role::User | Role::Admin));
        assert_eq!(status, if may { 201 } else { 403 }, "{name}: {made}");
        let (status, _) = who.ask("POST", "snapshots", Some(&json!({ "run": wanted["run"], "name": "best" }))).await;
        assert!(status >= 400, "{name}");
    }
    let snapshots = scene.api(scene.somebody("viewer"), &format!("/runs/{}/snapshots", scene.run), 200).await;
    let names = column(snapshots["items"].as_array().unwrap(), "name");
    assert_eq!(names, ["by-admin", "by-user", "first"].map(str::to_owned).into());

    // a workspace's name and members' roles: admins
    let admin = scene.somebody("admin");
    let workspace = admin.rows("records?kind=eq.workspace").await.remove(0);
    let mut renamed = body(&workspace);
    renamed["name"] = json!("The north");
    let (status, done) =
        admin.ask("PATCH", "records?kind=eq.workspace", Some(&json!({ "body": renamed.to_string() }))).await;
    assert_eq!(status, 200, "{done}");
    let seen = scene.api(admin, "/workspaces/north", 200).await;
    assert_eq!((&seen["name"], &seen["revision"]), (&json!("The north"), &json!(2)));
    renamed["budget"] = json!({ "usd": 1e9 });
    let (status, _) =
        admin.ask("PATCH", "records?kind=eq.workspace", Some(&json!({ "body": renamed.to_string() }))).await;
    assert_eq!(status, 403);

    let member = async |name: &str| {
        let path = format!("records?kind=eq.member&user=eq.{}", scene.somebody(name).id);
        let row = admin.rows(&path).await.remove(0);
        (path, body(&row))
    };
    let (path, mut viewer) = member("viewer").await;
    viewer["role"] = json!("user");
    let (status, done) = admin.ask("PATCH", &path, Some(&json!({ "body": viewer.to_string() }))).await;
    assert_eq!(status, 200, "{done}");
    for role in ["instance", "owner", ""] {
        viewer["role"] = json!(role);
        let (status, _) = admin.ask("PATCH", &path, Some(&json!({ "body": viewer.to_string() }))).await;
        assert!(status >= 400, "{role}");
    }
    // JSON that says two things at once is written down as one
    let twice = viewer.to_string().replace("\"role\":\"\"", "\"role\":\"admin\",\"role\":\"user\"");
    assert_eq!(admin.ask("PATCH", &path, Some(&json!({ "body": twice }))).await.0, 200, "{twice}");
    scene.api(admin, "/workspaces/north/members", 200).await;
    viewer["user"] = json!(admin.id);
    viewer["role"] = json!("user");
    let (status, _) = admin.ask("PATCH", &path, Some(&json!({ "body": viewer.to_string() }))).await;
    assert_eq!(status, 403, "a membership stays its member's");
    let session = scene.api(scene.somebody("viewer"), "/session", 200).await;
    assert_eq!(session["workspaces"][0]["role"], "user");
    // somebody leaves, and sees nothing any more
    let (user_path, _) = member("user").await;
    assert_eq!(scene.somebody("user").ask("DELETE", &user_path, None).await.1.as_array().map(Vec::len), Some(1));
    assert!(scene.somebody("user").rows("runs").await.is_empty());
    scene.api(scene.somebody("user"), "/workspaces/north", 404).await;
    // the last admin stays
    let keeper = scene
        .project
        .sql("SELECT id FROM promptclade.records WHERE kind = 'user' AND body::json ->> 'login' = 'keeper'");
    let (status, _) = admin.ask("DELETE", &format!("records?kind=eq.member&user=eq.{keeper}"), None).await;
    assert_eq!(status, 200);
    let (path, _) = member("admin").await;
    let (status, said) = admin.ask("DELETE", &path, None).await;
    assert!(status == 400 && said["message"].as_str().unwrap().contains("no admin left"), "{status} {said}");
    let log = client()
        .get(format!("{}/api/v1/workspaces/north/audit.jsonl", scene.project.server.url))
        .bearer_auth(admin.token());
    let log = log.send().await.unwrap().text().await.unwrap();
    let entries: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (action, by, after) in [
        ("workspace.change", &admin.id, None),
        ("member.role", &admin.id, Some("user")),
        ("member.remove", &scene.somebody("user").id, None),
    ] {
        let fits = |entry: &&Value| {
            entry["action"] == action && entry["by"] == by.as_str() && after.is_none_or(|after| entry["after"] == after)
        };
        assert!(entries.iter().any(|entry| fits(&entry)), "{action}: {log}");
    }
    scene.project.server.stop().await;
}

/// Of two admins who take the role from one another at once one stays, whoever is first.
#[tokio::test]
async fn the_last_admin_stays_whatever_happens_at_once() {
    let Some(scene) = Scene::new().await else { return };
    let [one, two] = [scene.somebody("admin"), scene.somebody("user")];
    let role = |who: &Somebody, role: &str| {
        scene.project.sql(&format!(
            "UPDATE promptclade.records SET body = jsonb_set(body::jsonb, '{{role}}', '\"{role}\"')::text WHERE kind = 'member' AND \"user\" = '{}'",
            who.id
        ));
    };
    scene.project.sql("DELETE FROM promptclade.records WHERE kind = 'member' AND workspace = 'north' AND \"user\" NOT IN (SELECT \"user\" FROM promptclade.records WHERE kind = 'identity')");
    for _ in 0..20 {
        role(one, "admin");
        role(two, "admin");
        let (own, other) = (
            format!("records?kind=eq.member&user=eq.{}", one.id),
            format!("records?kind=eq.member&user=eq.{}", two.id),
        );
        let body = |row: &Value| {
            let mut member = body(row);
            member["role"] = json!("viewer");
            json!({ "body": member.to_string() })
        };
        let (first, second) = (body(&one.rows(&own).await[0]), body(&one.rows(&other).await[0]));
        let (done, undone) =
            tokio::join!(one.ask("PATCH", &other, Some(&second)), two.ask("PATCH", &own, Some(&first)));
        let left = scene.project.sql("SELECT count(*) FROM promptclade.records WHERE kind = 'member' AND workspace = 'north' AND body::json ->> 'role' = 'admin'");
        assert_eq!(left, "1", "{done:?} {undone:?}");
    }
    scene.project.server.stop().await;
}

/// Who cannot sign in is no admin that is left, and whom somebody took out lets nobody in any more: as where the API does it.
#[tokio::test]
async fn who_cannot_come_in_counts_for_nothing() {
    let Some(scene) = Scene::new().await else { return };
    let (project, admin) = (&scene.project, scene.somebody("admin"));
    let keeper =
        project.sql("SELECT id FROM promptclade.records WHERE kind = 'user' AND body::json ->> 'login' = 'keeper'");
    let own = format!("records?kind=eq.member&user=eq.{}", admin.id);
    let down = {
        let mut member = body(&admin.rows(&own).await[0]);
        member["role"] = json!("viewer");
        json!({ "body": member.to_string() })
    };
    let person = |change: &str| {
        project.sql(&format!(
            "UPDATE promptclade.records SET body = ({change})::text WHERE kind = 'user' AND id = '{keeper}'"
        ));
    };
    // the other admin: shut out; without a password and known to no provider; not there any more
    let disabled = |is: bool| format!("body::jsonb || '{{\"disabled\": {is}}}'");
    for (change, back) in [(disabled(true), Some(disabled(false))), ("body::jsonb - 'password'".to_owned(), None)] {
        person(&change);
        for (verb, given) in [("DELETE", None), ("PATCH", Some(&down))] {
            let (status, said) = admin.ask(verb, &own, given).await;
            let words = said["message"].as_str().unwrap_or_default();
            assert!(
                status == 400 && words.contains("no admin left who can sign in"),
                "{change} {verb}: {status} {said}"
            );
        }
        if let Some(back) = back {
            person(&back);
        }
    }
    // whom a provider knows comes in without a password
    project.sql(&format!(
        "INSERT INTO promptclade.records (kind, id, \"user\", revision, created, body) VALUES ('identity', 'there keeper', '{keeper}', 1, 1, '{{}}')"
    ));

    // an admin invites, goes, and the link is worth nothing; so it is for one whose role is less now
    let api = |path: &str| client().post(format!("{}/api/v1{path}", project.server.url));
    let invited = |who: &Somebody| api("/workspaces/north/invitations").bearer_auth(who.token());
    let role = json!({ "role": "admin", "note": "" });
    let secret = text(&answer(invited(admin).json(&role), 201).await["secret"]);
    let look = || api("/invitations/look").json(&json!({ "secret": secret }));
    answer(look(), 200).await;
    let (status, done) = admin.ask("PATCH", &own, Some(&down)).await;
    assert_eq!(status, 200, "{done}");
    answer(look(), 410).await;
    let took = json!({ "secret": secret, "login": "mallory", "password": crate::common::PASSWORD });
    answer(api("/invitations/accept").json(&took), 410).await;
    let (status, done) = admin.ask("DELETE", &own, None).await;
    assert_eq!((status, done.as_array().map(Vec::len)), (200, Some(1)), "{done}");
    answer(look(), 410).await;
    scene.project.server.stop().await;
}

/// What holds of everything in the schemas, whoever adds to them.
#[tokio::test]
async fn nothing_in_the_schemas_is_open_by_accident() {
    let Some(project) = Project::start().await else { return };
    let wrong = project.sql(include_str!("project_check.sql"));
    assert_eq!(wrong, "");
    // each line of the check fires
    project.sql(
        "CREATE TABLE promptclade.open (id text); CREATE VIEW promptclade.through AS SELECT * FROM promptclade.records; \
         CREATE FUNCTION promptclade.loose() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; \
         GRANT SELECT ON promptclade.runs TO anon; GRANT TRUNCATE ON promptclade.runs TO authenticated",
    );
    let wrong = project.sql(include_str!("project_check.sql"));
    assert_eq!(wrong.lines().count(), 6, "{wrong}");
    project.server.stop().await;
}

/// To a user whom policies concern the database would seem empty: the store says so instead.
#[tokio::test]
async fn a_server_that_policies_concern_is_refused() {
    let Some(project) = Project::start().await else { return };
    project.sql("GRANT ALL ON SCHEMA promptclade TO authenticator; GRANT ALL ON ALL TABLES IN SCHEMA promptclade TO authenticator");
    let url = project.address("authenticator");
    let refused = PostgresStore::open(clade_store_postgres::PostgresOptions::new(url)).await.map(drop).unwrap_err();
    assert!(refused.to_string().contains("row-level security hides rows from `authenticator`"), "{refused}");
    project.server.stop().await;
}
