use std::{
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
};

use clap::Args;

/// `clade serve`
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address to listen on; another than this machine's own needs accounts (`clade user add --admin`)
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS", value_parser = address)]
    pub listen: IpAddr,
    /// Port; 0 takes a free one
    #[arg(long, default_value_t = 8400)]
    pub port: u16,
    /// The address that people use where it is another, such as `https://clade.example.org` behind a proxy
    #[arg(long, value_name = "URL", env = "CLADE_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// A proxy that is believed where it says whose request it passes on (`X-Forwarded-For`); may be given several times
    #[arg(long, value_name = "ADDRESS")]
    pub trusted_proxy: Vec<IpAddr>,
    /// Let everybody in who can reach the address, as the person at this machine
    #[arg(long)]
    pub allow_anonymous: bool,
    /// File with the secret that seals keys of providers, 64 hexadecimal digits; without it, and without CLADE_SECRET_KEY, one is made
    /// in the data folder
    #[arg(long, value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,
    /// Requests a second that each caller may send on and on
    #[arg(long, default_value_t = 100.0, value_name = "N")]
    pub rate_limit: f64,
    /// Let webhooks, and the addresses that workspaces let their runs call, lead to this machine and its networks too
    #[arg(long, alias = "allow-private-webhooks")]
    pub allow_private_addresses: bool,
    /// Let agents that come over MCP create and control runs, as far as their token's role lets them; without it they read
    #[arg(long)]
    pub mcp_write: bool,
    /// Do not go on with runs that an earlier server was carrying out
    #[arg(long)]
    pub no_resume: bool,
}

/// `clade mcp`
#[derive(Debug, Args)]
pub struct McpArgs {
    /// Offer tools that create and control runs too, which spend money
    #[arg(long)]
    pub write: bool,
}

/// `clade backup`
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// Where the copy goes; `sqlite3` opens it, and so does `clade --data-dir` under the name clade.db
    pub file: PathBuf,
}

/// An address to listen on: in figures, or the name that every machine has for itself.
fn address(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
        _ => text.parse().map_err(|_| {
            "write it in figures: 127.0.0.1 for this machine alone, 0.0.0.0 for every network it is in".to_owned()
        }),
    }
}
