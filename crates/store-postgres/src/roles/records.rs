use clade_domain::{Timestamp, UserId, WorkspaceId};
use clade_store::{Change, Keys, RawRecord, RecordKind, RecordQuery, Records, StoreError, StoreFuture};
use tokio_postgres::{Client, Error, Row, error::SqlState, types::Type};

use crate::{
    PostgresStore,
    link::{Value, Verdict},
};

const COLUMNS: &str = "id, workspace, \"user\", parent, second, revision, created, expires, body";

impl Records for PostgresStore {
    fn commit(&self, changes: Vec<Change>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let changes = &changes;
            self.desk
                .transaction("change records", false, move |client, _| async move {
                    for change in changes {
                        if let Err(refused) = self.change(&client, change).await? {
                            return Ok(Err(refused));
                        }
                    }
                    Ok(Ok(()))
                })
                .await
        })
    }

    fn record(&self, kind: RecordKind, id: String, now: Timestamp) -> StoreFuture<'_, Option<RawRecord>> {
        Box::pin(async move { self.one(kind, "id", &id, now).await })
    }

    fn record_by(&self, kind: RecordKind, unique: String, now: Timestamp) -> StoreFuture<'_, Option<RawRecord>> {
        Box::pin(async move { self.one(kind, "second", &unique, now).await })
    }

    fn records(&self, kind: RecordKind, query: RecordQuery, now: Timestamp) -> StoreFuture<'_, Vec<RawRecord>> {
        Box::pin(async move {
            let (than, order) = if query.newest_first { ("<", "DESC") } else { (">", "ASC") };
            // what is not asked for is left out of the statement, so that the planner sees which index fits
            let name = kind.name();
            let workspace = query.workspace.map(String::from);
            let user = query.user.map(String::from);
            let limit = query.limit.map(i64::from);
            let after = query.after.as_ref().map(|(created, id)| (created.0, id.as_str()));
            let mut values: Vec<Value<'_>> = vec![(&name, Type::TEXT), (&now.0, Type::INT8)];
            let mut sql =
                format!("SELECT {COLUMNS} FROM @records WHERE kind = $1 AND (expires IS NULL OR expires >= $2)");
            for (column, value) in [("workspace", &workspace), ("\"user\"", &user), ("parent", &query.parent)] {
                if value.is_some() {
                    values.push((value, Type::TEXT));
                    sql += &format!(" AND {column} = ${}", values.len());
                }
            }
            if let Some((created, id)) = &after {
                values.extend([(created as _, Type::INT8), (id as _, Type::TEXT)]);
                sql += &format!(" AND (created, id COLLATE \"C\") {than} (${}, ${})", values.len() - 1, values.len());
            }
            values.push((&limit, Type::INT8));
            sql += &format!(" ORDER BY created {order}, id COLLATE \"C\" {order} LIMIT ${}", values.len());
            self.rows("list records", &sql, &values).await?.iter().map(|row| self.raw(kind, row)).collect()
        })
    }

    fn sweep(&self, now: Timestamp) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let sql = "DELETE FROM @records WHERE expires < $1 RETURNING 1";
            Ok(self.rows("sweep records", sql, &[(&now.0, Type::INT8)]).await?.len() as u64)
        })
    }
}

