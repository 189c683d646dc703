use clade_engine::{RunReport, replay_state};
use clade_store_sqlite::Durability;

use crate::{args::RunName, context::Context, display::result, failure::Failure, names::find_run};

/// `clade show`
pub async fn run(args: &RunName, context: &Context) -> Result<(), Failure> {
    let store = context.store(Durability::Normal).await?;
    let row = find_run(store.as_ref(), &args.run).await?;
    let state = replay_state(&store, &row.run).await?;
    let report = RunReport::read(&store, &state, &row).await?;
    if context.output.json {
        context.output.json_line(&serde_json::json!({ "result": report }));
    } else {
        result::print(&report, &state, &context.output);
    }
    Ok(())
}
