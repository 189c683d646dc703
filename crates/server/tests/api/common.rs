use std::{sync::Arc, time::Duration};

use clade_accounts::{Accounts, NewToken, NewUser, Vault};
use clade_domain::{Role, SandboxCeiling, UserId, WorkspaceId};
use clade_engine::now;
use clade_models::{Environment, HostNames};
use clade_server::{App, Mode, Outside, Reachable, Settings};
use clade_store::{Lineage, LineageGraph, Store};
use clade_store_sqlite::{SqliteOptions, SqliteStore};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// A password that is long enough.
pub const PASSWORD: &str = "correct horse battery";

/// What a server has to do with.
#[derive(Default)]
pub struct Around {
    pub outside: Outside,
    pub reach: Reachable,
    pub names: HostNames,
    pub most: SandboxCeiling,
}

impl From<Outside> for Around {
    fn from(outside: Outside) -> Self {
        Self { outside, ..Self::default() }
    }
}

/// A server on a free port with a database of its own.
pub struct Server {
    pub url: String,
    pub app: App,
    pub accounts: Accounts,
    pub store: Arc<dyn Store>,
    down: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
    folder: tempfile::TempDir,
}

impl Server {
    pub async fn start(mode: Mode) -> Self {
        Self::in_folder(mode, tempfile::tempdir().unwrap()).await
    }

    pub async fn in_folder(mode: Mode, folder: tempfile::TempDir) -> Self {
        Self::with(mode, folder, Outside::default()).await
    }

    /// One for people who sign in elsewhere too.
    pub async fn outside(outside: Outside) -> Self {
        Self::with(Mode::Accounts, tempfile::tempdir().unwrap(), outside).await
    }

    /// One whose runs and webhooks reach what somebody says of the names of hosts.
    pub async fn reaching(reach: Reachable, names: HostNames) -> Self {
        Self::with(Mode::Accounts, tempfile::tempdir().unwrap(), Around { reach, names, ..Around::default() }).await
    }

    /// One over a database that is there.
    pub async fn with(mode: Mode, folder: tempfile::TempDir, around: impl Into<Around>) -> Self {
        let store = SqliteStore::open(&folder.path().join("clade.db"), SqliteOptions::default()).await.unwrap();
        Self::over(Arc::new(store), mode, folder, around).await
    }