impl PostgresStore {
    async fn one(
        &self,
        kind: RecordKind,
        column: &str,
        value: &str,
        now: Timestamp,
    ) -> Result<Option<RawRecord>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM @records WHERE kind = $1 AND {column} = $2 AND (expires IS NULL OR expires >= $3)"
        );
        let values = [(&kind.name() as _, Type::TEXT), (&value as _, Type::TEXT), (&now.0 as _, Type::INT8)];
        self.rows("read a record", &sql, &values).await?.first().map(|row| self.raw(kind, row)).transpose()
    }

    async fn change(&self, client: &Client, change: &Change) -> Verdict<()> {
        let kind = change.kind();
        if kind.is_append_only() && !matches!(change, Change::Add { .. }) {
            return Ok(Err(StoreError::Refused { what: kind.name() }));
        }
        match change {
            Change::Add { record } => self.add(client, record).await,
            Change::Rewrite { record, revision } => self.rewrite_record(client, record, *revision).await,
            Change::Remove { id, revision, .. } => self.remove(client, kind, id, *revision).await,
        }
    }

    async fn add(&self, client: &Client, record: &RawRecord) -> Verdict<()> {
        let (name, keys) = (record.kind.name(), &record.keys);
        let gone = "DELETE FROM @records WHERE kind = $1 AND (id = $2 OR second = $3) AND expires < $4";
        let values = [
            (&name as _, Type::TEXT),
            (&keys.id as _, Type::TEXT),
            (&keys.unique as _, Type::TEXT),
            (&record.created.0 as _, Type::INT8),
        ];
        client.execute_typed(&self.sql(gone), &values).await?;
        let sql = "INSERT INTO @records (kind, id, workspace, \"user\", parent, second, created, expires, body, revision) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1) ON CONFLICT DO NOTHING";
        match self.put(client, sql, record).await? {
            0 => Ok(Err(exists(record))),
            _ => Ok(Ok(())),
        }
    }

    async fn rewrite_record(&self, client: &Client, record: &RawRecord, revision: u64) -> Verdict<()> {
        let (name, id) = (record.kind.name(), record.keys.id.as_str());
        if let Some(refused) = self.stale(client, name, id, Some(revision)).await? {
            return Ok(Err(refused));
        }
        let sql = "UPDATE @records SET workspace = $3, \"user\" = $4, parent = $5, second = $6, expires = $8, body = $9, \
                   revision = revision + 1 WHERE kind = $1 AND id = $2 AND $7::bigint IS NOT NULL";
        match self.put(client, sql, record).await {
            Ok(_) => Ok(Ok(())),
            Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Ok(Err(exists(record))),
            Err(error) => Err(error),
        }
    }

    async fn remove(&self, client: &Client, kind: RecordKind, id: &str, revision: Option<u64>) -> Verdict<()> {
        match self.stale(client, kind.name(), id, revision).await? {
            Some(StoreError::NotFound { .. }) => return Ok(Ok(())),
            Some(refused) => return Ok(Err(refused)),
            None => {}
        }
        let sql = self.sql("DELETE FROM @records WHERE kind = $1 AND id = $2");
        client.execute_typed(&sql, &[(&kind.name(), Type::TEXT), (&id, Type::TEXT)]).await?;
        Ok(Ok(()))
    }

    async fn put(&self, client: &Client, sql: &str, record: &RawRecord) -> Result<u64, Error> {
        let keys = &record.keys;
        let values = [
            (&record.kind.name() as _, Type::TEXT),
            (&keys.id as _, Type::TEXT),
            (&keys.workspace.as_ref().map(ToString::to_string) as _, Type::TEXT),
            (&keys.user.as_ref().map(ToString::to_string) as _, Type::TEXT),
            (&keys.parent as _, Type::TEXT),
            (&keys.unique as _, Type::TEXT),
            (&record.created.0 as _, Type::INT8),
            (&keys.expires.map(|at| at.0) as _, Type::INT8),
            (&record.body as _, Type::TEXT),
        ];
        client.execute_typed(&self.sql(sql), &values).await
    }

    /// Why a record cannot be changed; its row is held until the transaction ends.
    async fn stale(
        &self,
        client: &Client,
        kind: &'static str,
        id: &str,
        expected: Option<u64>,
    ) -> Result<Option<StoreError>, Error> {
        let sql = self.sql("SELECT revision FROM @records WHERE kind = $1 AND id = $2 FOR UPDATE");
        let rows = client.query_typed(&sql, &[(&kind, Type::TEXT), (&id, Type::TEXT)]).await?;
        let Some(row) = rows.first() else {
            return Ok(Some(StoreError::NotFound { what: kind, name: id.to_owned() }));
        };
        let actual = row.try_get::<_, i64>(0)?.unsigned_abs();
        let wrong = expected.filter(|expected| *expected != actual);
        Ok(wrong.map(|expected| StoreError::stale(kind, &id, expected, actual)))
    }

    fn raw(&self, kind: RecordKind, row: &Row) -> Result<RawRecord, StoreError> {
        let wrong = |what: &'static str, error: clade_domain::IdError| self.server.unreadable(what, &error);
        let workspace = self.value::<Option<String>>(row, 1)?.map(WorkspaceId::try_from).transpose();
        let user = self.value::<Option<String>>(row, 2)?.map(UserId::try_from).transpose();
        Ok(RawRecord {
            kind,
            keys: Keys {
                id: self.value(row, 0)?,
                workspace: workspace.map_err(|error| wrong("a record's workspace", error))?,
                user: user.map_err(|error| wrong("a record's user", error))?,
                parent: self.value(row, 3)?,
                unique: self.value(row, 4)?,
                expires: self.value::<Option<i64>>(row, 7)?.map(Timestamp),
            },
            revision: self.count(row, 5)?,
            created: Timestamp(self.value(row, 6)?),
            body: self.value(row, 8)?,
        })
    }
}

fn exists(record: &RawRecord) -> StoreError {
    StoreError::Exists { what: record.kind.name(), name: record.keys.id.clone() }
}
