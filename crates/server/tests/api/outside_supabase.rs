//! Sign-in at a Supabase project, with the stand-in for its Auth server.

use clade_auth_standin::{AuthSettings, Signer, StandInAuth};
use clade_identity::{Supabase, SupabaseSettings};
use clade_server::{Outside, SupabaseWay};
use clade_store_sqlite::{SqliteOptions, SqliteStore};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    common::{PASSWORD, Server, answer, client, problem, text},
    outside_oidc::{Browser, leads},
};

async fn started(settings: AuthSettings) -> (StandInAuth, Server) {
    let auth = StandInAuth::start(settings).await.unwrap();
    let server = Server::outside(outside(&auth)).await;
    (auth, server)
}

fn outside(auth: &StandInAuth) -> Outside {
    let settings = SupabaseSettings {
        url: auth.url(),
        publishable_key: "sb_publishable_test".into(),
        issuer: None,
        jwt_secret: None,
    };
    let way = SupabaseWay::new(Supabase::new(settings).unwrap(), vec!["github".into()]);
    Outside { oidc: None, supabase: Some(way) }
}

fn person(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD })
}

impl Browser {
    async fn post(&mut self, server: &Server, path: &str, body: &Value) -> (u16, Value) {
        let session = self.session(server).await;
        let csrf = session["csrf"].as_str().unwrap_or_default().to_owned();
        let request =
            client().request(Method::POST, format!("{}/api/v1{path}", server.url)).header("x-csrf-token", csrf);
        let response = self.send(request.json(body)).await;
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }
}

/// Opens the link of a mail and follows it to the server. Gives the page where it ends.
async fn opened(browser: &mut Browser, link: &str) -> String {
    let back = leads(&client().get(link).send().await.unwrap());
    leads(&browser.open(&back).await)
}

#[tokio::test]
async fn somebody_signs_up_confirms_and_signs_in() {
    let (auth, server) = started(AuthSettings::default()).await;
    let mut browser = Browser::default();
    let at = "/session/supabase";
    let new = json!({ "email": "zoe@example.org", "password": PASSWORD, "name": "Zoë" });
    let (status, made) = browser.post(&server, "/session/supabase/people", &new).await;
    assert_eq!((status, &made["mail_sent"], &made["session"]), (200, &json!(true), &json!(null)));
    let (status, early) = browser.post(&server, at, &person("zoe@example.org")).await;
    assert_eq!((status, &early["detail"]), (422, &json!("Email not confirmed")));
    // the link works in this browser alone
    let link = auth.mails()[0].link.clone();
    let back = leads(&client().get(&link).send().await.unwrap());
    assert_eq!(leads(&Browser::default().open(&back).await), "/sign-in?failed=stale");
    assert_eq!(leads(&browser.open(&back).await), "/");
    let session = browser.session(&server).await;
    assert_eq!((&session["user"]["login"], &session["user"]["name"]), (&json!("zoe@example.org"), &json!("Zoë")));
    assert_eq!(session["ways"]["supabase"], json!({ "providers": ["github"], "session": true }));

    let (status, wrong) =
        browser.post(&server, at, &json!({ "email": "zoe@example.org", "password": "wrong password" })).await;
    assert_eq!((status, &wrong["type"]), (401, &json!("urn:promptclade:problem:sign_in")));
    let mut other = Browser::default();
    let (status, view) = other.post(&server, at, &person("zoe@example.org")).await;
    assert_eq!((status, &view["user"]["id"]), (200, &session["user"]["id"]));
    for (body, says) in [
        (json!({ "email": "zoe@example.org", "password": PASSWORD }), "User already registered"),
        (
            json!({ "email": "ada@example.org", "password": "short" }),
            "Password should be at least 8 characters. (length)",
        ),
        (json!({ "email": "no address", "password": PASSWORD }), "Unable to validate email address: invalid format"),
    ] {
        let (status, refused) = Browser::default().post(&server, "/session/supabase/people", &body).await;
        assert_eq!((status, &refused["detail"]), (422, &json!(says)));
    }
    server.stop().await;
}

