use clade_store::StoreError;
use tokio_postgres::types::Type;

use crate::link::{Desk, Link};

/// Each format's statements, from format 1; `@` stands for the schema.
const STEPS: [&str; 1] = [include_str!("../migrations/0001_initial.sql")];

/// What is done where the tables are made.
pub(crate) const MAKING: &str = "make the tables";

/// The newest format known.
pub(crate) const KNOWN: u32 = STEPS.len() as u32;

/// Keeps two processes from migrating at once: any number that nobody else uses.
const GATE: i64 = 0x0070_6c61_6465;

/// The statements that bring an empty database to the newest format, one text a format, for who makes the tables with rights of their own.
pub(crate) fn scripts(schema: &str) -> Vec<String> {
    let begin =
        |format| if format == 1 { format!("CREATE SCHEMA IF NOT EXISTS {};\n", quoted(schema)) } else { String::new() };
    let script = |(format, step)| begin(format) + &in_schema(schema, step) + &mark(schema, format);
    (1..).zip(STEPS).map(script).collect()
}

/// A name as an identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `@` names things of the schema.
pub(crate) fn in_schema(schema: &str, sql: &str) -> String {
    sql.replace('@', &format!("{}.", quoted(schema)))
}

fn mark(schema: &str, format: u32) -> String {
    let table = in_schema(schema, "@format");
    format!(
        "CREATE TABLE IF NOT EXISTS {table} (format bigint NOT NULL);\nDELETE FROM {table};\nINSERT INTO {table} VALUES ({format});\n"
    )
}

/// The format of the database; 0 where there is nothing yet.
pub(crate) async fn format(link: &Link, schema: &str) -> Result<u32, StoreError> {
    let doing = "read the format";
    let there = "SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = 'format'";
    if link.query(doing, there, &[(&schema, Type::TEXT)]).await?.is_empty() {
        return Ok(0);
    }
    let rows = link.query(doing, &in_schema(schema, "SELECT format FROM @format"), &[]).await?;
    let format: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0)).map_err(|e| link.way.server.fault(doing, &e))?;
    Ok(u32::try_from(format).unwrap_or(u32::MAX))
}

/// Refuses a user whom row-level security concerns: to them the database would seem empty.
pub(crate) async fn sees_all(link: &Link, schema: &str) -> Result<(), StoreError> {
    let doing = "ask whether policies hide rows from this user";
    let sql = in_schema(
        schema,
        "SELECT coalesce(row_security_active(to_regclass('@records')::oid), false), current_user::text",
    );
    let rows = link.query(doing, &sql, &[]).await?;
    let Some(row) = rows.first() else { return Ok(()) };
    let told = |error| link.way.server.fault(doing, &error);
    if row.try_get(0).map_err(told)? {
        let user: String = row.try_get(1).map_err(told)?;
        return Err(StoreError::Denied {
            server: link.way.server.name().to_owned(),
            detail: format!("row-level security hides rows from `{user}`, to whom it would seem empty"),
            remedy: format!("sign in as the owner of the tables, or: ALTER ROLE {} BYPASSRLS", quoted(&user)),
        });
    }
    Ok(())
}

/// Brings the database to the newest format, one process at a time.
pub(crate) async fn migrate(link: &Link, desk: &Desk, schema: &str) -> Result<(), StoreError> {
    let found = format(link, schema).await?;
    if found > KNOWN {
        return Err(StoreError::Newer { path: link.way.server.name().to_owned(), found, known: KNOWN });
    }
    if found == KNOWN {
        return Ok(());
    }
    desk.transaction(MAKING, true, move |client, _| async move {
        client.query_typed("SELECT pg_advisory_xact_lock($1)", &[(&GATE, Type::INT8)]).await?;
        // read again: another process may have been first while this one waited
        let there = "SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = 'format'";
        let mut from = 0;
        if !client.query_typed(there, &[(&schema, Type::TEXT)]).await?.is_empty() {
            let rows = client.query_typed(&in_schema(schema, "SELECT format FROM @format"), &[]).await?;
            from = rows.first().map_or(Ok(0), |row| row.try_get::<_, i64>(0))?;
        } else {
            client.batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(schema))).await?;
        }
        for (format, step) in (1..).zip(STEPS).skip(usize::try_from(from).unwrap_or(0)) {
            client.batch_execute(&in_schema(schema, step)).await?;
            client.batch_execute(&mark(schema, format)).await?;
        }
        Ok(Ok(()))
    })
    .await
}
