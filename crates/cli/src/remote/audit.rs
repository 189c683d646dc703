use super::Client;
use crate::{
    args::AuditArgs,
    commands::audit::{Meant, show},
    context::Context,
    failure::Failure,
};

/// `clade audit`: the server decides who may see the log.
pub async fn run(client: &Client, args: &AuditArgs, context: &Context) -> Result<(), Failure> {
    let meant = match &args.run {
        Some(name) => Meant::of(name, client.find_run(name).await)?,
        None => Meant::default(),
    };
    let since = args.since.map(|since| since.0.to_string());
    let said = [
        ("who", args.who.as_deref()),
        ("what", args.what.as_deref()),
        ("run", meant.run.as_ref().map(|run| run.as_str())),
        ("since", since.as_deref()),
    ];
    let query: Vec<(&str, &str)> = said.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let path: &[&str] = if args.instance { &["audit"] } else { &["workspaces", client.workspace.as_str(), "audit"] };
    let entries = match args.limit.map_or(usize::MAX, |limit| limit as usize) {
        0 => Vec::new(),
        most => client.all(path, &query, most).await?,
    };
    meant.check(&entries)?;
    show(&entries, &context.output);
    Ok(())
}