#[tokio::test]
async fn a_link_a_recovery_and_another_provider_lead_in() {
    let (auth, server) = started(AuthSettings::default()).await;
    let mut browser = Browser::default();
    let (status, _) = browser.post(&server, "/session/supabase/link", &json!({ "email": "ada@example.org" })).await;
    assert_eq!(status, 204);
    assert_eq!(opened(&mut browser, &auth.mails()[0].link).await, "/");
    let ada = browser.session(&server).await["user"]["id"].clone();
    let mut forgetful = Browser::default();
    let (status, _) =
        forgetful.post(&server, "/session/supabase/recovery", &json!({ "email": "ada@example.org" })).await;
    assert_eq!(status, 204);
    assert_eq!(opened(&mut forgetful, &auth.mails()[1].link).await, "/account?password=new");
    let session = forgetful.session(&server).await;
    assert_eq!(session["user"]["id"], ada);
    let set = |password: &str, csrf: String| {
        client()
            .put(format!("{}/api/v1/session/supabase/password", server.url))
            .header("x-csrf-token", csrf)
            .json(&json!({ "password": password }))
    };
    let weak = forgetful.send(set("short", text(&session["csrf"]))).await;
    assert_eq!(weak.status(), 422);
    assert_eq!(forgetful.send(set(PASSWORD, text(&session["csrf"]))).await.status(), 204);
    let (status, _) = Browser::default().post(&server, "/session/supabase", &person("ada@example.org")).await;
    assert_eq!(status, 200);

    let mut octo = Browser::default();
    let to = leads(&octo.open(&format!("{}/sign-in/supabase/github?to=/account", server.url)).await);
    assert_eq!(opened(&mut octo, &to).await, "/account");
    assert_eq!(octo.session(&server).await["user"]["name"], "Octo Cat");
    assert_eq!(
        leads(&octo.open(&format!("{}/sign-in/supabase/gitlab", server.url)).await),
        "/sign-in?failed=not_found"
    );
    server.stop().await;
}

#[tokio::test]
async fn an_access_token_is_its_person_and_nobody_else() {
    let (auth, server) = started(AuthSettings::default()).await;
    let admin = server.person("admin", true).await;
    let north = server.workspace("north", &admin).await;
    let until = clade_engine::now().0 / 1_000 + 600;
    let claims = json!({ "iss": auth.issuer(), "aud": "authenticated", "sub": "6f1c0000-0000-4000-a000-000000000000", "exp": until,
        "role": "authenticated", "email": "zoe@example.org", "app_metadata": { "role": "admin", "instance_admin": true },
        "user_metadata": { "role": "admin" }, "workspaces": { "north": "admin" } });
    let with = |token: &str, path: &str| client().get(format!("{}/api/v1{path}", server.url)).bearer_auth(token);
    let token = auth.token(&claims);
    let me = answer(with(&token, "/session"), 200).await;
    assert_eq!(
        (&me["user"]["login"], &me["workspaces"], &me["actions"]),
        (&json!("zoe@example.org"), &json!([]), &json!([]))
    );
    problem(with(&token, "/workspaces/north"), 404, "not_found").await;
    let zoe = text(&me["user"]["id"]).parse().unwrap();
    let by = (&admin.user, clade_domain::Role::Admin);
    server.accounts.add_member(&north, &zoe, clade_domain::Role::Viewer, by, clade_engine::now()).await.unwrap();
    answer(with(&token, "/workspaces/north"), 200).await;
    problem(with(&token, "/workspaces/north/audit"), 403, "forbidden").await;
    // writes need no second token, since no browser sends it by itself
    let say = client().post(format!("{}/api/v1/tokens", server.url)).bearer_auth(&token);
    answer(say.json(&json!({ "name": "ci", "ceiling": "viewer" })), 201).await;
    let mut forged = claims.clone();
    forged["sub"] = json!("0b5e0000-0000-4000-a000-000000000000");
    problem(with(&Signer::es256("first").token(&forged), "/session"), 401, "token").await;
    forged["exp"] = json!(1_000);
    let expired = problem(with(&auth.token(&forged), "/session"), 401, "token").await;
    assert!(text(&expired["detail"]).contains("expired"), "{expired}");
    problem(with("a.b.c", "/session"), 401, "token").await;
    problem(with("clade_0000", "/session"), 401, "token").await;
    server.stop().await;
}

#[tokio::test]
async fn where_addresses_count_unconfirmed_nobody_gets_another_ones_account() {
    let (_auth, server) = started(AuthSettings { autoconfirm: true, ..AuthSettings::default() }).await;
    let keeper = clade_accounts::NewUser {
        login: "keeper@example.org".into(),
        name: String::new(),
        password: None,
        instance_admin: true,
    };
    server.accounts.add_user(keeper, &clade_domain::UserId::default(), clade_engine::now()).await.unwrap();
    let mut eve = Browser::default();
    let (status, made) = eve.post(&server, "/session/supabase/people", &person("keeper@example.org")).await;
    let user = &made["session"]["user"];
    assert_eq!((status, &user["instance_admin"]), (200, &json!(false)));
    assert!(text(&user["login"]).ends_with("@127.0.0.1") || text(&user["login"]).contains("@127.0.0.1:"), "{user}");
    server.stop().await;
}

