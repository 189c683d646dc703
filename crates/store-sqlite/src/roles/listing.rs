use clade_store::{RunFilter, RunOrder, RunStatus, RunSummary, StoreError};

use crate::{SqliteStore, fault::unreadable, writer::RunRow};

/// Runs named in an error about a beginning that fits several.
const SOME: i64 = 6;

impl SqliteStore {
    pub(super) fn run_row(&self, summary: &RunSummary) -> Result<RunRow, StoreError> {
        Ok(RunRow {
            run: summary.run.clone(),
            status: status_name(summary.status),
            created: summary.created.0,
            workspace: summary.workspace.to_string(),
            summary: self.to_json("a run's row", summary)?,
        })
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
        // ids hold a-z, 0-9 and -, so `{` sorts behind all of them; the exact id, if any, comes first
        let sql = "SELECT id, summary FROM runs WHERE id >= ?1 AND id < ?1 || '{' ORDER BY id LIMIT ?2";
        let rows = self.rows("find a run", sqlx::query(sql).bind(name.as_str()).bind(SOME)).await?;
        let ids: Vec<&str> = rows.iter().map(|row| self.value(row, 0)).collect::<Result<_, _>>()?;
        match (ids.first(), rows.first()) {
            (Some(first), Some(row)) if ids.len() == 1 || *first == name => {
                let summary: &str = self.value(row, 1)?;
                serde_json::from_str(summary).map_err(|error| unreadable(&self.path, "a run's row", &error))
            }
            (None, _) | (_, None) => Err(StoreError::no_run(&name)),
            _ => Err(StoreError::ambiguous_run(&name, ids.into_iter())),
        }
    }

    /// Rows, newest first. They come as one JSON array: a row each would cost ten times as much.
    pub(super) async fn list_summaries(&self, filter: RunFilter) -> Result<Vec<RunSummary>, StoreError> {
        // what SQLite cannot do itself is done below, and then it must give all it has
        let plain = filter.text.is_none() && filter.order == RunOrder::Newest;
        let status: Vec<&str> = filter.status.iter().filter(|_| plain).map(|status| status_name(*status)).collect();
        let workspace = filter.workspace.as_ref().map(|workspace| workspace.as_str().to_owned());
        let after = filter.after.as_ref().filter(|_| plain).map(|run| run.as_str().to_owned());
        // conditions that are not there, instead of ones that always hold: so an index leads to the first row of a page
        let conditions = [
            workspace.as_ref().map(|_| "workspace = ?2"),
            after.as_ref().map(|_| "(created, no) < (SELECT created, no FROM runs WHERE id = ?3)"),
            (!status.is_empty()).then_some("status IN (SELECT value FROM json_each(?4))"),
            filter.wanted.then_some("summary ->> 'wanted' = 1"),
        ];
        let conditions: Vec<&str> = conditions.into_iter().flatten().collect();
        let filtered =
            if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
        let sql = format!(
            "SELECT '[' || coalesce(group_concat(summary, ','), '') || ']' FROM (SELECT summary FROM runs {filtered} \
             ORDER BY created DESC, no DESC LIMIT ?1)"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(filter.limit.filter(|_| plain).map_or(-1, i64::from))
            .bind(workspace)
            .bind(after)
            .bind(self.to_json("a filter", &status)?);
        let rows = self.rows("list runs", query).await?;
        let Some(row) = rows.first() else { return Ok(Vec::new()) };
        let array: &str = self.value(row, 0)?;
        let runs: Vec<RunSummary> =
            serde_json::from_str(array).map_err(|error| unreadable(&self.path, "the list of runs", &error))?;
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
