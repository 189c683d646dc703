use clade_domain::{Role, Timestamp};
use clade_engine::now;
use clade_server::Mode;
use reqwest::Method;
use serde_json::json;

use crate::common::{PASSWORD, Server, answer, client, cookie, problem, text};

#[tokio::test]
async fn somebody_signs_in_and_writes_with_the_second_token_only() {
    let server = Server::start(Mode::Accounts).await;
    server.person("zoe", true).await;
    let at = |path: &str| format!("{}/api/v1{path}", server.url);
    let nobody = answer(client().get(at("/session")), 200).await;
    assert_eq!((&nobody["mode"], &nobody["user"]), (&json!("accounts"), &json!(null)));
    let wrong = json!({ "login": "zoe", "password": "wrong password here" });
    problem(client().post(at("/session")).json(&wrong), 401, "sign_in").await;
    let unknown = json!({ "login": "nobody", "password": "wrong password here" });
    problem(client().post(at("/session")).json(&unknown), 401, "sign_in").await;

    let right = json!({ "login": "Zoe", "password": PASSWORD });
    // a cookie that somebody planted before is worth nothing afterwards
    let planted = client().post(at("/session")).header("cookie", "clade_session=planted").json(&right);
    let response = planted.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let cookie = cookie(&response);
    assert!(!cookie.contains("planted"));
    let session: serde_json::Value = response.json().await.unwrap();
    let csrf = text(&session["csrf"]);
    assert_eq!(session["workspaces"][0]["id"], "local", "the first admin sees the runs of this machine");

    let tokens =
        || client().post(at("/tokens")).header("cookie", &cookie).json(&json!({ "name": "ci", "ceiling": "user" }));
    problem(tokens(), 403, "csrf").await;
    problem(tokens().header("x-csrf-token", "guessed"), 403, "csrf").await;
    problem(tokens().header("x-csrf-token", &csrf).header("origin", "http://evil.example"), 403, "csrf").await;
    let made = answer(tokens().header("x-csrf-token", &csrf).header("origin", &server.url), 201).await;
    let secret = text(&made["secret"]);
    assert!(secret.starts_with("clade_") && !made["token"].to_string().contains(&secret));

    // reads from pages of other sites are refused too
    let foreign = client().get(at("/tokens")).header("cookie", &cookie).header("sec-fetch-site", "cross-site");
    problem(foreign, 403, "csrf").await;
    answer(client().get(at("/tokens")).bearer_auth(&secret), 200).await;
    problem(client().get(at(&format!("/tokens?access_token={secret}"))), 400, "bad_request").await;
    problem(client().get(at("/tokens")).bearer_auth("clade_0000"), 401, "token").await;

    answer(client().delete(at("/session")).header("cookie", &cookie).header("x-csrf-token", &csrf), 204).await;
    problem(client().get(at("/tokens")).header("cookie", &cookie), 401, "unauthenticated").await;
    server.stop().await;
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let server = Server::start(Mode::Accounts).await;
    server.person("zoe", true).await;
    let guess = || {
        client()
            .post(format!("{}/api/v1/session", server.url))
            .json(&json!({ "login": "zoe", "password": "a wrong guess" }))
    };
    let mut throttled = None;
    for _ in 0..40 {
        let response = guess().send().await.unwrap();
        if response.status() == 429 {
            throttled = Some(response.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap());
            break;
        }
    }
    assert!(throttled.is_some_and(|seconds| seconds >= 1));
    server.stop().await;
}

#[tokio::test]
async fn a_token_that_expired_or_was_revoked_opens_nothing() {
    let server = Server::start(Mode::Accounts).await;
    let zoe = server.person("zoe", true).await;
    let made = zoe.post("/tokens", json!({ "name": "short", "ceiling": "viewer", "days": 1 }), 201).await;
    let id = text(&made["token"]["id"]);
    let secret = text(&made["secret"]);
    let with = || client().get(format!("{}/api/v1/workspaces", server.url)).bearer_auth(&secret);
    answer(with(), 200).await;
    // a viewer's token makes no token that may do more
    let more = client().post(format!("{}/api/v1/tokens", server.url)).bearer_auth(&secret);
    problem(more.json(&json!({ "name": "more", "ceiling": "admin" })), 403, "above").await;
    answer(zoe.ask(Method::DELETE, &format!("/tokens/{id}")), 204).await;
    problem(with(), 401, "token").await;
    let later = Timestamp(now().0 + 2 * 24 * 3_600 * 1_000);
    assert!(clade_accounts::Identify::bearer(&server.accounts, &secret, later).await.unwrap().is_none());
    server.stop().await;
}

