use std::{collections::HashMap, sync::Arc};

use clade_engine::replay_state;
use clade_lineage::formats::{Drawing, cypher, dot, graphml, json, mermaid};
use clade_store::{Lineage, RunSummary, Store};

use super::Part;
use crate::{args::TreeFormat, failure::Failure};

/// A part of the family tree in a format for machines. Prompts are read only where the format holds them.
///
/// # Errors
/// Where the store cannot be read.
pub async fn written(
    part: &Part,
    format: TreeFormat,
    row: &RunSummary,
    store: &Arc<dyn Store>,
    lineage: &Lineage,
) -> Result<String, Failure> {
    let with_prompts = matches!(format, TreeFormat::Graphml | TreeFormat::Cypher | TreeFormat::Json);
    let texts = if with_prompts { lineage.texts(part.graph.nodes()).await? } else { HashMap::new() };
    let drawing = Drawing::new(&part.graph, &texts, row.run.as_str(), part.best.as_ref());
    Ok(match format {
        TreeFormat::Dot => dot(&drawing),
        TreeFormat::Mermaid => mermaid(&drawing),
        TreeFormat::Graphml => graphml(&drawing),
        TreeFormat::Cypher => cypher(&drawing),
        TreeFormat::Json | TreeFormat::Text => {
            let state = replay_state(store, &row.run).await?;
            let rejected: Vec<_> = state
                .rejected()
                .iter()
                .map(
                    |((operator, reason), n)| serde_json::json!({ "operator": operator, "reason": reason, "count": n }),
                )
                .collect();
            let nodes = json(&drawing);
            serde_json::json!({ "run": row.run, "simulated": row.simulated, "nodes": nodes, "rejected": rejected })
                .to_string()
        }
    })
}
