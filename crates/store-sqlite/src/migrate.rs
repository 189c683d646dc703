use std::path::Path;

use clade_store::StoreError;
use sqlx::{AssertSqlSafe, Executor, Row, SqliteConnection};

use crate::fault::fault;

/// `clad` in ASCII, in the file's header, so that `file` and we can tell whose database it is.
pub(crate) const APPLICATION_ID: i64 = 0x636c_6164;

/// Each step takes the format from its position to the next. Steps are never changed once released, only added.
const STEPS: &[&str] =
    &[include_str!("../migrations/0001_initial.sql"), include_str!("../migrations/0002_records.sql")];

/// The format that this program writes: `PRAGMA user_version`.
pub(crate) fn known() -> u32 {
    u32::try_from(STEPS.len()).unwrap_or(u32::MAX)
}

/// Brings the file to the newest format in one transaction; where it is there already, one read.
pub(crate) async fn migrate(path: &Path, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    if version(path, connection).await? == known() {
        return Ok(());
    }
    let failed = |error| fault(path, "prepare the database", &error);
    connection.execute("BEGIN IMMEDIATE").await.map_err(failed)?;
    match steps(path, connection).await {
        Ok(()) => connection.execute("COMMIT").await.map(drop).map_err(failed),
        Err(error) => {
            // the first error is the one to tell; SQLite has often rolled back already
            drop(connection.execute("ROLLBACK").await);
            Err(error)
        }
    }
}

async fn steps(path: &Path, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    // read again: another process may have been first while this one waited for the transaction
    let found = version(path, connection).await?;
    for step in STEPS.iter().skip(found as usize) {
        sqlx::raw_sql(*step).execute(&mut *connection).await.map_err(|e| fault(path, "prepare the database", &e))?;
    }
    let marks = format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {}", known());
    let marked = sqlx::raw_sql(AssertSqlSafe(marks)).execute(connection).await;
    marked.map(drop).map_err(|error| fault(path, "prepare the database", &error))
}

/// The file's format, 0 where it is empty. `Newer` and `Corrupt` where it is not for us.
pub(crate) async fn version(path: &Path, connection: &mut SqliteConnection) -> Result<u32, StoreError> {
    let sql = "SELECT (SELECT user_version FROM pragma_user_version), (SELECT application_id FROM pragma_application_id), \
               EXISTS (SELECT 1 FROM sqlite_schema)";
    let failed = |error| fault(path, "read the database", &error);
    let row = connection.fetch_one(sql).await.map_err(failed)?;
    let found: i64 = row.try_get(0).map_err(failed)?;
    let application: i64 = row.try_get(1).map_err(failed)?;
    let used: bool = row.try_get(2).map_err(failed)?;
    if !used && application == 0 && found == 0 {
        return Ok(0);
    }
    let shown = path.display().to_string();
    if application != APPLICATION_ID {
        return Err(StoreError::Corrupt { path: shown, detail: "it is another program's database".into() });
    }
    let found = u32::try_from(found).unwrap_or(u32::MAX);
    if found > known() {
        return Err(StoreError::Newer { path: shown, found, known: known() });
    }
    Ok(found)
}
