use clade_domain::Role;
use clade_engine::now;
use clade_server::{Mode, openapi};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::common::{Server, answer, client, problem, run_file, text};

const HEADER: &str = "x-clade-share";

/// Asks with a link and nothing else.
fn through(server: &Server, secret: &str, method: Method, path: &str) -> RequestBuilder {
    client().request(method, format!("{}/api/v1{path}", server.url)).header(HEADER, secret)
}

/// A link shows one run by the routes whose document says so, and opens nothing else: no other route, no other run, no write.
#[tokio::test]
async fn a_link_shows_its_run_and_nothing_else() {
    let server = Server::start(Mode::Accounts).await;
    let admin = server.person("admin", false).await;
    let viewer = server.person("viewer", false).await;
    let north = server.workspace("north", &admin).await;
    server.join(&north, &viewer, Role::Viewer, &admin).await;
    let mut runs = Vec::new();
    for _ in 0..2 {
        let run = text(&admin.post("/workspaces/north/runs", run_file(60), 201).await["run"]);
        admin.ended(&run).await;
        runs.push(run);
    }
    let [run, other] = &runs[..] else { panic!("two runs") };
    problem(viewer.ask(Method::POST, &format!("/runs/{run}/shares")).json(&json!({})), 403, "forbidden").await;
    let made = admin.post(&format!("/runs/{run}/shares"), json!({ "note": "for the board", "hours": 1 }), 201).await;
    let secret = text(&made["secret"]);
    assert!(text(&made["link"]).ends_with(&format!("/shared#{secret}")), "{made}");
    let looked = client().post(format!("{}/api/v1/shares/look", server.url)).json(&json!({ "secret": secret }));
    assert_eq!(answer(looked, 200).await["run"], json!(run));

    let mut shown = Vec::new();
    for (path, operations) in openapi()["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let name = text(&operation["operationId"]);
            let by_link = operation["security"].as_array().is_some_and(|ways| ways.contains(&json!({ "link": [] })));
            let at = |run: &str| {
                let path = path.trim_start_matches("/api/v1").replace("{run}", run).replace("{workspace}", "north");
                let path = path.replace("{candidate}", "seed").replace("{entry}", "0").replace("{kind}", "prompt");
                path.replace(['{', '}'], "")
            };
            let status = async |run: &str| {
                let asked = through(&server, &secret, method.clone(), &at(run)).send().await.unwrap();
                let status = asked.status().as_u16();
                (status, asked.json::<Value>().await.unwrap_or_default())
            };
            let own = status(run).await;
            if by_link {
                assert_eq!(method, Method::GET, "{name}: a link reads");
                assert!(!matches!(own.0, 401 | 403), "{name}: {own:?}");
                let elsewhere = status(other).await;
                assert_eq!((elsewhere.0, &elsewhere.1["detail"]), (404, &json!("there is no such run")), "{name}");
                shown.push(name);
            } else if operation["x-right"] != "none" || own.0 == 403 {
                assert_eq!(own.0, 403, "{name}: {own:?}");
            }
        }
    }
    shown.sort();
    let expected = [
        "candidate",
        "candidates",
        "curve",
        "diff",
        "examples",
        "flips",
        "generations",
        "journal",
        "lineage",
        "matrix",
        "report",
        "run",
        "trial",
        "trials",
    ];
    assert_eq!(shown, expected);

    let view = answer(through(&server, &secret, Method::GET, &format!("/runs/{run}")), 200).await;
    assert_eq!((&view["actions"], &view["role"]), (&json!([]), &Value::Null), "{view}");
    server.stop().await;
}

/// Kin in other runs are not drawn for a link, though they are for a member.
#[tokio::test]
async fn a_link_shows_no_branch_of_its_run() {
    let server = Server::start(Mode::Accounts).await;
    let admin = server.person("admin", false).await;
    server.workspace("north", &admin).await;
    let run = text(&admin.post("/workspaces/north/runs", run_file(60), 201).await["run"]);
    admin.ended(&run).await;
    let branch = admin.post(&format!("/runs/{run}/branches"), json!({ "from": "seed" }), 201).await;
    admin.ended(&text(&branch["run"])).await;
    let of = |drawing: &Value, run: &str| {
        let marks = drawing["marks"].as_array().unwrap();
        marks.iter().filter(|mark| text(&mark["id"]).starts_with(run)).count()
    };
    let path = format!("/runs/{run}/lineage?branches=1&fold=0");
    let member = admin.get(&path).await;
    assert!(of(&member, &text(&branch["run"])) > 0, "{member}");
    let secret = text(&admin.post(&format!("/runs/{run}/shares"), json!({}), 201).await["secret"]);
    let holder = answer(through(&server, &secret, Method::GET, &path), 200).await;
    assert_eq!(of(&holder, &text(&branch["run"])), 0, "{holder}");
    assert!(of(&holder, &run) > 0, "{holder}");
    server.stop().await;
}

