//! Signing in elsewhere, as whoever keeps an installation sets it up: `promptclade.toml`, `clade doctor`, `clade user`, `clade serve`.

use clade_auth_standin::{AuthSettings, StandInAuth, StandInOidc};
use serde_json::{Value, json};

use crate::common::{Place, Served};

/// Providers that answer while this value lives, on a runtime of their own.
struct Providers {
    runtime: tokio::runtime::Runtime,
    oidc: StandInOidc,
    auth: StandInAuth,
}

impl Providers {
    fn start(auth: AuthSettings) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let oidc = runtime.block_on(StandInOidc::start()).unwrap();
        let auth = runtime.block_on(StandInAuth::start(auth)).unwrap();
        Self { runtime, oidc, auth }
    }

    /// A place whose installation knows both.
    fn place(&self) -> Place {
        let place = Place::new();
        place.write("data/oidc-secret", "s3cret/+\n");
        place.write("data/promptclade.toml", format!(
            "[accounts.oidc]\nissuer = '{}'\nclient_id = 'clade'\nclient_secret_file = 'oidc-secret'\nname = 'Example'\n\
             [accounts.supabase]\nurl = '{}'\npublishable_key = 'sb_publishable_test'\nproviders = ['github']\n",
            self.oidc.issuer(),
            self.auth.url(),
        ));
        place
    }
}

#[test]
fn the_doctor_asks_each_provider_and_says_what_is_wrong() {
    let mut providers = Providers::start(AuthSettings { autoconfirm: true, ..AuthSettings::default() });
    let place = providers.place();
    let said = place.ok(&["doctor"]);
    assert!(said.contains("ok   oidc") && said.contains("which signs with 1 keys"), "{said}");
    assert!(said.contains("ok   supabase") && said.contains("turn `Confirm email` on"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
    // a clock that is wrong would make every token seem expired
    providers.oidc.ahead(300);
    let said = place.ok(&["doctor"]);
    assert!(
        said.contains("its clock is 300 s ahead of this machine's") || said.contains("its clock is 299 s ahead"),
        "{said}"
    );
    providers.oidc.says(json!({ "issuer": "https://other.example" }));
    providers.runtime.block_on(providers.auth.stop());
    let ran = place.run(&["doctor"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.contains("FAIL oidc") && ran.stdout.contains("it calls itself `https://other.example`"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("FAIL supabase") && ran.stdout.contains("does not answer"), "{}", ran.stdout);
}

#[test]
fn who_keeps_an_installation_needs_no_password() {
    let providers = Providers::start(AuthSettings::default());
    let place = providers.place();
    let added = place.json(&["user", "add", "zoe@example.org", "--admin", "--elsewhere"]);
    assert_eq!(added["instance_admin"], true);
    let server = Served::start(&place, &[]);
    let (session, me) = providers.runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let session: Value =
            client.get(format!("{}/api/v1/session", server.url)).send().await.unwrap().json().await.unwrap();
        let go = async |url: String, cookie: &str| {
            let answer = client.get(url).header("cookie", cookie).send().await.unwrap();
            let set =
                answer.headers().get("set-cookie").map(|it| it.to_str().unwrap().split(';').next().unwrap().to_owned());
            (answer.headers()["location"].to_str().unwrap().to_owned(), set.unwrap_or_default())
        };
        let (to, going) = go(format!("{}/sign-in/oidc", server.url), "").await;
        let (back, _) = go(to, "").await;
        let (_, signed_in) = go(back, &going).await;
        let me = client.get(format!("{}/api/v1/session", server.url)).header("cookie", signed_in);
        (session, me.send().await.unwrap().json::<Value>().await.unwrap())
    });
    assert_eq!((&session["mode"], &session["ways"]["oidc"]), (&json!("accounts"), &json!("Example")));
    assert_eq!(session["ways"]["supabase"]["providers"], json!(["github"]));
    assert_eq!((&me["user"]["id"], &me["user"]["instance_admin"]), (&added["id"], &json!(true)));
    // the first one who keeps it sees the runs of this machine
    assert_eq!(me["workspaces"][0]["id"], "local");
    server.stop();
    place.ok(&["user", "elsewhere", "zoe@example.org"]);
    assert!(place.ok(&["user", "list"]).contains("instance admin, signs in elsewhere"));
    let ran = place.run(&["serve", "--allow-anonymous", "--port", "0"]);
    assert!(ran.code == 2 && ran.stderr.contains("nobody signs in"), "{} {}", ran.code, ran.stderr);
}
