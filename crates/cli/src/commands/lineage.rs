use clade_engine::{find_candidate, replay_state};
use clade_store_sqlite::Durability;

use crate::{
    args::{LineageArgs, TreeFormat},
    context::Context,
    failure::Failure,
    lineage,
    names::find_run,
    output::Ink,
};

/// `clade lineage`
pub async fn run(args: &LineageArgs, context: &Context) -> Result<(), Failure> {
    let store = context.store(Durability::Normal).await?;
    let row = find_run(store.as_ref(), &args.run).await?;
    let state = replay_state(&store, &row.run).await?;
    let of = args.of.as_deref().map(|name| find_candidate(&state, name)).transpose()?;
    let nodes = lineage::nodes(&state, of);
    let output = context.output;
    let format = if output.json && args.format == TreeFormat::Text { TreeFormat::Json } else { args.format };
    let rejected: Vec<_> = state.rejected().iter().collect();
    let text = match format {
        TreeFormat::Text => lineage::text(&nodes, &output),
        TreeFormat::Dot => lineage::dot(row.run.as_str(), &nodes),
        TreeFormat::Mermaid => lineage::mermaid(&nodes),
        TreeFormat::Graphml => lineage::graphml(row.run.as_str(), &nodes),
        TreeFormat::Json => {
            let rejected: Vec<_> = rejected
                .iter()
                .map(
                    |((operator, reason), n)| serde_json::json!({ "operator": operator, "reason": reason, "count": n }),
                )
                .collect();
            serde_json::json!({ "run": row.run, "simulated": row.simulated, "nodes": nodes, "rejected": rejected })
                .to_string()
        }
    };
    match &args.output {
        Some(path) => {
            std::fs::write(path, &text).map_err(|error| Failure::io("write", path, &error))?;
            output.note(format!("wrote {} candidates to {}", nodes.len(), path.display()));
        }
        None => crate::output::raw(text.trim_end()),
    }
    if format == TreeFormat::Text && args.output.is_none() {
        if args.rejected {
            for ((operator, reason), n) in rejected {
                let reason = serde_json::to_value(reason).unwrap_or_default();
                let reason = reason.as_str().unwrap_or_default().replace('_', " ");
                output.line(output.paint(Ink::Faint, format!("{n:>5} x {operator} turned away: {reason}")));
            }
        } else if state.rejected_total() > 0 {
            output.line(output.paint(
                Ink::Faint,
                format!("{} proposals turned away; --rejected counts them by reason", state.rejected_total()),
            ));
        }
    }
    Ok(())
}
