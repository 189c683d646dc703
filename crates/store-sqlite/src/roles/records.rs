use clade_domain::{Timestamp, UserId, WorkspaceId};
use clade_store::{Change, Keys, RawRecord, RecordKind, RecordQuery, Records, StoreError, StoreFuture};
use sqlx::sqlite::SqliteRow;

use crate::{SqliteStore, fault::unreadable, writer::Work};

const COLUMNS: &str = "id, workspace, user, parent, second, revision, created, expires, body";

impl Records for SqliteStore {
    fn commit(&self, changes: Vec<Change>) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.writer.write(Work::Records(changes)).await.map(drop) })
    }

    fn record(&self, kind: RecordKind, id: String, now: Timestamp) -> StoreFuture<'_, Option<RawRecord>> {
        Box::pin(async move {
            let sql = format!("SELECT {COLUMNS} FROM records WHERE kind = ? AND id = ? AND coalesce(expires >= ?, 1)");
            let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(kind.name()).bind(id).bind(now.0);
            self.rows("read a record", query).await?.first().map(|row| self.raw(kind, row)).transpose()
        })
    }

    fn record_by(&self, kind: RecordKind, unique: String, now: Timestamp) -> StoreFuture<'_, Option<RawRecord>> {
        Box::pin(async move {
            let sql =
                format!("SELECT {COLUMNS} FROM records WHERE kind = ? AND second = ? AND coalesce(expires >= ?, 1)");
            let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(kind.name()).bind(unique).bind(now.0);
            self.rows("find a record", query).await?.first().map(|row| self.raw(kind, row)).transpose()
        })
    }

    fn records(&self, kind: RecordKind, query: RecordQuery, now: Timestamp) -> StoreFuture<'_, Vec<RawRecord>> {
        Box::pin(async move {
            let mut sql = format!("SELECT {COLUMNS} FROM records WHERE kind = ? AND coalesce(expires >= ?, 1)");
            let named = [
                ("workspace", query.workspace.map(String::from)),
                ("user", query.user.map(String::from)),
                ("parent", query.parent),
            ];
            for (column, value) in &named {
                if value.is_some() {
                    sql += &format!(" AND {column} = ?");
                }
            }
            let (than, order) = if query.newest_first { ("<", "DESC") } else { (">", "ASC") };
            if query.after.is_some() {
                sql += &format!(" AND (created, id) {than} (?, ?)");
            }
            sql += &format!(" ORDER BY created {order}, id {order} LIMIT ?");
            let mut asked = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(kind.name()).bind(now.0);
            for value in named.into_iter().filter_map(|(_, value)| value) {
                asked = asked.bind(value);
            }
            if let Some((created, id)) = query.after {
                asked = asked.bind(created.0).bind(id);
            }
            let asked = asked.bind(query.limit.map_or(-1, i64::from));
            self.rows("list records", asked).await?.iter().map(|row| self.raw(kind, row)).collect()
        })
    }

    fn sweep(&self, now: Timestamp) -> StoreFuture<'_, u64> {
        Box::pin(async move { self.writer.write(Work::Sweep(now.0)).await })
    }
}

impl SqliteStore {
    fn raw(&self, kind: RecordKind, row: &SqliteRow) -> Result<RawRecord, StoreError> {
        let parsed = |what: &'static str, error: clade_domain::IdError| unreadable(&self.path, what, &error);
        let workspace: Option<String> = self.value(row, 1)?;
        let user: Option<String> = self.value(row, 2)?;
        let expires: Option<i64> = self.value(row, 7)?;
        Ok(RawRecord {
            kind,
            keys: Keys {
                id: self.value(row, 0)?,
                workspace: workspace
                    .map(WorkspaceId::try_from)
                    .transpose()
                    .map_err(|error| parsed("a record's workspace", error))?,
                user: user.map(UserId::try_from).transpose().map_err(|error| parsed("a record's user", error))?,
                parent: self.value(row, 3)?,
                unique: self.value(row, 4)?,
                expires: expires.map(Timestamp),
            },
            revision: self.value::<i64>(row, 5)?.unsigned_abs(),
            created: Timestamp(self.value(row, 6)?),
            body: self.value(row, 8)?,
        })
    }
}
