use std::collections::HashMap;

use clade_lineage::formats::{Drawing, cypher, dot, graphml, json, mermaid};
use clade_store::RunSummary;

use super::{Part, Trees};
use crate::{args::TreeFormat, failure::Failure};

/// A part of the family tree in a format for machines. Prompts are read only where the format holds them.
///
/// # Errors
/// Where the trees cannot be read.
pub async fn written(part: &Part, format: TreeFormat, row: &RunSummary, trees: &impl Trees) -> Result<String, Failure> {
    let with_prompts = matches!(format, TreeFormat::Graphml | TreeFormat::Cypher | TreeFormat::Json);
    let texts = if with_prompts { trees.texts(&part.graph).await? } else { HashMap::new() };
    let drawing = Drawing::new(&part.graph, &texts, row.run.as_str(), part.best.as_ref());
    Ok(match format {
        TreeFormat::Dot => dot(&drawing),
        TreeFormat::Mermaid => mermaid(&drawing),
        TreeFormat::Graphml => graphml(&drawing),
        TreeFormat::Cypher => cypher(&drawing),
        TreeFormat::Json | TreeFormat::Text => {
            let rejected = trees.rejected(&row.run).await?;
            let nodes = json(&drawing);
            serde_json::json!({ "run": row.run, "simulated": row.simulated, "nodes": nodes, "rejected": rejected })
                .to_string()
        }
    })
}
