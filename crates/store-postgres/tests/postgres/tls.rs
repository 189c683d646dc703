use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command, time::Duration};

use clade_domain::Timestamp;
use clade_store::{Journal, StoreError, conformance::samples};
use clade_store_postgres::{PostgresOptions, PostgresStore};
use clade_test_servers::PostgresServer;

fn openssl(folder: &Path, arguments: &str) {
    let done = Command::new("openssl").current_dir(folder).args(arguments.split(' ')).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// An authority of a team's own, and what it signed for a server at 127.0.0.1.
fn certificates(folder: &Path) {
    openssl(folder, "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=team -keyout ca.key -out ca.crt");
    openssl(folder, "req -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -keyout server.key -out server.csr");
    fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1\n").unwrap();
    openssl(
        folder,
        "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.crt",
    );
    for name in ["server.key", "server.crt"] {
        PostgresServer::owned(&folder.join(name));
    }
    fs::set_permissions(folder.join("server.key"), fs::Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test]
async fn a_certificate_counts_where_its_authority_is_named_and_not_otherwise() {
    let certified = tempfile::tempdir().unwrap();
    fs::set_permissions(certified.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let place = certified.path().to_owned();
    let settings = |_: &Path| {
        certificates(&place);
        let file = |name: &str| place.join(name).display().to_string();
        vec![
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", file("server.crt")),
            format!("ssl_key_file={}", file("server.key")),
        ]
    };
    let Some(server) = PostgresServer::with(settings) else { return };
    let url = |host: &str| format!("postgres://postgres@{host}:{}/postgres?sslmode=require", server.port);
    let options = |url: String, authorities: Option<&str>| PostgresOptions {
        authorities: authorities.map(|name| place.join(name)),
        patience: Duration::from_millis(300),
        ..PostgresOptions::new(url)
    };
    let store = PostgresStore::open(options(url("127.0.0.1"), Some("ca.crt"))).await.unwrap();
    let run = samples::run("sealed").unwrap();
    let events = vec![samples::started(&run, None).unwrap()];
    store.create(samples::summary(&run, 1), Timestamp(1), events).await.unwrap();
    assert_eq!(server.psql("SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'promptclade'"), "t");

    let refused = async |options: PostgresOptions| PostgresStore::open(options).await.unwrap_err();
    // nobody vouches for it; or somebody does for another name
    for (wrong, says) in [
        (options(url("127.0.0.1"), None), "UnknownIssuer"),
        (options(url("localhost"), Some("ca.crt")), "not valid for"),
    ] {
        let error = refused(wrong).await;
        assert!(matches!(error, StoreError::Denied { .. }), "waiting does not mend it: {error:?}");
        let text = error.to_string();
        assert!(text.contains(says) && text.contains("authorities"), "{text}");
    }
    // and a file that holds none is named
    fs::write(place.join("empty.crt"), "nothing").unwrap();
    let text = refused(options(url("127.0.0.1"), Some("empty.crt"))).await.to_string();
    assert!(text.contains("empty.crt"), "{text}");
}
