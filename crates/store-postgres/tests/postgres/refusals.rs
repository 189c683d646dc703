use std::time::Duration;

use clade_domain::{RunEvent, Timestamp};
use clade_store::{Journal, Store, StoreError, conformance::samples};
use clade_store_postgres::{PostgresOptions, PostgresStore};
use clade_test_servers::{PostgresServer, SmallDisk};

async fn open(url: &str) -> PostgresStore {
    PostgresStore::open(PostgresOptions::new(url)).await.unwrap()
}

fn quick(url: &str) -> PostgresOptions {
    PostgresOptions { patience: Duration::from_millis(300), ..PostgresOptions::new(url) }
}

#[tokio::test]
async fn what_is_wrong_is_told_with_what_to_do() {
    let Some(server) = PostgresServer::start() else { return };
    server.psql("CREATE ROLE guest LOGIN");
    let said = async |url: &str| PostgresStore::open(quick(url)).await.unwrap_err().to_string();
    let (port, place) = (server.port, format!("127.0.0.1:{}", server.port));
    let guest = said(&format!("postgres://guest:secret@{place}/postgres")).await;
    assert!(
        guest.contains("GRANT CREATE ON DATABASE \"postgres\" TO \"guest\";") && !guest.contains("secret"),
        "{guest}"
    );
    let unknown = said(&format!("postgres://postgres@{place}/nowhere")).await;
    assert!(unknown.contains("CREATE DATABASE \"nowhere\";"), "{unknown}");
    let nobody = said("postgres://postgres@127.0.0.1:1/postgres").await;
    assert!(nobody.contains("cannot be reached") && nobody.contains("clade doctor"), "{nobody}");
    let plain = said(&format!("postgres://postgres@{place}/postgres?sslmode=require")).await;
    assert!(plain.contains("ssl = on") && plain.contains("sslmode=disable"), "{plain}");
    let wrong = said("postgres://postgres@127.0.0.1:nine/postgres").await;
    assert!(wrong.contains("postgres://USER@HOST:PORT/DATABASE"), "{wrong}");
    // who gives it a user without rights makes the tables first
    server.psql(&PostgresStore::script("promptclade"));
    server.psql("GRANT USAGE ON SCHEMA promptclade TO guest; GRANT ALL ON ALL TABLES IN SCHEMA promptclade TO guest");
    let store = open(&format!("postgres://guest@127.0.0.1:{port}/postgres")).await;
    let run = samples::run("guests").unwrap();
    let first = samples::started(&run, None).unwrap();
    store.create(samples::summary(&run, 1), Timestamp(1), vec![first]).await.unwrap();
    // a database of a later version is left alone
    server.psql("UPDATE promptclade.format SET format = 99");
    let newer = PostgresStore::open(quick(&server.url())).await;
    assert!(matches!(newer, Err(StoreError::Newer { found: 99, .. })), "{newer:?}");
    // what was done stays as it was written
    let audit =
        "INSERT INTO promptclade.records (kind, id, revision, created, body) VALUES ('audit entry', 'a', 1, 1, '{}')";
    server.psql(audit);
    server.psql(
        "DO $$ BEGIN DELETE FROM promptclade.records; RAISE 'it was removed'; EXCEPTION WHEN raise_exception THEN \
                 IF SQLERRM NOT LIKE '%never%' THEN RAISE; END IF; END $$",
    );
}

#[tokio::test]
async fn a_schema_that_would_end_a_statement_is_no_name() {
    let Some(server) = PostgresServer::start() else { return };
    for schema in ["x'), pg_sleep(9)) --", "a\"b", "", "a b"] {
        let options = PostgresOptions { schema: schema.into(), ..quick(&server.url()) };
        let refused = PostgresStore::open(options).await.unwrap_err();
        assert!(matches!(&refused, StoreError::Denied { remedy, .. } if remedy.contains("takes letters")), "{refused}");
    }
    let options = PostgresOptions { schema: "my-team_Ä$1".into(), ..quick(&server.url()) };
    PostgresStore::open(options).await.unwrap().close().await.unwrap();
}

#[tokio::test]
async fn a_password_that_is_wrong_or_has_expired_is_said() {
    let Some(server) = PostgresServer::start() else { return };
    server.psql("CREATE ROLE clade LOGIN PASSWORD 'right'");
    server.psql("GRANT CREATE ON DATABASE postgres TO clade");
    server.asks_for_password("clade");
    let with = |password: &str| PostgresOptions {
        password: Some(password.into()),
        ..quick(&format!("postgres://clade@127.0.0.1:{}/postgres?sslmode=disable", server.port))
    };
    let said = async |password: &str| PostgresStore::open(with(password)).await.unwrap_err();
    let wrong = said("wrong").await;
    assert!(matches!(&wrong, StoreError::Denied { remedy, .. } if remedy.contains("password")), "{wrong}");
    let none = PostgresStore::open(PostgresOptions { password: None, ..with("right") }).await.unwrap_err();
    assert!(none.to_string().contains("CLADE_STORE_PASSWORD"), "{none}");
    let store = PostgresStore::open(with("right")).await.unwrap();
    store.close().await.unwrap();
    // passwords may have a last day
    server.psql("ALTER ROLE clade VALID UNTIL '2020-01-01'");
    let expired = said("right").await;
    assert!(matches!(&expired, StoreError::Denied { remedy, .. } if remedy.contains("password")), "{expired}");
}

#[tokio::test]
async fn a_full_disk_is_said_and_loses_nothing() {
    let disk = tempfile::tempdir().unwrap();
    let Some(mounted) = SmallDisk::at(disk.path(), "size=3m,mode=700") else { return };
    let Some(server) = PostgresServer::start() else { return };
    PostgresServer::owned(disk.path());
    server.psql(&format!("CREATE TABLESPACE small LOCATION '{}'", disk.path().display()));
    server.psql("ALTER ROLE postgres SET default_tablespace = small");
    let store = open(&server.url()).await;
    let run = samples::run("cramped").unwrap();
    let first = samples::started(&run, None).unwrap();
    store.create(samples::summary(&run, 1), Timestamp(1), vec![first]).await.unwrap();
    let part = |n: u32| (n * 200..n * 200 + 200).map(samples::trial).collect::<Vec<RunEvent>>();
    let (mut next, mut parts, mut full) = (1, 0, None);
    while full.is_none() && parts < 100 {
        match store.append(run.clone(), next, Timestamp(2), part(parts)).await {
            Ok(after) => (next, parts) = (after, parts + 1),
            Err(error) => full = Some(error),
        }
    }
    let full = full.unwrap();
    assert!(matches!(full, StoreError::Full { .. }), "{full}");
    assert_eq!(store.length(run.clone()).await.unwrap(), next, "what was refused is not there in part");
    mounted.again("size=50m");
    next = store.append(run.clone(), next, Timestamp(2), part(parts)).await.unwrap();
    let entries = store.read(run, 1, u32::MAX).await.unwrap();
    let expected: Vec<_> = (0..u32::try_from(next - 1).unwrap()).map(samples::trial).collect();
    assert!(entries.into_iter().map(|entry| entry.event).eq(expected));
    store.close().await.unwrap();
}
