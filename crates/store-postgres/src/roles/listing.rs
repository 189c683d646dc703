use clade_domain::RunId;
use clade_store::{RunFilter, RunOrder, RunStatus, RunSummary, StoreError};
use tokio_postgres::types::Type;

use crate::{PostgresStore, store::to_json};

/// Runs named in an error about a beginning that fits several.
const SOME: i64 = 6;

/// A run's row as it is written.
pub(super) struct RunRow {
    pub status: &'static str,
    pub created: i64,
    pub workspace: String,
    pub summary: String,
}

pub(super) fn run_row(summary: &RunSummary) -> Result<RunRow, StoreError> {
    Ok(RunRow {
        status: status_name(summary.status),
        created: summary.created.0,
        workspace: summary.workspace.to_string(),
        summary: to_json("a run's row", summary)?,
    })
}

impl PostgresStore {
    pub(super) async fn rewrite(&self, summary: &RunSummary) -> Result<(), StoreError> {
        let row = run_row(summary)?;
        let sql = "UPDATE @runs SET status = $2, created = $3, workspace = $4, summary = $5 WHERE id = $1 AND visible RETURNING 1";
        let values = [
            (&summary.run.as_str() as _, Type::TEXT),
            (&row.status as _, Type::TEXT),
            (&row.created as _, Type::INT8),
            (&row.workspace as _, Type::TEXT),
            (&row.summary as _, Type::TEXT),
        ];
        match self.rows("rewrite a run's row", sql, &values).await?.is_empty() {
            true => Err(StoreError::no_run(&summary.run)),
            false => Ok(()),
        }
    }

    /// By id, by the unique beginning of an id, or `last`.
    pub(super) async fn find_summary(&self, name: String) -> Result<RunSummary, StoreError> {
        if name == "last" {
            let newest = self.list_summaries(RunFilter { limit: Some(1), ..RunFilter::default() }).await?;
            return newest.into_iter().next().ok_or_else(|| StoreError::no_run(&name));
        }
        if name.is_empty() {
            return Err(StoreError::no_run(&name));
        }
        // the exact id, if any, comes first: the order of bytes, whatever the database's own order is
        let sql =
            "SELECT id, summary FROM @runs WHERE visible AND starts_with(id, $1) ORDER BY id COLLATE \"C\" LIMIT $2";
        let rows = self.rows("find a run", sql, &[(&name, Type::TEXT), (&SOME, Type::INT8)]).await?;
        let ids: Vec<&str> = rows.iter().map(|row| self.value(row, 0)).collect::<Result<_, _>>()?;
        match (ids.first(), rows.first()) {
            (Some(first), Some(row)) if ids.len() == 1 || *first == name => {
                self.parsed("a run's row", self.value(row, 1)?)
            }
            (None, _) | (_, None) => Err(StoreError::no_run(&name)),
            _ => Err(StoreError::ambiguous_run(&name, ids.into_iter())),
        }
    }

    pub(super) async fn list_summaries(&self, filter: RunFilter) -> Result<Vec<RunSummary>, StoreError> {
        let sql = "SELECT summary FROM @runs WHERE visible AND (cardinality($1::text[]) = 0 OR status = ANY($1)) \
                   AND ($2::text IS NULL OR workspace = $2) \
                   AND ($3::text IS NULL OR (created, no) < (SELECT created, no FROM @runs WHERE id = $3)) \
                   AND (NOT $5 OR summary::json ->> 'wanted' = 'true') \
                   ORDER BY created DESC, no DESC LIMIT $4";
        // what the statement does not do is done below, and then it must give all it has
        let plain = filter.text.is_none() && filter.order == RunOrder::Newest;
        let status: Vec<&str> = filter.status.iter().filter(|_| plain).map(|status| status_name(*status)).collect();
        let limit = filter.limit.filter(|_| plain).map(i64::from);
        let after = filter.after.as_ref().filter(|_| plain).map(RunId::as_str);
        let workspace = filter.workspace.as_ref().map(|workspace| workspace.as_str());
        let values = [
            (&status as _, Type::TEXT_ARRAY),
            (&workspace as _, Type::TEXT),
            (&after as _, Type::TEXT),
            (&limit as _, Type::INT8),
            (&filter.wanted as _, Type::BOOL),
        ];
        let rows = self.rows("list runs", sql, &values).await?;
        let runs = rows.iter().map(|row| self.parsed("a run's row", self.value(row, 0)?));
        let runs: Vec<RunSummary> = runs.collect::<Result<_, StoreError>>()?;
        Ok(if plain { runs } else { filter.page(runs) })
    }
}

fn status_name(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Running => "running",
        RunStatus::Paused => "paused",
        RunStatus::Failed => "failed",
        RunStatus::Finished => "finished",
    }
}