#[tokio::test]
async fn somebody_joins_by_a_link_once() {
    let server = Server::start(Mode::Accounts).await;
    let admin = server.person("admin", false).await;
    server.workspace("north", &admin).await;
    let made = admin.post("/workspaces/north/invitations", json!({ "role": "user", "note": "for Ada" }), 201).await;
    let secret = text(&made["secret"]);
    assert!(text(&made["link"]).ends_with(&format!("/join#{secret}")));
    let listed = admin.get("/workspaces/north/invitations").await.to_string();
    assert!(listed.contains("for Ada") && !listed.contains(&secret));
    let at = |path: &str| client().post(format!("{}/api/v1{path}", server.url));
    let seen = answer(at("/invitations/look").json(&json!({ "secret": secret })), 200).await;
    assert_eq!((text(&seen["workspace"]), text(&seen["role"])), ("north".into(), "user".into()));
    let long = json!({ "role": "user", "note": "n".repeat(201) });
    problem(admin.ask(Method::POST, "/workspaces/north/invitations").json(&long), 422, "invalid").await;
    let weak = json!({ "secret": secret, "login": "ada", "password": "short" });
    problem(at("/invitations/accept").json(&weak), 422, "invalid").await;
    let joined = json!({ "secret": secret, "login": "ada", "name": "Ada", "password": PASSWORD });
    let session = answer(at("/invitations/accept").json(&joined), 200).await;
    assert_eq!(session["workspaces"][0]["role"], "user");
    problem(at("/invitations/accept").json(&joined), 410, "link").await;
    // above one's own role, and the last admin
    problem(
        admin.ask(Method::POST, "/workspaces/north/invitations").json(&json!({ "role": "instance" })),
        403,
        "above",
    )
    .await;
    let me = admin.user.to_string();
    let path = format!("/workspaces/north/members/{me}");
    problem(admin.ask(Method::DELETE, &path), 409, "conflict").await;
    let demote = admin.ask(Method::PATCH, &path).header("if-match", "\"1\"").json(&json!({ "role": "viewer" }));
    problem(demote, 409, "conflict").await;
    server.stop().await;
}

#[tokio::test]
async fn of_two_who_edit_the_same_one_is_told_and_shown_what_is_there() {
    let server = Server::start(Mode::Accounts).await;
    let admin = server.person("admin", false).await;
    server.workspace("north", &admin).await;
    let edit = |name: &'static str| {
        admin.ask(Method::PATCH, "/workspaces/north").header("if-match", "\"1\"").json(&json!({ "name": name }))
    };
    let done = answer(edit("first"), 200).await;
    assert_eq!(done["revision"], 2);
    let refused = problem(edit("second"), 412, "stale").await;
    assert_eq!((&refused["current"]["name"], &refused["current"]["revision"]), (&json!("first"), &json!(2)));
    assert_eq!(refused["sent"], json!({ "revision": 1, "body": { "name": "second" } }));
    // as a proxy passes it on that compresses answers
    let weak = admin.ask(Method::PATCH, "/workspaces/north").header("if-match", "W/\"2\"");
    assert_eq!(answer(weak.json(&json!({ "name": "weak" })), 200).await["revision"], 3);
    let blind = admin.ask(Method::PATCH, "/workspaces/north").json(&json!({ "name": "third" }));
    problem(blind, 428, "if_match").await;
    server.stop().await;
}

#[tokio::test]
async fn a_key_is_set_and_never_seen_again() {
    let server = Server::start(Mode::Accounts).await;
    let admin = server.person("admin", false).await;
    let viewer = server.person("viewer", false).await;
    let north = server.workspace("north", &admin).await;
    server.join(&north, &viewer, Role::Viewer, &admin).await;
    let key = "sk-very-secret-0123456789";
    let set = admin.ask(Method::PUT, "/workspaces/north/keys/OPENAI_API_KEY").json(&json!({ "key": key }));
    answer(set, 200).await;
    for path in ["/workspaces/north/keys", "/workspaces/north/audit"] {
        let seen = admin.get(path).await.to_string();
        assert!(!seen.contains(key) && seen.contains("OPENAI_API_KEY"), "{seen}");
    }
    let unnamed = admin.ask(Method::PUT, "/workspaces/north/keys/HOME").json(&json!({ "key": key }));
    problem(unnamed, 422, "invalid").await;
    let theirs = viewer.ask(Method::PUT, "/workspaces/north/keys/OPENAI_API_KEY").json(&json!({ "key": "mine" }));
    problem(theirs, 403, "forbidden").await;
    let audit = admin.ask(Method::GET, "/workspaces/north/audit.jsonl").send().await.unwrap().text().await.unwrap();
    assert!(audit.lines().count() >= 3 && !audit.contains(key), "{audit}");
    server.stop().await;
}

