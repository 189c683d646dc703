use clade_server::mcp::{Api, Ask};
use futures::future::BoxFuture;
use serde_json::Value;

use super::Client;
use crate::{args::McpArgs, commands::mcp, failure::Failure};

/// `clade mcp`: with the runs of a server, as whoever the token is of.
pub async fn run(client: &Client, args: &McpArgs) -> Result<(), Failure> {
    mcp::speak(client, mcp::tools(args)).await
}

impl Api for Client {
    fn ask(&self, ask: Ask) -> BoxFuture<'_, (u16, Value)> {
        Box::pin(async move {
            // the workspace that was named on the command line is the usual one
            let own = |part: &String| if part == "{workspace}" { self.workspace.to_string() } else { part.clone() };
            let path: Vec<String> = ask.path.iter().map(own).collect();
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let query: Vec<(&str, &str)> = ask.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let mut request = self.request(ask.method, self.url(&path, &query));
            if let Some(body) = &ask.body {
                request = request.json(body);
            }
            let response = match request.send().await {
                Ok(response) => response,
                Err(error) => return (0, Value::from(self.unreachable(&error).to_string())),
            };
            let status = response.status().as_u16();
            match response.bytes().await {
                Ok(bytes) => (status, serde_json::from_slice(&bytes).unwrap_or_default()),
                Err(error) => (0, Value::from(self.unreachable(&error).to_string())),
            }
        })
    }
}
