//! Neo4j Community out of its artifacts in Maven's central repository, with sign-in.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use super::{For, Running, files, process};

/// The password that `auth.ini` holds a hash of.
const PASSWORD: &str = "test-password";
/// `neo4j:test-password` in base64.
const BASIC: &str = "bmVvNGo6dGVzdC1wYXNzd29yZA==";

/// Starts it.
///
/// # Errors
/// Where it cannot be had, or does not answer.
pub fn start(folder: &Path, whom: For) -> Result<Running, String> {
    let lib = files::jars("neo4j")?;
    for (name, to) in [("neo4j.conf", "conf"), ("auth.ini", "data/dbms")] {
        let to = folder.join(to);
        fs::create_dir_all(&to).map_err(|error| format!("could not create {}: {error}", to.display()))?;
        let mut text = files::own_text("neo4j", name)?;
        if whom == For::Figures {
            text = text.replace("pagecache.size=64m", "pagecache.size=512m");
        }
        fs::write(to.join(name), text).map_err(|error| format!("could not write {name}: {error}"))?;
    }
    let log = folder.join("console.log");
    let mut command = Command::new("java");
    command.args(whom.java(512)).arg("-cp");
    command.arg(format!("{}/*", lib.display())).arg("org.neo4j.server.CommunityEntryPoint");
    command.arg(format!("--home-dir={}", folder.display()));
    command.arg(format!("--config-dir={}", folder.join("conf").display()));
    let mut child = process::spawn(&mut command, folder, &log, whom.owned())?;
    let own_log = folder.join("logs/neo4j.log");
    // an open port is not ready yet: the first statement must have an answer
    let bolt = process::wait(&mut child, &own_log, || {
        let text = fs::read_to_string(&own_log).ok()?;
        let address = between(&text, "available at http://", "/")?.to_owned();
        query(&address, "RETURN 1").filter(|answer| answer.contains("[[1]]"))?;
        let root = process::exchange(&address, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")?;
        between(&root, "\"bolt_direct\":\"bolt://", "\"").map(str::to_owned)
    })?;
    let url = format!("bolt://neo4j:{PASSWORD}@{bolt}");
    // for tests that start and kill one of their own
    let variables = BTreeMap::from([
        ("PROMPTCLADE_TEST_NEO4J_URL".to_owned(), url),
        ("PROMPTCLADE_TEST_NEO4J_LIBRARIES".to_owned(), lib.display().to_string()),
        ("PROMPTCLADE_TEST_NEO4J_FOLDER".to_owned(), folder.display().to_string()),
    ]);
    Ok(Running { name: "neo4j".into(), pid: child.id(), folder: folder.to_owned(), variables })
}

/// A statement by the HTTP API.
fn query(address: &str, statement: &str) -> Option<String> {
    let body = format!("{{\"statement\":\"{statement}\"}}");
    let request = format!(
        "POST /db/neo4j/query/v2 HTTP/1.1\r\nhost: x\r\nauthorization: Basic {BASIC}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    process::exchange(address, &request)
}

/// The text between two others.
fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    rest.split(after).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_what_it_says() {
        let log = "INFO  Bolt enabled on 127.0.0.1:0.\nINFO  Remote interface available at http://127.0.0.1:4711/\n";
        assert_eq!(between(log, "available at http://", "/"), Some("127.0.0.1:4711"));
        assert_eq!(between(log, "missing", "/"), None);
    }
}
