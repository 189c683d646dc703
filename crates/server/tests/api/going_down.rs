//! A server that is told to go waits for what it has in hand, and for nobody who does not read or send.

use std::time::Duration;

use clade_domain::{Role, UserId};
use clade_models::HostNames;
use clade_server::{Mode, Reachable};
use serde_json::json;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};

use crate::common::{Person, Server, run_file, text};

/// Well below the grace for what is in hand.
const SOON: Duration = Duration::from_secs(12);

/// A connection on which this was written.
async fn written(server: &Server, head: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

fn get(me: &Person, path: &str) -> String {
    format!("GET /api/v1{path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\r\n", me.token)
}

#[tokio::test]
async fn nobody_who_does_not_send_or_read_keeps_it() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(UserId::default(), Role::Admin).await;
    let run = text(&me.post("/workspaces/local/runs", run_file(300), 201).await["run"]);
    me.ended(&run).await;
    // one whose upload does not come, one who stopped in the middle of a head, and one who asks for megabytes and reads none
    let upload = format!(
        "POST /api/v1/workspaces/local/runs/import HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-length: 9000\r\n\r\nabc",
        me.token
    );
    let silent = written(&server, &upload).await;
    let half = written(&server, "GET /api/v1/health HT").await;
    let deaf = written(&server, &get(&me, &format!("/runs/{run}/journal")).repeat(200)).await;
    // each is taken before the server is told to go
    me.get("/session").await;
    tokio::time::timeout(SOON, server.stop()).await.expect("connections that wait for their clients are closed");
    drop((silent, half, deaf));
}

#[tokio::test]
async fn a_receiver_of_webhooks_that_does_not_answer_keeps_it_no_longer() {
    let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", receiver.local_addr().unwrap());
    let server = Server::reaching(Reachable::Private, HostNames::default()).await;
    let admin = server.person("admin", false).await;
    server.workspace("north", &admin).await;
    let wanted = json!({ "url": url, "events": ["run.finished"] });
    let id = text(&admin.post("/workspaces/north/webhooks", wanted, 201).await["webhook"]["id"]);
    admin.post(&format!("/workspaces/north/webhooks/{id}/test"), json!({}), 202).await;
    let (hanging, _) = receiver.accept().await.unwrap();
    tokio::time::timeout(Duration::from_secs(6), server.stop()).await.expect("a message is left to a later server");
    drop(hanging);
}
