use std::time::Duration;

use clade_domain::WorkspaceId;
use reqwest::{Method, RequestBuilder, Response, Url, header, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};

use super::problem::Problem;
use crate::{
    context::{Context, Server},
    failure::Failure,
};

/// For how long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// For how long a server may say nothing; a stream of events says something each second.
const SILENCE: Duration = Duration::from_secs(60);

/// A server's API, asked by somebody who may work in one of its workspaces.
pub struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<SecretString>,
    /// The workspace that is meant.
    pub workspace: WorkspaceId,
}

/// What the API says of whoever asks.
#[derive(Deserialize)]
pub(super) struct Session {
    /// Who may come in: `single`, `accounts` or `anonymous`.
    pub mode: String,
    /// Nobody where no token was sent.
    pub user: Option<Me>,
    workspaces: Vec<Mine>,
}

#[derive(Deserialize)]
pub(super) struct Me {
    pub login: String,
}

#[derive(Deserialize)]
struct Mine {
    id: WorkspaceId,
}

impl Client {
    /// Reaches a server, and finds out the workspace that is meant.
    ///
    /// # Errors
    /// As [`Self::reach`], and where the workspace is unclear.
    pub async fn connect(server: &Server, context: &Context) -> Result<Self, Failure> {
        let (mut client, session) = Self::reach(server, context).await?;
        let mine = session.workspaces.into_iter().map(|workspace| workspace.id).collect();
        client.workspace = workspace(context.workspace.as_deref(), mine, client.token.is_some())?;
        Ok(client)
    }

    /// Reaches a server for what belongs to no workspace, and says who asks.
    ///
    /// # Errors
    /// Where the address is none, nobody answers, or the token is not known.
    pub(super) async fn reach(server: &Server, context: &Context) -> Result<(Self, Session), Failure> {
        let mut base: Url = server.url.parse().map_err(|_| no_address(&server.url))?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(no_address(&server.url));
        }
        base.set_query(None);
        let token = token(server)?;
        let near = base.host_str().is_some_and(|host| {
            host == "localhost"
                || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        });
        if token.is_some() && base.scheme() == "http" && !near {
            context.output.note(format!(
                "note: the token travels to {base} unencrypted; use https where others share the network"
            ));
        }
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("clade/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::Error(format!("cannot make connections: {error}")))?;
        let client = Self { http, base, token, workspace: WorkspaceId::default() };
        let session: Session = client.get(&["session"], &[]).await?;
        Ok((client, session))
    }

    /// The address of a part of the API.
    pub fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v1"]).extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// A request with the token.
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.http.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token.expose_secret()),
            None => request,
        }
    }

    /// Sends a request.
    ///
    /// # Errors
    /// Where nobody answers, and where the answer is a problem: with what the server says to do.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        if status.is_redirection() {
            let to =
                response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("another address");
            return Err(Failure::Usage(format!("{} leads to {to}; name that address in --server", self.base)));
        }
        let bytes = response.bytes().await.map_err(|error| self.unreachable(&error))?;
        let Ok(problem) = serde_json::from_slice::<Problem>(&bytes) else {
            return Err(Failure::Error(format!(
                "{} answered {status}, which is no answer of Promptclade; check the address in --server",
                self.base
            )));
        };
        let text = problem.text();
        // too many requests and faults of the server pass; the rest is asked wrongly
        Err(match status.as_u16() {
            429 | 500.. => Failure::Error(text),
            _ => Failure::Usage(text),
        })
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// As [`Self::send`], and where the server is of another version.
    pub async fn get<T: DeserializeOwned>(&self, path: &[&str], query: &[(&str, &str)]) -> Result<T, Failure> {
        let response = self.send(self.request(Method::GET, self.url(path, query))).await?;
        self.read(response).await
    }

    /// Sends JSON and reads JSON.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn post<T: DeserializeOwned>(&self, path: &[&str], body: &impl serde::Serialize) -> Result<T, Failure> {
        let response = self.send(self.request(Method::POST, self.url(path, &[])).json(body)).await?;
        self.read(response).await
    }

    /// Reads the JSON of an answer.
    ///
    /// # Errors
    /// Where it ends early or is of another version.
    pub async fn read<T: DeserializeOwned>(&self, response: Response) -> Result<T, Failure> {
        let bytes = response.bytes().await.map_err(|error| self.unreachable(&error))?;
        serde_json::from_slice(&bytes).map_err(|error| {
            Failure::Error(format!(
                "{} answered otherwise than this version ({}) expects: {error}; use the version of the server",
                self.base,
                env!("CARGO_PKG_VERSION")
            ))
        })
    }

    /// All items of a list, page by page.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn all<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        most: usize,
    ) -> Result<Vec<T>, Failure> {
        #[derive(Deserialize)]
        struct Page<T> {
            items: Vec<T>,
            next: Option<String>,
        }
        let limit = most.clamp(1, 500).to_string();
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut asked = query.to_vec();
            asked.push(("limit", &limit));
            if let Some(cursor) = &cursor {
                asked.push(("cursor", cursor));
            }
            let page: Page<T> = self.get(path, &asked).await?;
            items.extend(page.items);
            cursor = page.next;
            if cursor.is_none() || items.len() >= most {
                items.truncate(most);
                return Ok(items);
            }
        }
    }

    /// All items of a list that has no pages.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn whole<T: DeserializeOwned>(&self, path: &[&str]) -> Result<Vec<T>, Failure> {
        #[derive(Deserialize)]
        struct Whole<T> {
            items: Vec<T>,
        }
        Ok(self.get::<Whole<T>>(path, &[]).await?.items)
    }

    /// What is said where nobody answers.
    pub fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let mut why = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(deeper) = source {
            why = deeper.to_string();
            source = deeper.source();
        }
        Failure::Error(format!(
            "cannot reach the server at {}: {why}; check that `clade serve` goes on there, and the address in --server",
            self.base
        ))
    }
}

fn no_address(url: &str) -> Failure {
    Failure::Usage(format!("`{url}` is no address of a server; write it as http://127.0.0.1:8400"))
}

/// The token, from a file or the environment: what stands on a command line is seen by everybody on the machine.
fn token(server: &Server) -> Result<Option<SecretString>, Failure> {
    let text = match &server.token_file {
        Some(path) => std::fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?,
        None => std::env::var("CLADE_TOKEN").unwrap_or_default(),
    };
    let text = text.trim();
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Failure::Usage(
            "the token is more than one word; put the token alone into CLADE_TOKEN or the file".into(),
        ));
    }
    Ok((!text.is_empty()).then(|| SecretString::from(text)))
}

fn workspace(named: Option<&str>, mine: Vec<WorkspaceId>, token: bool) -> Result<WorkspaceId, Failure> {
    if let Some(name) = named {
        // one that is not there and one of others look the same, so the server is left to say it
        return name.parse().map_err(|_| Failure::Usage(format!("`{name}` is no name of a workspace")));
    }
    let usual = WorkspaceId::default();
    match &mine[..] {
        [] if !token => Err(Failure::Usage(
            "the server does not know who you are; make a token there with `clade token add NAME` or on its pages, and set CLADE_TOKEN".into(),
        )),
        [] => Err(Failure::Usage("this token lets into no workspace; ask an admin to add you to one".into())),
        [only] => Ok(only.clone()),
        all if all.contains(&usual) => Ok(usual),
        all => {
            let names: Vec<&str> = all.iter().map(WorkspaceId::as_str).collect();
            Err(Failure::Usage(format!("you are in several workspaces; name one with --workspace: {}", names.join(", "))))
        }
    }
}
