//! Who may read and not write is found before a run is.

use std::time::Duration;

use clade_store::{Store, StoreError};
use clade_store_postgres::{PostgresOptions, PostgresStore};
use clade_test_servers::PostgresServer;

async fn refused(url: &str) -> String {
    let options = PostgresOptions { patience: Duration::from_millis(300), ..PostgresOptions::new(url) };
    let store = PostgresStore::open(options).await.unwrap();
    let refusal = store.report().await.unwrap_err();
    store.close().await.unwrap();
    assert!(matches!(&refusal, StoreError::Denied { .. }), "{refusal}");
    refusal.to_string()
}

/// The statement out of what was said.
fn statement(said: &str) -> &str {
    let from = said.find("GRANT").or_else(|| said.find("ALTER")).unwrap();
    &said[from..]
}

#[tokio::test]
async fn who_may_not_write_is_found_and_the_statement_runs_as_it_stands() {
    let Some(server) = PostgresServer::start() else { return };
    let owner = PostgresStore::open(PostgresOptions::new(server.url())).await.unwrap();
    assert!(owner.report().await.unwrap().starts_with(|digit: char| digit.is_ascii_digit()));
    server.psql(
        "CREATE ROLE \"read er\" LOGIN; GRANT USAGE ON SCHEMA promptclade TO \"read er\"; \
                 GRANT SELECT ON ALL TABLES IN SCHEMA promptclade TO \"read er\"",
    );
    let reader = format!("postgres://read%20er@127.0.0.1:{}/postgres", server.port);
    let said = refused(&reader).await;
    assert!(said.contains("INSERT, UPDATE, DELETE on answers, and 11 more tables"), "{said}");
    server.psql(statement(&said));
    let report = async || {
        let store = PostgresStore::open(PostgresOptions::new(reader.as_str())).await.unwrap();
        store.report().await
    };
    report().await.unwrap();
    server.psql("REVOKE INSERT ON promptclade.events FROM \"read er\"");
    let said = refused(&reader).await;
    assert!(said.contains("GRANT INSERT ON \"promptclade\".\"events\" TO \"read er\";"), "{said}");
    server.psql(statement(&said));
    server.psql("ALTER ROLE \"read er\" SET default_transaction_read_only = on");
    let said = refused(&reader).await;
    assert!(said.contains("read-only"), "{said}");
    server.psql(statement(&said));
    report().await.unwrap();
    // what is set for the role in the database comes before what is set for the role
    server.psql("ALTER ROLE \"read er\" IN DATABASE postgres SET default_transaction_read_only = on");
    let said = refused(&reader).await;
    server.psql(statement(&said));
    report().await.unwrap();
    let standby = server.standby();
    let said = refused(&standby.url()).await;
    assert!(said.contains("standby") && said.contains("name the primary"), "{said}");
    assert_eq!(server.psql("SELECT count(*) FROM promptclade.texts").trim(), "0", "what was tried is taken back");
}
