use std::time::Duration;

use clade_domain::Role;
use clade_server::Mode;
use futures::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Person, Server, answer, problem, run_file, text};

/// A run at the pace of a real model.
pub fn slow(calls: u32) -> Value {
    let mut file = run_file(calls);
    file["file"] = json!(
        text(&file["file"]).replace("[simulated:gentle]", "[{id: 'simulated:gentle', config: {latency_ms: 20}}]")
    );
    file
}

/// Server-sent events up to the stream's end, or as many as are wanted.
pub async fn events(person: &Person, path: &str, last: Option<u64>, most: usize) -> Vec<(String, Option<u64>, Value)> {
    let mut request = person.ask(Method::GET, path);
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let (mut stream, mut text, mut all) = (response.bytes_stream(), String::new(), Vec::new());
    while let Ok(Some(Ok(part))) = tokio::time::timeout(Duration::from_secs(120), stream.next()).await {
        text.push_str(std::str::from_utf8(&part).unwrap());
        while let Some(end) = text.find("\n\n") {
            let event: String = text.drain(..end + 2).collect();
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let Some(kind) = field("event:") else { continue };
            let data = serde_json::from_str(field("data:").unwrap()).unwrap();
            all.push((kind.to_owned(), field("id:").map(|id| id.parse().unwrap()), data));
        }
        if all.len() >= most {
            break;
        }
    }
    all
}

#[tokio::test]
async fn a_listener_sees_every_entry_once_in_order_and_the_end() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), Role::Admin).await;
    let run = text(&me.post("/workspaces/local/runs", slow(150), 201).await["run"]);
    let path = format!("/runs/{run}/events?after=-1");
    // one listens from the beginning, another goes away and comes back
    let (whole, broken) = tokio::join!(events(&me, &path, None, usize::MAX), events(&me, &path, None, 40));
    let seqs = |events: &[(String, Option<u64>, Value)]| events.iter().filter_map(|(_, id, _)| *id).collect::<Vec<_>>();
    let all = seqs(&whole);
    assert_eq!(all, (0..all.len() as u64).collect::<Vec<_>>());
    assert_eq!(whole.last().unwrap().0, "end");
    assert_eq!(whole.last().unwrap().2["status"], "finished");
    assert!(whole.iter().any(|(kind, _, data)| kind == "progress" && data["spent"]["calls"].is_u64()));
    let first = seqs(&broken);
    let rest = seqs(&events(&me, &path, first.last().copied(), usize::MAX).await);
    assert_eq!([first, rest].concat(), all);
    let journal = me.ask(Method::GET, &format!("/runs/{run}/journal")).send().await.unwrap().text().await.unwrap();
    assert_eq!(journal.lines().count(), all.len());
    let some =
        me.ask(Method::GET, &format!("/runs/{run}/journal?from=1&limit=100000&events=generation_closed,run_started"));
    let unknown = me.ask(Method::GET, &format!("/runs/{run}/journal?events=run_started,generation_close"));
    let refused = problem(unknown, 400, "bad_request").await;
    assert!(text(&refused["fix"]).contains("`generation_closed`"), "{refused}");
    let some = some.send().await.unwrap().text().await.unwrap();
    let closed = journal.lines().filter(|line| line.contains("\"event\":\"generation_closed\"")).count();
    assert!(closed > 0 && some.lines().count() == closed, "{closed} of {some}");
    for (line, (_, _, data)) in journal.lines().zip(whole.iter().filter(|(kind, ..)| kind == "entry")) {
        assert_eq!(serde_json::from_str::<Value>(line).unwrap(), *data);
    }
    server.stop().await;
}

/// A place beyond the end is the end: nothing that comes later is left out.
#[tokio::test]
async fn who_claims_to_have_seen_more_than_there_is_hears_what_comes() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), Role::Admin).await;
    let run = text(&me.post("/workspaces/local/runs", slow(150), 201).await["run"]);
    for (query, last) in [("?after=99999", None), ("", Some(99_999)), ("?after=9223372036854775807", Some(u64::MAX))] {
        let heard = events(&me, &format!("/runs/{run}/events{query}"), last, 20).await;
        let seqs: Vec<u64> = heard.iter().filter_map(|(_, id, _)| *id).collect();
        assert!(seqs.len() > 2 && seqs[0] < 99_999, "{query}: {heard:?}");
        assert_eq!(seqs, (seqs[0]..seqs[0] + seqs.len() as u64).collect::<Vec<_>>(), "{query}");
    }
    me.ended(&run).await;
    let length = me.ask(Method::GET, &format!("/runs/{run}/journal")).send().await.unwrap().text().await.unwrap();
    let over = events(&me, &format!("/runs/{run}/events?after=99999"), None, usize::MAX).await;
    assert_eq!(over.len(), 1, "{over:?}");
    assert_eq!((over[0].0.as_str(), &over[0].2["next"]), ("end", &json!(length.lines().count())));
    server.stop().await;
}

#[tokio::test]
async fn who_is_taken_out_of_a_workspace_hears_nothing_more() {
    let server = Server::start(Mode::Accounts).await;
    let (admin, viewer) = (server.person("admin", false).await, server.person("viewer", false).await);
    let north = server.workspace("north", &admin).await;
    server.join(&north, &viewer, Role::Viewer, &admin).await;
    let run = text(&admin.post("/workspaces/north/runs", slow(2_000), 201).await["run"]);
    let path = format!("/runs/{run}/events");
    let listening = events(&viewer, &path, None, usize::MAX);
    let taking_out = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        answer(admin.ask(Method::DELETE, &format!("/workspaces/north/members/{}", viewer.user)), 204).await;
    };
    let (heard, ()) = tokio::join!(listening, taking_out);
    assert_eq!(heard.last().unwrap().2["status"], "not_allowed");
    answer(viewer.ask(Method::GET, &format!("/runs/{run}")), 404).await;
    server.stop().await;
}

#[tokio::test]
async fn a_place_that_is_none_is_refused_wherever_it_stands() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), Role::Admin).await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    let path = format!("/runs/{run}/events");
    for wrong in ["abc", "-5", "1e3", "99999999999999999999999999"] {
        let refused = problem(me.ask(Method::GET, &path).header("last-event-id", wrong), 400, "bad_request").await;
        assert!(text(&refused["detail"]).contains("Last-Event-ID"), "{refused}");
    }
    // a listener that has seen nothing yet
    let fresh = me.ask(Method::GET, &path).header("last-event-id", "").send().await.unwrap();
    assert_eq!(fresh.status(), 200);
    server.stop().await;
}