/// A link ends when it is taken back, and where its run is deleted; what is stored of it does not open anything.
#[tokio::test]
async fn a_link_ends_and_its_stored_form_is_no_key() {
    let server = Server::start(Mode::Accounts).await;
    let admin = server.person("admin", false).await;
    server.workspace("north", &admin).await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&admin.post("/workspaces/north/runs", file, 201).await["run"]);
    let shares = format!("/runs/{run}/shares");
    for (wrong, status, kind) in [
        (json!({ "hours": 0 }), 422, "invalid"),
        (json!({ "hours": 2161 }), 422, "invalid"),
        (json!({ "days": 3 }), 400, "bad_request"),
    ] {
        problem(admin.ask(Method::POST, &shares).json(&wrong), status, kind).await;
    }
    let made = admin.post(&shares, json!({}), 201).await;
    let secret = text(&made["secret"]);
    let see = |secret: &str| through(&server, secret, Method::GET, &format!("/runs/{run}"));
    answer(see(&secret), 200).await;

    problem(see(&clade_accounts::hash_of(&secret)), 401, "link").await;
    problem(see(""), 401, "link").await;
    let database = std::fs::read(server.folder().join("clade.db")).unwrap();
    let wal = std::fs::read(server.folder().join("clade.db-wal")).unwrap_or_default();
    let holds =
        |needle: &str| [&database, &wal].iter().any(|file| file.windows(needle.len()).any(|w| w == needle.as_bytes()));
    assert!(holds(&clade_accounts::hash_of(&secret)) && !holds(&secret), "only the hash is stored");

    answer(admin.ask(Method::DELETE, &format!("/runs/{run}")), 204).await;
    problem(see(&secret), 404, "not_found").await;
    answer(admin.ask(Method::POST, &format!("/runs/{run}/restore")), 204).await;
    answer(see(&secret), 200).await;

    let id = text(&admin.get(&shares).await["items"][0]["id"]);
    answer(admin.ask(Method::DELETE, &format!("{shares}/{id}")), 204).await;
    problem(see(&secret), 401, "link").await;
    let audit = admin.get("/workspaces/north/audit").await;
    let told: Vec<&Value> = audit["items"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert!(told.contains(&&json!("share.add")) && told.contains(&&json!("share.remove")), "{told:?}");
    server.stop().await;
}

/// A link shows no more than whoever made it may see: once they are disabled or no member any more it opens nothing, and an admin finds
/// it among the links of the workspace, and takes it back.
#[tokio::test]
async fn a_link_shows_no_more_than_its_maker_may_see() {
    let server = Server::start(Mode::Accounts).await;
    let admin = server.person("admin", true).await;
    let bob = server.person("bob", false).await;
    let north = server.workspace("north", &admin).await;
    server.join(&north, &bob, Role::User, &admin).await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&bob.post("/workspaces/north/runs", file, 201).await["run"]);
    let made = bob.post(&format!("/runs/{run}/shares"), json!({ "note": "for a friend" }), 201).await;
    let secret = text(&made["secret"]);
    let see = || through(&server, &secret, Method::GET, &format!("/runs/{run}"));
    let look = || client().post(format!("{}/api/v1/shares/look", server.url)).json(&json!({ "secret": secret }));
    answer(see(), 200).await;
    let disabled = async |disabled: bool| {
        let path = format!("/users/{}", bob.user);
        let revision = admin.get(&path).await["revision"].clone();
        let change = admin.ask(Method::PATCH, &path).header("if-match", format!("\"{revision}\""));
        answer(change.json(&json!({ "disabled": disabled })), 200).await;
    };
    disabled(true).await;
    problem(see(), 401, "link").await;
    problem(look(), 410, "link").await;
    disabled(false).await;
    answer(see(), 200).await;

    // a user lists the links of a run, an admin those of the workspace
    let again = server.token(bob.user.clone(), Role::Instance).await;
    let all = "/workspaces/north/shares";
    problem(again.ask(Method::GET, all), 403, "forbidden").await;
    let told = admin.get(all).await["items"][0].clone();
    assert_eq!((&told["run"], &told["note"], &told["shows"]), (&json!(run), &json!("for a friend"), &json!(true)));
    let member = server.accounts.membership(&north, &bob.user, now()).await.unwrap().unwrap();
    server.accounts.remove_member(&member, (&admin.user, Role::Admin), now()).await.unwrap();
    problem(see(), 401, "link").await;
    problem(look(), 410, "link").await;
    for list in [all, &format!("/runs/{run}/shares")] {
        let told = admin.get(list).await["items"][0].clone();
        assert_eq!((&told["name"], &told["shows"]), (&json!("bob"), &json!(false)), "{list}: {told}");
    }
    problem(admin.ask(Method::GET, &format!("{all}?limit=0")), 400, "bad_request").await;
    answer(admin.ask(Method::DELETE, &format!("/runs/{run}/shares/{}", text(&told["id"]))), 204).await;
    assert_eq!(admin.get(all).await["items"], json!([]));
    server.join(&north, &bob, Role::User, &admin).await;
    problem(see(), 401, "link").await;
    server.stop().await;
}

/// What a note holds is kept as it is, or refused.
#[tokio::test]
async fn a_note_has_a_thousand_characters() {
    let server = Server::start(Mode::Accounts).await;
    let admin = server.person("admin", false).await;
    server.workspace("north", &admin).await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&admin.post("/workspaces/north/runs", file, 201).await["run"]);
    let shares = format!("/runs/{run}/shares");
    let made = admin.post(&shares, json!({ "note": "é".repeat(1_000) }), 201).await;
    assert_eq!(made["share"]["note"], "é".repeat(1_000));
    problem(admin.ask(Method::POST, &shares).json(&json!({ "note": "é".repeat(1_001) })), 422, "invalid").await;
    server.stop().await;
}