#[tokio::test]
async fn a_session_goes_on_as_long_as_the_project_says_so() {
    let (mut auth, server) = started(AuthSettings { autoconfirm: true, expires: 2, ..AuthSettings::default() }).await;
    let [mut zoe, mut eve] = [Browser::default(), Browser::default()];
    zoe.post(&server, "/session/supabase/people", &person("zoe@example.org")).await;
    let (_, made) = eve.post(&server, "/session/supabase/people", &person("eve@example.org")).await;
    let signed_in = async |browser: &mut Browser| browser.session(&server).await["user"]["id"].is_string();
    // longer than a grant lasts: it is renewed under way, also where requests come together
    let until = clade_engine::now().0 + 5_000;
    while clade_engine::now().0 < until {
        assert!(signed_in(&mut zoe).await && signed_in(&mut eve).await);
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    // a ban ends it with the grant
    let users = client().get(format!("{}/auth/v1/admin/users", auth.url()));
    let service = auth.token(&json!({ "role": "service_role", "exp": until / 1_000 + 600 }));
    let users: Value = users.bearer_auth(&service).send().await.unwrap().json().await.unwrap();
    let banned =
        users["users"].as_array().unwrap().iter().find(|user| user["email"] == "eve@example.org").unwrap()["id"]
            .clone();
    let ban = client().put(format!("{}/auth/v1/admin/users/{}", auth.url(), text(&banned))).bearer_auth(&service);
    answer(ban.json(&json!({ "ban_duration": "24h" })), 200).await;
    let until = clade_engine::now().0 + 10_000;
    while signed_in(&mut eve).await {
        assert!(clade_engine::now().0 < until, "a ban was not noticed");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(signed_in(&mut zoe).await, "{made}");
    // away: it goes on until the grant ends, and then says what is the matter
    auth.stop().await;
    assert!(signed_in(&mut zoe).await);
    let until = clade_engine::now().0 + 10_000;
    let said = loop {
        let said = zoe.session(&server).await;
        if said["user"].is_null() {
            break said;
        }
        assert!(clade_engine::now().0 < until, "it goes on for ever");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    assert_eq!(said["type"], "urn:promptclade:problem:identity_away");
    let new = client().post(format!("{}/api/v1/session/supabase", server.url)).json(&person("zoe@example.org"));
    let refused = problem(new, 503, "identity_away").await;
    assert!(text(&refused["fix"]).contains("try again soon"), "{refused}");
    server.stop().await;
}

/// Servers on one database renew a session side by side, and neither takes it from the other.
#[tokio::test]
async fn a_session_goes_on_at_several_servers() {
    let auth =
        StandInAuth::start(AuthSettings { autoconfirm: true, expires: 2, ..AuthSettings::default() }).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("clade.db"), SqliteOptions::default()).await.unwrap();
    let store = std::sync::Arc::new(store);
    let start = async || {
        let folder = tempfile::tempdir().unwrap();
        Server::over(store.clone(), clade_server::Mode::Accounts, folder, outside(&auth)).await
    };
    let [first, second] = [start().await, start().await];
    let mut zoe = Browser::default();
    zoe.post(&first, "/session/supabase/people", &person("zoe@example.org")).await;
    let asks = |server: &Server| {
        let request = client().get(format!("{}/api/v1/session", server.url)).header("cookie", zoe.header());
        async move { request.send().await.unwrap().json::<Value>().await.unwrap()["user"]["id"].is_string() }
    };
    let until = clade_engine::now().0 + 6_000;
    while clade_engine::now().0 < until {
        assert_eq!(tokio::join!(asks(&first), asks(&second), asks(&first), asks(&second)), (true, true, true, true));
    }
    assert_eq!(auth.sessions(), 1);
    first.stop().await;
}

#[tokio::test]
async fn signing_out_ends_the_session_at_the_project_too() {
    let (auth, server) = started(AuthSettings { autoconfirm: true, ..AuthSettings::default() }).await;
    let mut zoe = Browser::default();
    zoe.post(&server, "/session/supabase/people", &person("zoe@example.org")).await;
    let csrf = text(&zoe.session(&server).await["csrf"]);
    let out = client().delete(format!("{}/api/v1/session", server.url)).header("x-csrf-token", csrf);
    assert_eq!(zoe.send(out).await.status(), 204);
    assert!(zoe.session(&server).await["user"].is_null());
    assert_eq!(auth.sessions(), 0);
    server.stop().await;
}

#[tokio::test]
async fn guessing_at_a_project_is_slowed_down_here() {
    let (_auth, server) = started(AuthSettings::default()).await;
    let guess = || {
        client()
            .post(format!("{}/api/v1/session/supabase", server.url))
            .json(&json!({ "email": "zoe@example.org", "password": "a wrong guess" }))
    };
    let mut refused = Vec::new();
    for _ in 0..8 {
        refused.push(guess().send().await.unwrap().status().as_u16());
    }
    assert_eq!((refused[0], refused.last()), (401, Some(&429)), "{refused:?}");
    let foreign = guess().header("origin", "http://evil.example");
    problem(foreign, 403, "csrf").await;
    server.stop().await;
    let plain = Server::start(clade_server::Mode::Accounts).await;
    let none = client().post(format!("{}/api/v1/session/supabase", plain.url)).json(&person("zoe@example.org"));
    problem(none, 404, "not_found").await;
    plain.stop().await;
}
