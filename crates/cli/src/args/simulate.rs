use std::path::PathBuf;

use clap::Args;

/// `clade simulate`
#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// The simulated model's rules; `--list` shows them
    #[arg(default_value = "gentle")]
    pub model: String,
    /// List the rule sets
    #[arg(long)]
    pub list: bool,
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8787)]
    pub port: u16,
    /// Data set with the right answers (a run file or a data file)
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Milliseconds before an answer; the median where --latency-p95-ms is given
    #[arg(long, default_value_t = 0.0)]
    pub latency_ms: f64,
    /// 95th percentile of the latency; it is then log-normal
    #[arg(long)]
    pub latency_p95_ms: Option<f64>,
    /// Share of requests that fail with status 500
    #[arg(long, default_value_t = 0.0)]
    pub error_rate: f64,
    /// Share of requests that are turned away with status 429
    #[arg(long, default_value_t = 0.0)]
    pub throttle_rate: f64,
    /// Status 429 without retry-after, and no word of the limit
    #[arg(long)]
    pub no_retry_after: bool,
    /// Requests per second from which on status 429 is answered
    #[arg(long)]
    pub rate_limit: Option<f64>,
    /// Share of requests that are never answered
    #[arg(long, default_value_t = 0.0)]
    pub hang_rate: f64,
    /// Share of answers that are HTML, cut off, or no JSON
    #[arg(long, default_value_t = 0.0)]
    pub garbage_rate: f64,
    /// Key that requests must carry
    #[arg(long)]
    pub require_key: Option<String>,
    /// Seed of the simulated model
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Log each answered request as a JSON line
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
}