    /// One over a store of one's own.
    pub async fn over<S: Store + LineageGraph + 'static>(
        store: Arc<S>,
        mode: Mode,
        folder: tempfile::TempDir,
        around: impl Into<Around>,
    ) -> Self {
        let Around { outside, reach, names, most } = around.into();
        let lineage = Lineage::new(store.clone(), store.clone());
        let accounts = Accounts::new(store.clone());
        if mode != Mode::Accounts {
            accounts.local(now()).await.unwrap();
        }
        let none: [(&str, &str); 0] = [];
        let app = App::new(Settings {
            store: store.clone(),
            lineage,
            mode,
            outside,
            vault: Vault::new(&SecretString::from("0123456789abcdef".repeat(4))).unwrap(),
            data: folder.path().to_owned(),
            environment: Environment::of(none),
            sandbox_most: most,
            public_url: None,
            trusted_proxies: Vec::new(),
            rate: 10_000.0,
            reach,
            names,
            mcp: clade_server::mcp::Tools::Write,
            sharing: None,
            version: "test".into(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (down, asked) = oneshot::channel::<()>();
        let served = app.clone();
        let serving = tokio::spawn(async move {
            clade_server::serve(served, listener, async { drop(asked.await) }).await.unwrap();
        });
        Self { url, app, accounts, store, down: Some(down), serving: Some(serving), folder }
    }

    /// Ends it in order, and gives its folder for another.
    pub async fn stop(mut self) -> tempfile::TempDir {
        drop(self.down.take());
        self.serving.take().unwrap().await.unwrap();
        self.store.close().await.unwrap();
        self.folder
    }

    /// Where its database is.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Somebody with an account, and a token that may do all they may.
    pub async fn person(&self, login: &str, instance_admin: bool) -> Person {
        let new = NewUser {
            login: login.into(),
            name: String::new(),
            password: Some(SecretString::from(PASSWORD)),
            instance_admin,
        };
        let user = self.accounts.add_user(new, &UserId::default(), now()).await.unwrap();
        self.token(user.id, Role::Instance).await
    }

    pub async fn token(&self, user: UserId, ceiling: Role) -> Person {
        let new = NewToken { name: "test".into(), ceiling, workspace: None, expires: None, made_with: None };
        let (secret, _) = self.accounts.add_token(&user, new, &user, now()).await.unwrap();
        Person { user, token: secret.reveal().to_owned(), url: self.url.clone() }
    }

    /// A workspace with somebody in it.
    pub async fn workspace(&self, id: &str, admin: &Person) -> WorkspaceId {
        let id: WorkspaceId = id.parse().unwrap();
        self.accounts.add_workspace(id.clone(), id.as_str(), &admin.user, now()).await.unwrap();
        id
    }

    /// Lets somebody into a workspace.
    pub async fn join(&self, workspace: &WorkspaceId, who: &Person, role: Role, by: &Person) {
        self.accounts.add_member(workspace, &who.user, role, (&by.user, Role::Admin), now()).await.unwrap();
    }
}

/// Somebody who asks.
#[derive(Clone)]
pub struct Person {
    pub user: UserId,
    pub token: String,
    pub url: String,
}

impl Person {
    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        client().request(method, format!("{}/api/v1{path}", self.url)).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Value {
        answer(self.ask(Method::GET, path), 200).await
    }

    pub async fn post(&self, path: &str, body: Value, status: u16) -> Value {
        answer(self.ask(Method::POST, path).json(&body), status).await
    }

    /// Waits until a run has left the server.
    pub async fn ended(&self, run: &str) -> Value {
        for _ in 0..1_200 {
            let view = self.get(&format!("/runs/{run}")).await;
            if view["run"]["status"] != "running" && view["progress"].is_null() {
                return view;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("run {run} did not end within a minute");
    }
}

/// The answer to a request, which has to have a status.
pub async fn answer(request: RequestBuilder, status: u16) -> Value {
    let response = request.send().await.unwrap();
    let found = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(found, StatusCode::from_u16(status).unwrap(), "{text}");
    if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
}

/// The problem that a request meets.
pub async fn problem(request: RequestBuilder, status: u16, kind: &str) -> Value {
    let body = answer(request, status).await;
    assert_eq!(body["type"], format!("urn:promptclade:problem:{kind}"), "{body}");
    for said in ["detail", "fix"] {
        assert!(!body[said].as_str().unwrap_or_default().is_empty(), "{body}");
    }
    body
}

pub fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// The session's cookie that an answer sets.
pub fn cookie(response: &Response) -> String {
    let set = response.headers().get("set-cookie").unwrap().to_str().unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

/// A run file for the simulated model with little data, and a few calls.
pub fn run_file(calls: u32) -> Value {
    let data: String = (0..60)
        .map(|i| {
            format!(
                "{}\n",
                json!({ "vars": { "question": format!("What is {i} plus {}?", 2 * i), "answer": (3 * i).to_string() } })
            )
        })
        .collect();
    let file = format!(
        "prompts: [file://prompt.txt]\nproviders: [simulated:gentle]\ntests: file://data.jsonl\n\
         defaultTest: {{assert: [{{type: numeric, value: '{{{{answer}}}}', metric: accuracy}}]}}\n\
         optimize: {{budget: {{calls: {calls}}}, seed: 3}}\n"
    );
    json!({ "file": file, "files": { "prompt.txt": "Answer: {{question}}", "data.jsonl": data } })
}

/// A field of JSON as text.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// A process that ends with this value.
pub struct Running(pub std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
