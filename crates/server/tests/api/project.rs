//! A Supabase project as far as it can be had: real PostgreSQL with the migrations and a real PostgREST, and the stand-in for Auth in front.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use clade_auth_standin::{AuthSettings, StandInAuth};
use clade_engine::now;
use clade_identity::{Supabase, SupabaseSettings};
use clade_server::{Mode, Outside, SupabaseWay};
use clade_store::conformance::service;
use clade_store_postgres::{PostgresOptions, PostgresStore};
use serde_json::{Value, json};

use crate::common::{Running, Server, client, text};

/// A project with a server on its database.
pub struct Project {
    pub auth: StandInAuth,
    pub server: Server,
    database: String,
    programs: PathBuf,
    url: String,
    _postgrest: Running,
    pub rest: String,
}

/// What answered a request: its status and its body.
pub type Answer = (u16, Value);

impl Project {
    /// Starts one; `None`, said aloud, where there is no PostgreSQL or no PostgREST.
    pub async fn start() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let programs: PathBuf = service("PROMPTCLADE_TEST_POSTGRES_PROGRAMS")?.into();
        let url = service("PROMPTCLADE_TEST_POSTGRES_URL")?;
        let postgrest = service("PROMPTCLADE_TEST_POSTGREST")?;
        let database = format!("project_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let psql = |url: &str, arguments: &[&str]| psql(&programs, url, arguments);
        psql(&url, &["-f", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/project.sql")]);
        psql(&url, &["-c", &format!("CREATE DATABASE {database} OWNER promptclade_owner")]);
        let owned = |user: &str| address(&url, user, &database);
        // as the Supabase CLI does it: in order of their names, by a user who is no superuser
        for migration in migrations() {
            psql(&owned("promptclade_owner"), &["-f", migration.to_str().unwrap()]);
        }

        let ports = [0; 2].map(|_| TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
        let rest = format!("http://127.0.0.1:{}", ports[0]);
        let settings = AuthSettings { autoconfirm: true, rest: Some(rest.clone()), ..AuthSettings::default() };
        let auth = StandInAuth::start(settings).await.unwrap();
        let postgrest = Command::new(postgrest)
            .env("PGRST_DB_URI", owned("authenticator"))
            .env("PGRST_DB_SCHEMAS", "promptclade")
            .env("PGRST_DB_ANON_ROLE", "anon")
            .env("PGRST_DB_POOL", "5")
            .env("PGRST_JWT_SECRET", auth.jwks().to_string())
            .env("PGRST_JWT_AUD", "authenticated")
            .env("PGRST_SERVER_HOST", "127.0.0.1")
            .env("PGRST_SERVER_PORT", ports[0].to_string())
            .env("PGRST_ADMIN_SERVER_PORT", ports[1].to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let way = Supabase::new(SupabaseSettings {
            url: auth.url(),
            publishable_key: "sb_publishable_test".into(),
            issuer: None,
            jwt_secret: None,
        });
        let way = SupabaseWay::new(way.unwrap(), Vec::new());
        let store = PostgresStore::open(PostgresOptions::new(owned("promptclade_owner"))).await.unwrap();
        let outside = Outside { oidc: None, supabase: Some(way) };
        let server = Server::over(Arc::new(store), Mode::Accounts, tempfile::tempdir().unwrap(), outside).await;
        let project = Self { auth, server, database, programs, url, _postgrest: Running(postgrest), rest };
        for _ in 0..400 {
            let ready = client().get(format!("http://127.0.0.1:{}/ready", ports[1])).send().await;
            if ready.is_ok_and(|ready| ready.status() == 200) {
                return Some(project);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("PostgREST does not answer");
    }

    /// Somebody of the project, who came to the server once.
    pub async fn person(&self, name: &str) -> Somebody {
        // an id of theirs that is the same each time
        let id = format!(
            "{:0>8}-0000-4000-a000-000000000000",
            name.bytes().map(|b| format!("{:x}", b % 16)).collect::<String>()
        );
        let token = Some(self.token(&id, name));
        let somebody = Somebody { token, rest: self.rest.clone(), id: String::new(), subject: id.clone() };
        let me = client().get(format!("{}/api/v1/session", self.server.url)).bearer_auth(self.token(&id, name));
        let me: Value = me.send().await.unwrap().json().await.unwrap();
        Somebody { id: text(&me["user"]["id"]), ..somebody }
    }

    fn token(&self, id: &str, name: &str) -> String {
        let until = now().0 / 1_000 + 3_600;
        self.auth.token(&json!({ "iss": self.auth.issuer(), "aud": "authenticated", "sub": id, "exp": until, "role": "authenticated",
            "email": format!("{name}@example.org"), "user_metadata": { "display_name": name, "role": "admin" },
            "app_metadata": { "role": "admin" } }))
    }

    /// Somebody with a token of one's own making.
    pub fn stranger(&self, claims: Option<&Value>) -> Somebody {
        Somebody {
            token: claims.map(|claims| self.auth.token(claims)),
            rest: self.rest.clone(),
            id: String::new(),
            subject: String::new(),
        }
    }

    /// What a statement gives to whom no policy concerns.
    pub fn sql(&self, sql: &str) -> String {
        psql(&self.programs, &self.address("postgres"), &["-At", "-c", sql])
    }

    /// The database's address for a user.
    pub fn address(&self, user: &str) -> String {
        address(&self.url, user, &self.database)
    }

    /// A figure that changes with anything in the tables.
    pub fn figure(&self, tables: &[String]) -> Vec<String> {
        let of = |table: &String| {
            self.sql(&format!("SELECT '{table} ' || count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') FROM promptclade.{table} t"))
        };
        tables.iter().map(of).collect()
    }
}

/// The migrations that the Supabase CLI would apply, in order.
pub fn migrations() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../supabase/migrations");
    let mut all: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

fn address(server: &str, user: &str, database: &str) -> String {
    let (scheme, rest) = server.split_once("://").unwrap();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host).split(['/', '?']).next().unwrap();
    format!("{scheme}://{user}@{host}/{database}")
}

fn psql(programs: &Path, url: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(programs.join("psql"));
    command
        .args(["-v", "ON_ERROR_STOP=1", "-q"])
        .args(arguments)
        .arg(url)
        .env("PGOPTIONS", "-c client_min_messages=warning");
    let done = command.output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

/// Who asks PostgREST.
#[derive(Clone)]
pub struct Somebody {
    token: Option<String>,
    rest: String,
    /// Who they are at the server.
    pub id: String,
    /// Who they are at the project.
    pub subject: String,
}

impl Somebody {
    /// Their access token.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request =
            client().request(method, format!("{}/{path}", self.rest)).header("prefer", "return=representation");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    /// The rows of a table that they see.
    pub async fn rows(&self, path: &str) -> Vec<Value> {
        let (status, body) = self.ask("GET", path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body.as_array().unwrap().clone()
    }
}
