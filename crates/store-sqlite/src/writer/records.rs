use clade_store::{Change, RawRecord, StoreError};
use sqlx::{Row, SqliteConnection};

/// Makes all changes inside the transaction that has begun, or none of them.
pub(super) async fn commit(
    connection: &mut SqliteConnection,
    changes: &[Change],
) -> Result<Result<u64, StoreError>, sqlx::Error> {
    sqlx::query("SAVEPOINT records").execute(&mut *connection).await?;
    for change in changes {
        if let Err(refused) = apply(connection, change).await? {
            sqlx::raw_sql("ROLLBACK TO records; RELEASE records").execute(&mut *connection).await?;
            return Ok(Err(refused));
        }
    }
    sqlx::query("RELEASE records").execute(&mut *connection).await?;
    Ok(Ok(0))
}

/// Removes what expired.
pub(super) async fn sweep(connection: &mut SqliteConnection, now: i64) -> Result<u64, sqlx::Error> {
    Ok(sqlx::query("DELETE FROM records WHERE expires < ?").bind(now).execute(connection).await?.rows_affected())
}

async fn apply(connection: &mut SqliteConnection, change: &Change) -> Result<Result<(), StoreError>, sqlx::Error> {
    let kind = change.kind();
    if kind.is_append_only() && !matches!(change, Change::Add { .. }) {
        return Ok(Err(StoreError::Refused { what: kind.name() }));
    }
    match change {
        Change::Add { record } => {
            let gone = "DELETE FROM records WHERE kind = ?1 AND (id = ?2 OR second = ?3) AND expires < ?4";
            let gone = sqlx::query(gone).bind(kind.name()).bind(record.keys.id.clone());
            gone.bind(record.keys.unique.clone()).bind(record.created.0).execute(&mut *connection).await?;
            if taken(connection, record, "").await? {
                return Ok(Err(exists(record)));
            }
            let sql = "INSERT INTO records (kind, id, workspace, user, parent, second, created, expires, body, revision) \
                       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)";
            values(sqlx::query(sql), record).execute(connection).await?;
            Ok(Ok(()))
        }
        Change::Rewrite { record, revision } => {
            if let Some(refused) = stale(connection, record.kind.name(), &record.keys.id, Some(*revision)).await? {
                return Ok(Err(refused));
            }
            if taken(connection, record, &record.keys.id).await? {
                return Ok(Err(exists(record)));
            }
            let sql = "UPDATE records SET workspace = ?3, user = ?4, parent = ?5, second = ?6, expires = ?8, body = ?9, \
                       revision = revision + 1 WHERE kind = ?1 AND id = ?2 AND ?7 IS NOT NULL";
            values(sqlx::query(sql), record).execute(connection).await?;
            Ok(Ok(()))
        }
        Change::Remove { id, revision, .. } => {
            match stale(connection, kind.name(), id, *revision).await? {
                Some(StoreError::NotFound { .. }) => return Ok(Ok(())),
                Some(refused) => return Ok(Err(refused)),
                None => {}
            }
            let remove = sqlx::query("DELETE FROM records WHERE kind = ? AND id = ?");
            remove.bind(kind.name()).bind(id.clone()).execute(connection).await?;
            Ok(Ok(()))
        }
    }
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

fn values<'q>(query: Query<'q>, record: &RawRecord) -> Query<'q> {
    let keys = &record.keys;
    query
        .bind(record.kind.name())
        .bind(keys.id.clone())
        .bind(keys.workspace.clone().map(String::from))
        .bind(keys.user.clone().map(String::from))
        .bind(keys.parent.clone())
        .bind(keys.unique.clone())
        .bind(record.created.0)
        .bind(keys.expires.map(|at| at.0))
        .bind(record.body.clone())
}

/// Whether another record than `but` holds one of the record's names.
async fn taken(connection: &mut SqliteConnection, record: &RawRecord, but: &str) -> Result<bool, sqlx::Error> {
    let sql = "SELECT 1 FROM records WHERE kind = ?1 AND (id = ?2 OR second = ?3) AND id <> ?4";
    let query = sqlx::query(sql).bind(record.kind.name()).bind(record.keys.id.clone());
    let query = query.bind(record.keys.unique.clone()).bind(but.to_owned());
    Ok(query.fetch_optional(connection).await?.is_some())
}

async fn stale(
    connection: &mut SqliteConnection,
    kind: &'static str,
    id: &str,
    expected: Option<u64>,
) -> Result<Option<StoreError>, sqlx::Error> {
    let found = sqlx::query("SELECT revision FROM records WHERE kind = ? AND id = ?").bind(kind).bind(id.to_owned());
    let Some(row) = found.fetch_optional(connection).await? else {
        return Ok(Some(StoreError::NotFound { what: kind, name: id.to_owned() }));
    };
    let actual = row.try_get::<i64, _>(0)?.unsigned_abs();
    let wrong = expected.filter(|expected| *expected != actual);
    Ok(wrong.map(|expected| StoreError::stale(kind, &id, expected, actual)))
}

fn exists(record: &RawRecord) -> StoreError {
    StoreError::Exists { what: record.kind.name(), name: record.keys.id.clone() }
}
