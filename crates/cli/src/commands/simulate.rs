use std::sync::Arc;

use clade_models::simulated::names;
use clade_simulator::{Latency, Settings};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    args::SimulateArgs,
    context::Context,
    display::result::{count, thousands},
    failure::Failure,
    load,
};

/// `clade simulate`
pub async fn run(args: &SimulateArgs, context: &Context) -> Result<(), Failure> {
    let output = context.output;
    if args.list {
        for (name, description) in names() {
            if output.json {
                output.json_line(&serde_json::json!({ "name": name, "description": description }));
            } else {
                output.line(format!("{name:<10} {description}"));
            }
        }
        return Ok(());
    }
    let answers = match &args.answers {
        Some(path) => Some(Arc::new(load::answer_key(path, context).await?)),
        None => None,
    };
    let third = args.garbage_rate / 3.0;
    let settings = Settings {
        model: args.model.clone(),
        seed: args.seed,
        latency: match args.latency_p95_ms {
            Some(p95_ms) => Latency::LogNormal { median_ms: args.latency_ms, p95_ms },
            None => Latency::Fixed(args.latency_ms),
        },
        error_rate: args.error_rate,
        throttle_rate: args.throttle_rate,
        tells_limits: !args.no_retry_after,
        requests_per_second: args.rate_limit,
        hang_rate: args.hang_rate,
        malformed_rate: third,
        html_rate: third,
        half_body_rate: third,
        key: args.require_key.clone(),
        answers,
        log: args.log.clone(),
        ..Settings::default()
    };
    settings.check().map_err(|error| Failure::Usage(error.to_string()))?;
    let listener = TcpListener::bind(("127.0.0.1", args.port)).await.map_err(|error| {
        Failure::Error(format!(
            "cannot listen on port {}: {error}; name another with --port, or 0 for a free one",
            args.port
        ))
    })?;
    let port = listener.local_addr().map_err(|error| Failure::Error(error.to_string()))?.port();
    // heard from here on, so that whoever reads the address may stop the server at once
    let interrupted = crate::session::interrupted();
    tokio::pin!(interrupted);
    let url = format!("http://127.0.0.1:{port}");
    if output.json {
        output.json_line(&serde_json::json!({ "url": url, "model": args.model }));
    } else {
        output.line(format!("listening on {url}"));
        output.note(format!(
            "simulated model `{}`: OpenAI at {url}/v1, Anthropic at {url}, Ollama at {url}; Ctrl-C stops",
            args.model
        ));
    }
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let serving = clade_simulator::serve(settings, listener, cancel);
    tokio::pin!(serving);
    let stats = loop {
        tokio::select! {
            stats = &mut serving => break stats.map_err(|error| Failure::Error(error.to_string()))?,
            () = &mut interrupted, if !stop.is_cancelled() => stop.cancel(),
        }
    };
    if output.json {
        output.json_line(&serde_json::json!({ "result": stats }));
    } else {
        output.note(format!(
            "{}: {} answered ({} of them again), {} errors ({} of them throttled), {} not answered",
            count(stats.requests, "request"),
            thousands(stats.answered),
            thousands(stats.repeated_bodies),
            thousands(stats.errors),
            thousands(stats.throttled),
            thousands(stats.unanswered),
        ));
    }
    Ok(())
}
