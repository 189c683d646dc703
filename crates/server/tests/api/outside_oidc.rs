//! Sign-in by OpenID Connect, with a provider that misbehaves on demand and with a certified one.

use std::process::{Command, Stdio};

use clade_accounts::NewUser;
use clade_auth_standin::StandInOidc;
use clade_domain::{User, UserId};
use clade_engine::now;
use clade_identity::{Oidc, OidcSettings};
use clade_server::{OidcWay, Outside};
use reqwest::{Method, Response};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::common::{Running, Server, answer, client, problem, text};

/// What a browser holds: its cookies by name.
#[derive(Default)]
pub struct Browser {
    cookies: std::collections::BTreeMap<String, String>,
}

impl Browser {
    /// Opens a page, taking the cookies of the answer.
    pub async fn open(&mut self, url: &str) -> Response {
        self.send(client().get(url).header("sec-fetch-site", "cross-site")).await
    }

    pub async fn send(&mut self, request: reqwest::RequestBuilder) -> Response {
        let response = request.header("cookie", self.header()).send().await.unwrap();
        for set in response.headers().get_all("set-cookie") {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        response
    }

    /// Its cookies, as it sends them.
    pub fn header(&self) -> String {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    /// What the server says of who is signed in.
    pub async fn session(&mut self, server: &Server) -> Value {
        self.send(client().get(format!("{}/api/v1/session", server.url))).await.json().await.unwrap()
    }

    pub fn forget(&mut self, name: &str) {
        self.cookies.remove(name);
    }
}

/// Where an answer leads.
pub fn leads(response: &Response) -> String {
    assert_eq!(response.status(), 303, "{response:?}");
    response.headers()["location"].to_str().unwrap().to_owned()
}

fn way(issuer: &str) -> Outside {
    let settings = OidcSettings {
        issuer: issuer.to_owned(),
        client_id: "clade".into(),
        client_secret: Some(SecretString::from("s3cret/+")),
        scopes: vec!["email".into(), "profile".into()],
        domains: Vec::new(),
    };
    let provider = Oidc::new(settings).unwrap();
    Outside { oidc: Some(OidcWay { name: "Example".into(), provider }), supabase: None }
}

/// Carries a browser to the provider and back. Gives the page where it ends.
async fn sign_in(server: &Server, browser: &mut Browser, to: &str) -> String {
    let to = leads(&browser.open(&format!("{}/sign-in/oidc{to}", server.url)).await);
    if to.starts_with("/sign-in") {
        return to;
    }
    let back = leads(&client().get(to).send().await.unwrap());
    leads(&browser.open(&back).await)
}

#[tokio::test]
async fn who_comes_from_a_provider_is_somebody_here_and_in_no_workspace() {
    let provider = StandInOidc::start().await.unwrap();
    let server = Server::outside(way(&provider.issuer())).await;
    let admin = server.person("admin", true).await;
    // what a provider says of roles decides nothing
    provider.person(
        json!({ "sub": "z", "email": "zoe@example.org", "email_verified": true, "name": "Zoë", "role": "admin",
        "roles": ["instance"], "groups": ["admin"], "instance_admin": true }),
    );
    let mut browser = Browser::default();
    assert_eq!(browser.session(&server).await["ways"], json!({ "oidc": "Example", "supabase": null }));
    assert_eq!(sign_in(&server, &mut browser, "?to=/account").await, "/account");
    let session = browser.session(&server).await;
    let me = &session["user"];
    assert_eq!(
        (&me["login"], &me["name"], &me["instance_admin"]),
        (&json!("zoe@example.org"), &json!("Zoë"), &json!(false))
    );
    assert_eq!((&session["workspaces"], &session["actions"]), (&json!([]), &json!([])));
    // the same person again has the same account, and roles are given here
    let north = server.workspace("north", &admin).await;
    let zoe: UserId = text(&me["id"]).parse().unwrap();
    server
        .accounts
        .add_member(&north, &zoe, clade_domain::Role::User, (&admin.user, clade_domain::Role::Admin), now())
        .await
        .unwrap();
    let mut other = Browser::default();
    assert_eq!(sign_in(&server, &mut other, "?to=//evil.example").await, "/");
    let again = other.session(&server).await;
    assert_eq!((&again["user"]["id"], &again["workspaces"][0]["role"]), (&me["id"], &json!("user")));
    // disabled is disabled, in the browser that is signed in too
    let user = server.accounts.user(&zoe, now()).await.unwrap().unwrap();
    let disabled = clade_domain::User { disabled: true, ..user.value.clone() };
    server.accounts.change_user(&user, disabled, &admin.user, now()).await.unwrap();
    assert_eq!(other.session(&server).await["user"], json!(null));
    assert_eq!(sign_in(&server, &mut other, "").await, "/sign-in?failed=disabled");
    server.stop().await;
}

#[tokio::test]
async fn an_account_goes_to_whom_an_admin_meant_it_for() {
    let provider = StandInOidc::start().await.unwrap();
    let server = Server::outside(way(&provider.issuer())).await;
    let admin = server.person("admin", true).await;
    let meant = NewUser { login: "zoe@example.org".into(), name: String::new(), password: None, instance_admin: true };
    let meant = server.accounts.add_user(meant, &admin.user, now()).await.unwrap();
    server.person("ada@example.org", false).await;
    let claims =
        |sub: &str, email: &str, verified: bool| json!({ "sub": sub, "email": email, "email_verified": verified });
    let mut browser = Browser::default();
    // an address that nobody confirmed is nobody's
    provider.person(claims("eve", "zoe@example.org", false));
    assert_eq!(sign_in(&server, &mut browser, "").await, "/");
    let eve = browser.session(&server).await["user"].clone();
    assert!(text(&eve["login"]).starts_with("eve@127.0.0.1") && eve["instance_admin"] == false, "{eve}");
    provider.person(claims("zoe", "zoe@example.org", true));
    assert_eq!(sign_in(&server, &mut browser, "").await, "/");
    let zoe = browser.session(&server).await["user"].clone();
    assert_eq!((text(&zoe["id"]), &zoe["instance_admin"]), (meant.id.to_string(), &json!(true)));
    // it is taken now, and so is one with a password
    for (sub, email) in [("other", "zoe@example.org"), ("ada", "ada@example.org")] {
        provider.person(claims(sub, email, true));
        assert_eq!(sign_in(&server, &mut Browser::default(), "").await, "/sign-in?failed=taken", "{email}");
    }
    let ada = server.accounts.user_by_login("ada@example.org", now()).await.unwrap();
    let elsewhere = |who: &str| admin.ask(Method::DELETE, &format!("/users/{who}/password"));
    // zoe keeps the installation too; whoever is the last to do so would lock everybody out
    let zoe = server.accounts.user(&meant.id, now()).await.unwrap().unwrap();
    let gone = User { disabled: true, ..zoe.value.clone() };
    server.accounts.change_user(&zoe, gone, &admin.user, now()).await.unwrap();
    problem(elsewhere(admin.user.as_str()), 409, "conflict").await;
    answer(elsewhere(ada.value.id.as_str()), 204).await;
    let shown = admin.get(&format!("/users/{}", ada.value.id)).await;
    assert_eq!(
        (&shown["elsewhere"], &admin.get(&format!("/users/{}", admin.user)).await["elsewhere"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(sign_in(&server, &mut browser, "").await, "/");
    assert_eq!(browser.session(&server).await["user"]["id"], json!(ada.value.id));
    let wrong = json!({ "login": "ada@example.org", "password": crate::common::PASSWORD });
    problem(client().post(format!("{}/api/v1/session", server.url)).json(&wrong), 401, "sign_in").await;
    server.stop().await;
}

#[tokio::test]
async fn a_sign_in_ends_in_the_browser_that_began_it() {
    let provider = StandInOidc::start().await.unwrap();
    let server = Server::outside(way(&provider.issuer())).await;
    let begin = async |browser: &mut Browser| {
        let to = leads(&browser.open(&format!("{}/sign-in/oidc", server.url)).await);
        leads(&client().get(to).send().await.unwrap())
    };
    let (mut mine, mut theirs) = (Browser::default(), Browser::default());
    let back = begin(&mut mine).await;
    // somebody else's page makes a browser sign in as them
    assert_eq!(leads(&theirs.open(&back).await), "/sign-in?failed=stale");
    begin(&mut theirs).await;
    assert_eq!(leads(&theirs.open(&back).await), "/sign-in?failed=stale", "another state");
    assert_eq!(leads(&mine.open(&back).await), "/");
    assert_eq!(leads(&mine.open(&back).await), "/sign-in?failed=stale", "it is over");
    // what the provider refuses
    let back = begin(&mut mine).await;
    let (at, state) = (back.split('?').next().unwrap(), back.split("state=").nth(1).unwrap());
    assert_eq!(leads(&mine.open(&format!("{at}?error=access_denied&state={state}")).await), "/sign-in?failed=refused");
    // a cookie of somebody's own making
    begin(&mut mine).await;
    mine.forget("clade_going");
    assert_eq!(leads(&mine.open(&back).await), "/sign-in?failed=stale");
    provider.mint(|claims, _| clade_auth_standin::Signer::es256("first").token(claims));
    assert_eq!(sign_in(&server, &mut mine, "").await, "/sign-in?failed=token");
    server.stop().await;
}

#[tokio::test]
async fn a_provider_that_is_away_holds_up_nobody_who_is_signed_in() {
    let mut provider = StandInOidc::start().await.unwrap();
    let server = Server::outside(way(&provider.issuer())).await;
    let keeper = server.person("keeper", true).await;
    let mut browser = Browser::default();
    assert_eq!(sign_in(&server, &mut browser, "").await, "/");
    let mut late = Browser::default();
    let to = leads(&late.open(&format!("{}/sign-in/oidc", server.url)).await);
    let back = leads(&client().get(to).send().await.unwrap());
    provider.stop().await;
    assert_eq!(browser.session(&server).await["user"]["login"], "zoe@example.org");
    keeper.get("/users").await;
    assert_eq!(leads(&late.open(&back).await), "/sign-in?failed=identity_away");
    let here = json!({ "login": "keeper", "password": crate::common::PASSWORD });
    answer(client().post(format!("{}/api/v1/session", server.url)).json(&here), 200).await;
    server.stop().await;
}

/// `oidc-provider`, which the OpenID Foundation has certified, lets somebody in through its own pages.
#[tokio::test]
async fn a_certified_provider_signs_somebody_in() {
    let Some(modules) = std::env::var_os("CLADE_TEST_NODE_MODULES") else {
        println!("skipped: a_certified_provider_signs_somebody_in (CLADE_TEST_NODE_MODULES is not set)");
        return;
    };
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let issuer = format!("http://127.0.0.1:{port}");
    let server = Server::outside(way(&issuer)).await;
    let mut command = Command::new("node");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/js/provider.mjs"));
    command.arg(port.to_string()).arg(&server.url).env("CLADE_TEST_NODE_MODULES", modules);
    let mut running = Running(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(running.0.stdout.take().unwrap()), &mut line).unwrap();
    assert_eq!(line.trim(), "ready");

    let (mut here, mut there) = (Browser::default(), Browser::default());
    let mut at = leads(&here.open(&format!("{}/sign-in/oidc", server.url)).await);
    // its pages: redirects, the form to sign in, the form to consent
    for _ in 0..12 {
        if at.starts_with(&server.url) {
            break;
        }
        let response = there.open(&at).await;
        if response.status().is_redirection() {
            at = joined(&issuer, response.headers()["location"].to_str().unwrap());
            continue;
        }
        let page = response.text().await.unwrap();
        let action =
            page.split("action=\"").nth(1).unwrap_or_else(|| panic!("{page}")).split('"').next().unwrap().to_owned();
        let prompt = page.split("name=\"prompt\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let form = [("prompt", prompt.as_str()), ("login", "zoe"), ("password", "any")];
        let response = there.send(client().post(joined(&issuer, &action)).form(&form)).await;
        at = joined(&issuer, response.headers()["location"].to_str().unwrap());
    }
    assert_eq!(leads(&here.open(&at).await), "/", "{at}");
    let me = here.session(&server).await["user"].clone();
    assert_eq!((&me["login"], &me["name"]), (&json!("zoe@example.org"), &json!("zoe")));
    server.stop().await;
}

fn joined(base: &str, to: &str) -> String {
    if to.starts_with('/') { format!("{base}{to}") } else { to.to_owned() }
}
