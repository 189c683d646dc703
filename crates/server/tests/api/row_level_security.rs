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
pub struct Scene {
    pub project: Project,
    pub people: Vec<(&'static str, Option<Role>, Somebody)>,
    pub run: String,
    pub other: String,
}

impl Scene {
    pub async fn new() -> Option<Self> {
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

    pub fn somebody(&self, name: &str) -> &Somebody {
        &self.people.iter().find(|(own, ..)| *own == name).unwrap().2
    }

    /// What the API says to somebody.
    pub async fn api(&self, who: &Somebody, path: &str, status: u16) -> Value {
        answer(client().get(format!("{}/api/v1{path}", self.project.server.url)).bearer_auth(who.token()), status).await
    }

    /// What the API says to somebody who sends it something.
    pub async fn said(&self, who: &Somebody, path: &str, body: &Value) -> (u16, String) {
        let asked = client().post(format!("{}/api/v1{path}", self.project.server.url)).bearer_auth(who.token());
        let answer = asked.json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    pub fn tables(&self) -> Vec<String> {
        let tables = self.project.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'promptclade' ORDER BY 1");
        tables.lines().map(str::to_owned).collect()
    }
}

pub fn column(rows: &[Value], name: &str) -> BTreeSet<String> {
    rows.iter().map(|row| row[name].as_str().map_or_else(|| row[name].to_string(), ToOwned::to_owned)).collect()
}

pub fn body(row: &Value) -> Value {
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
