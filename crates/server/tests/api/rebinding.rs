//! Names that lead elsewhere by the time that they are connected to.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use clade_models::HostNames;
use clade_server::Reachable;
use reqwest::{
    Method,
    dns::{Addrs, Name, Resolve, Resolving},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::common::{Person, Server, answer, run_file, text};

/// A number of the internet where nobody is: nothing leaves this machine for it.
const OUTSIDE: &str = "2000::1";

/// A server of names that says one thing at first and another one later.
struct Turning {
    said: Vec<IpAddr>,
    asked: AtomicUsize,
}

impl Turning {
    fn says(said: &[&str]) -> Arc<Self> {
        Arc::new(Self { said: said.iter().map(|ip| ip.parse().unwrap()).collect(), asked: AtomicUsize::new(0) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Resolve for Turning {
    fn resolve(&self, _: Name) -> Resolving {
        let number = self.asked.fetch_add(1, Ordering::SeqCst).min(self.said.len() - 1);
        let found = SocketAddr::new(self.said[number], 0);
        Box::pin(std::future::ready(Ok(Box::new([found].into_iter()) as Addrs)))
    }
}

/// A service of this machine that nobody outside may reach, and how often somebody did.
async fn inner_service(status: &'static str) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let (port, reached) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let count = reached.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            drop(stream.read(&mut [0; 65_536]).await);
            let reply = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}");
            drop(stream.write_all(reply.as_bytes()).await);
        }
    });
    (port, reached)
}

async fn north(names: &Arc<Turning>, reach: Reachable) -> (Server, Person) {
    let server = Server::reaching(reach, HostNames(names.clone())).await;
    let admin = server.person("admin", false).await;
    server.workspace("north", &admin).await;
    (server, admin)
}

/// A run whose model is at that port of a name that an admin allowed.
async fn ended(admin: &Person, port: u16) -> Value {
    let url = format!("http://llm.example.org:{port}/v1");
    let tag = format!("\"{}\"", admin.get("/workspaces/north").await["revision"]);
    let allow = admin.ask(Method::PATCH, "/workspaces/north").header("if-match", tag);
    answer(allow.json(&json!({ "base_urls": [url] })), 200).await;
    let key = admin.ask(Method::PUT, "/workspaces/north/keys/OPENAI_API_KEY");
    answer(key.json(&json!({ "key": "sk-test" })), 200).await;
    let mut file = run_file(60);
    let model = format!("{{id: 'openai:m', config: {{apiBaseUrl: '{url}', inputCost: 0, outputCost: 0}}}}");
    file["file"] = json!(text(&file["file"]).replace("simulated:gentle", &model));
    let run = text(&admin.post("/workspaces/north/runs", file, 201).await["run"]);
    let view = admin.ended(&run).await;
    assert_eq!(view["run"]["status"], "failed", "{view}");
    let journal = admin.ask(Method::GET, &format!("/runs/{run}/journal")).send().await.unwrap().text().await.unwrap();
    json!(journal)
}

#[tokio::test]
async fn a_model_is_asked_where_its_name_led_when_it_was_looked_at() {
    let (port, reached) = inner_service("401 Unauthorized").await;
    // asked when the address is allowed, when the run file is read, when the run starts; then by who connects
    let names = Turning::says(&[OUTSIDE, OUTSIDE, OUTSIDE, "127.0.0.1"]);
    let (server, admin) = north(&names, Reachable::Public).await;
    let journal = ended(&admin, port).await;
    assert!(names.asked() > 3, "nobody connected: {journal}");
    assert!(text(&journal).contains("127.0.0.1 is no address of the internet"), "{journal}");
    assert_eq!(reached.load(Ordering::SeqCst), 0, "the service was reached");
    server.stop().await;

    // the control: where it is allowed, the same run gets there
    let names = Turning::says(&["127.0.0.1"]);
    let (server, admin) = north(&names, Reachable::Private).await;
    let journal = ended(&admin, port).await;
    assert!(reached.load(Ordering::SeqCst) > 0, "{journal}");
    server.stop().await;
}

#[tokio::test]
async fn a_prompt_is_tried_out_nowhere_else_either() {
    let (port, reached) = inner_service("401 Unauthorized").await;
    let names = Turning::says(&[OUTSIDE, OUTSIDE, "127.0.0.1"]);
    let (server, admin) = north(&names, Reachable::Public).await;
    let url = format!("http://llm.example.org:{port}/v1");
    let tag = format!("\"{}\"", admin.get("/workspaces/north").await["revision"]);
    let allow = admin.ask(Method::PATCH, "/workspaces/north").header("if-match", tag);
    answer(allow.json(&json!({ "base_urls": [url] })), 200).await;
    let trying = json!({ "prompt": { "components": [{ "name": "user", "role": "user", "text": "Hello" }] }, "vars": {},
        "models": [format!("{url}#m")] });
    let tried = admin.post("/workspaces/north/playground", trying, 200).await;
    assert!(tried.to_string().contains("127.0.0.1 is no address of the internet"), "{tried}");
    assert_eq!((names.asked(), reached.load(Ordering::SeqCst)), (3, 0));
    server.stop().await;
}

/// What became of a test message to a webhook.
async fn delivered(admin: &Person, url: &str) -> Value {
    let wanted = json!({ "url": url, "events": ["run.finished"] });
    let id = text(&admin.post("/workspaces/north/webhooks", wanted, 201).await["webhook"]["id"]);
    let path = format!("/workspaces/north/webhooks/{id}");
    admin.post(&format!("{path}/test"), json!({}), 202).await;
    for _ in 0..600 {
        let delivery = admin.get(&format!("{path}/deliveries")).await["items"][0].take();
        if delivery["tries"] == 1 {
            return delivery;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nothing was sent");
}

#[tokio::test]
async fn a_webhook_is_told_where_its_name_led_when_it_was_looked_at() {
    let (port, reached) = inner_service("200 OK").await;
    // looked up once for each try, and connected to what was said then
    let names = Turning::says(&["127.0.0.1", "127.0.0.2"]);
    let (server, admin) = north(&names, Reachable::Private).await;
    let delivery = delivered(&admin, &format!("http://hook.example.org:{port}/")).await;
    assert_eq!((&delivery["status"], names.asked()), (&json!("delivered"), 1), "{delivery}");
    assert_eq!(reached.load(Ordering::SeqCst), 1);
    server.stop().await;

    let names = Turning::says(&["127.0.0.1"]);
    let (server, admin) = north(&names, Reachable::Public).await;
    let delivery = delivered(&admin, &format!("https://hook.example.org:{port}/")).await;
    assert!(text(&delivery["answer"]).contains("no address of the internet"), "{delivery}");
    assert_eq!(reached.load(Ordering::SeqCst), 1, "the service was reached");
    server.stop().await;
}
