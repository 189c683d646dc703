//! What people may write through PostgREST, beside what the API lets them do.

use clade_domain::Role;
use serde_json::{Value, json};

use crate::{
    common::{answer, client, text},
    project::Somebody,
    row_level_security::{Scene, body, column},
};

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
        // what is blank to the API is blank here, a text is a string, and none has a character of number 0
        let blank = ["   ", "\u{a0}\u{2003}", "\u{b}\u{85}\u{3000}\u{2028}\u{1680}", "\u{0}"]
            .map(|words| json!({ "text": words }));
        for body in blank.into_iter().chain([json!({ "text": 42 }), json!({ "text": ["a"] }), json!({ "text": null })])
        {
            let row = json!({ "kind": "comment", "parent": scene.run, "body": body.to_string() });
            let (status, _) = who.ask("POST", "records", Some(&row)).await;
            assert!(status >= 400, "{name}: {body}");
            if role.is_some() {
                let (status, said) = scene.said(who, &format!("/runs/{}/comments", scene.run), &body).await;
                assert!([400, 422].contains(&status), "{name}: {body}: {status} {said}");
            }
        }
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
    for name in [json!("\u{a0}\u{2003}"), json!(42), json!("a\u{200b}b"), json!("a\u{85}b"), json!("a\u{0}b")] {
        renamed["name"] = name.clone();
        let (status, done) =
            admin.ask("PATCH", "records?kind=eq.workspace", Some(&json!({ "body": renamed.to_string() }))).await;
        assert!(status >= 400, "{name}: {done}");
    }
    renamed["name"] = json!("The north");
    renamed["budget"] = json!({ "usd": 1e9 });
    let (status, _) =
        admin.ask("PATCH", "records?kind=eq.workspace", Some(&json!({ "body": renamed.to_string() }))).await;
    assert_eq!(status, 403);
    // a role of the team's that inherits from `authenticated` gets no further
    let claims = json!({ "iss": scene.project.auth.issuer(), "sub": admin.subject, "role": "agent" });
    let workspaces =
        "SELECT body::json ->> 'budget' FROM promptclade.records WHERE kind = 'workspace' AND id = 'north'";
    let before = scene.project.sql(workspaces);
    scene.project.sql(&format!(
        "DO $do$ BEGIN CREATE ROLE agent NOLOGIN INHERIT IN ROLE authenticated; EXCEPTION WHEN duplicate_object OR unique_violation THEN \
         NULL; END $do$; \
         DO $do$ BEGIN PERFORM set_config('role', 'agent', true), set_config('request.jwt.claims', '{claims}', true); \
         UPDATE promptclade.records SET body = jsonb_set(body::jsonb, '{{budget}}', '{{\"usd\":5}}')::text \
         WHERE kind = 'workspace'; RAISE 'it was changed'; EXCEPTION WHEN insufficient_privilege THEN NULL; END $do$"
    ));
    assert_eq!(scene.project.sql(workspaces), before);

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
