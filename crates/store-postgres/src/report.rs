use clade_store::StoreError;
use tokio_postgres::types::Type;

use crate::{
    PostgresStore,
    migrate::{in_schema, quoted},
};

/// The tables that are written.
const TABLES: [&str; 12] = [
    "runs",
    "leases",
    "events",
    "texts",
    "answers",
    "datasets",
    "examples",
    "snapshots",
    "records",
    "lineage_runs",
    "lineage_nodes",
    "lineage_edges",
];

/// Beyond, rights are given on all tables at once.
const FEW: usize = 3;

impl PostgresStore {
    /// The server's version, after everything that writing takes was looked at and one write was tried and taken back.
    ///
    /// # Errors
    /// `Denied` with the statement to run where the user may not write; `Unreachable` where nobody answers.
    pub async fn report(&self) -> Result<String, StoreError> {
        let state = "SELECT current_setting('server_version'), pg_is_in_recovery(), current_setting('transaction_read_only') = 'on', \
                     current_user::text";
        let rows = self.rows("ask for the version", state, &[]).await?;
        let Some(row) = rows.first() else { return Ok(String::new()) };
        let (version, standby, reads): (String, bool, bool) =
            (self.value(row, 0)?, self.value(row, 1)?, self.value(row, 2)?);
        if standby || reads {
            let what = if standby { "it is a standby" } else { "transactions are read-only" };
            return Err(self.denied(what.to_owned(), self.server.only_reads(!standby)));
        }
        self.has_rights(&self.value::<String>(row, 3)?).await?;
        self.tried().await?;
        Ok(version)
    }

    async fn has_rights(&self, user: &str) -> Result<(), StoreError> {
        let missing = "SELECT c.relname::text, string_agg(p.name, ', ' ORDER BY p.place) FROM pg_class c \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY AS p(name, place) \
             WHERE n.nspname = $1 AND c.relname = ANY($2) AND NOT has_table_privilege(c.oid, p.name) GROUP BY 1 ORDER BY 1";
        let tables = TABLES.as_slice();
        let values = [(&self.schema as _, Type::TEXT), (&tables as _, Type::TEXT_ARRAY)];
        let mut missing_rights = Vec::new();
        for row in self.rows("look at rights", missing, &values).await? {
            missing_rights.push((self.value::<String>(&row, 0)?, self.value::<String>(&row, 1)?));
        }
        if missing_rights.is_empty() {
            return Ok(());
        }
        let (schema, quoted_user) = (quoted(&self.schema), quoted(user));
        let mut told: Vec<_> = missing_rights.iter().map(|(table, rights)| format!("{rights} on {table}")).collect();
        if told.len() > FEW {
            told.truncate(1);
            told.push(format!("{} more tables", missing_rights.len() - 1));
        }
        let grants: Vec<_> = match missing_rights.len() > FEW {
            true => {
                vec![format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {quoted_user};")]
            }
            false => {
                let grant = |(table, rights): &(String, String)| {
                    format!("GRANT {rights} ON {schema}.{} TO {quoted_user};", quoted(table))
                };
                missing_rights.iter().map(grant).collect()
            }
        };
        let detail = format!("`{user}` lacks rights: {}", told.join(", and "));
        Err(self.denied(detail, format!("let the user in: {}", grants.join(" "))))
    }

    /// Writes, and takes it back.
    async fn tried(&self) -> Result<(), StoreError> {
        const BACK: StoreError = StoreError::Refused { what: "trial" };
        let write = in_schema(
            &self.schema,
            "INSERT INTO @texts (hash, body) VALUES (decode(repeat('00', 32), 'hex'), '') ON CONFLICT DO NOTHING",
        );
        let write = write.as_str();
        let tried: Result<(), _> = self
            .desk
            .transaction("try to write", true, |client, _| async move {
                client.batch_execute(write).await?;
                Ok(Err(BACK))
            })
            .await;
        match tried {
            Err(StoreError::Refused { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn denied(&self, detail: String, remedy: String) -> StoreError {
        StoreError::Denied { server: self.server.name().to_owned(), detail, remedy }
    }
}