#[tokio::test]
async fn the_link_of_a_single_user_opens_once() {
    let server = Server::start(Mode::Single).await;
    let secret = server.app.start_link().unwrap();
    let open = || client().get(format!("{}/start?token={}", server.url, secret.reveal()));
    let response = open().send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["location"]), (303, &"/".parse().unwrap()));
    let cookie = cookie(&response);
    problem(open(), 401, "start_link").await;
    let again = open().header("accept", "text/html,application/xhtml+xml").send().await.unwrap();
    assert_eq!((again.status().as_u16(), &again.headers()["location"]), (303, &"/".parse().unwrap()));
    assert!(!again.headers().contains_key("set-cookie"));
    let session = answer(client().get(format!("{}/api/v1/session", server.url)).header("cookie", cookie), 200).await;
    assert_eq!((&session["mode"], &session["workspaces"][0]["role"]), (&json!("single"), &json!("admin")));
    problem(client().get(format!("{}/api/v1/workspaces", server.url)), 401, "unauthenticated").await;
    server.stop().await;
}

/// A token for a workspace that its owner is not in would open nothing, and a name that is written wrong should be heard of.
#[tokio::test]
async fn a_token_is_for_a_workspace_that_its_owner_is_in() {
    let server = Server::start(Mode::Accounts).await;
    let (ada, zoe) = (server.person("ada", false).await, server.person("zoe", false).await);
    server.workspace("north", &ada).await;
    server.workspace("south", &zoe).await;
    let wanted = |workspace: &str| json!({ "name": "ci", "ceiling": "user", "workspace": workspace });
    for elsewhere in ["nonesuch", "south"] {
        problem(ada.ask(Method::POST, "/tokens").json(&wanted(elsewhere)), 404, "not_found").await;
    }
    ada.post("/tokens", wanted("north"), 201).await;
    server.stop().await;
}

#[tokio::test]
async fn who_signs_in_from_a_page_of_another_site_is_told_what_to_do() {
    let server = Server::start(Mode::Accounts).await;
    server.person("zoe", false).await;
    let right = json!({ "login": "zoe", "password": PASSWORD });
    let foreign = client().post(format!("{}/api/v1/session", server.url)).header("origin", "http://evil.example");
    let refused = problem(foreign.json(&right), 403, "csrf").await;
    assert!(text(&refused["fix"]).contains("page of this server"), "{refused}");
    server.stop().await;
}

/// Whoever gets an account beside a server that was started without any has neither its keeper's keys nor their machine.
#[tokio::test]
async fn a_server_for_one_person_lets_nobody_else_in() {
    let server = Server::start(Mode::Single).await;
    let (zoe, eve) = (server.person("zoe", true).await, server.person("eve", false).await);
    server.workspace("north", &eve).await;
    for person in [&zoe, &eve] {
        for path in ["/session", "/workspaces", "/tokens"] {
            let refused = problem(person.ask(Method::GET, path), 403, "single").await;
            assert!(text(&refused["fix"]).contains("clade serve"), "{refused}");
        }
    }
    let right = json!({ "login": "eve", "password": PASSWORD });
    let run = eve.ask(Method::POST, "/workspaces/north/runs").json(&crate::common::run_file(60));
    problem(run, 403, "single").await;
    problem(client().post(format!("{}/api/v1/session", server.url)).json(&right), 403, "single").await;
    let me = server.token(clade_domain::UserId::default(), Role::Admin).await;
    me.get("/workspaces").await;
    // started again it is a server for people
    let server = Server::in_folder(Mode::Accounts, server.stop().await).await;
    answer(client().post(format!("{}/api/v1/session", server.url)).json(&right), 200).await;
    server.stop().await;
}
