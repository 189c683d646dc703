use clade_lineage::Family;
use clade_store::RunSummary;

use crate::{
    again,
    args::{LineageArgs, TreeFormat},
    context::Context,
    display::result::count as counted,
    failure::Failure,
    files,
    fit::{
        Side::{Left, Right},
        Table,
    },
    lineage::{LEGEND, OwnTrees, Part, Rejected, Trees, text, written},
    names::find_search,
    output::{Ink, Output, harmless},
};

/// `clade lineage`
pub async fn run(args: &LineageArgs, context: &Context) -> Result<(), Failure> {
    let (store, lineage) = context.lineage().await?;
    let row = find_search(store.as_ref(), &args.run, context.output).await?;
    let trees = OwnTrees { store, lineage };
    show(args, &row, &trees, &context.output).await?;
    Ok(trees.store.close().await?)
}

/// Answers what is asked of a run's family tree.
///
/// # Errors
/// For unknown candidates and wrong filters, and where the trees cannot be read.
pub async fn show(args: &LineageArgs, row: &RunSummary, trees: &impl Trees, output: &Output) -> Result<(), Failure> {
    let part = Part::asked(args, trees, &row.run).await?;
    let format = if output.json && args.format == TreeFormat::Text { TreeFormat::Json } else { args.format };
    let text = match format {
        TreeFormat::Json if args.families => serde_json::json!({ "families": part.graph.families() }).to_string(),
        TreeFormat::Text if args.families => families(&part.graph.families(), output),
        TreeFormat::Text if part.graph.nodes().is_empty() => nothing(args, row),
        TreeFormat::Text => text(&part, args.all, output),
        _ => written(&part, format, row, trees).await?,
    };
    match files::named(args.output.as_deref()) {
        Some(path) => {
            files::write(path, &text, args.overwrite)?;
            output.note(format!(
                "wrote {} to {}",
                counted(part.graph.nodes().len() as u64, "candidate"),
                path.display()
            ));
        }
        None if format == TreeFormat::Text => text.trim_end().lines().for_each(|line| output.cut(line)),
        None => crate::output::raw(text.trim_end()),
    }
    if format == TreeFormat::Text && args.output.is_none() && !part.list && !args.families {
        if part.graph.nodes().len() > 1 && !output.quiet {
            output.prose(output.paint(Ink::Faint, format!("to read it: {LEGEND}")));
        }
        footer(args, &part, row, trees, output).await?;
    }
    Ok(())
}

/// What is said where there is nothing to show.
fn nothing(args: &LineageArgs, row: &RunSummary) -> String {
    match &args.filter {
        Some(_) => "no candidate matches".to_owned(),
        None if row.candidates == 0 => {
            again::completed(&format!("run {0} has no candidate yet; `clade resume {0}` goes on", row.run))
        }
        None => format!("run {} has no candidate there", row.run),
    }
}

/// What the tree does not show.
async fn footer(
    args: &LineageArgs,
    part: &Part,
    row: &RunSummary,
    trees: &impl Trees,
    output: &Output,
) -> Result<(), Failure> {
    if !args.rejected {
        let turned_away: u32 = part.graph.nodes().iter().map(|node| node.turned_away).sum();
        if turned_away > 0 {
            let line = format!(
                "{} turned away; --rejected counts them by reason",
                counted(u64::from(turned_away), "proposal")
            );
            output.prose(output.paint(Ink::Faint, line));
        }
        return Ok(());
    }
    for Rejected { operator, reason, count } in trees.rejected(&row.run).await? {
        let reason = serde_json::to_value(reason).unwrap_or_default();
        let reason = reason.as_str().unwrap_or_default().replace('_', " ");
        output.line(output.paint(Ink::Faint, format!("{count:>5} x {} turned away: {reason}", harmless(&operator.0))));
    }
    Ok(())
}

fn families(families: &[Family], output: &Output) -> String {
    let mut table = Table::new(&[("ROOT", Left), ("SIZE", Right), ("SCORE", Right), ("BEST", Left)], output);
    for family in families {
        let score = family.score.map_or_else(|| "-".to_owned(), |score| format!("{score:.3}"));
        table.row([family.root.to_string(), family.size.to_string(), score, family.best.to_string()]);
    }
    table.lines().join("\n")
}
