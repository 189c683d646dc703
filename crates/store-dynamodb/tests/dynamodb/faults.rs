use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::types::{BillingMode, KeySchemaElement, KeyType};
use clade_store::{Generations, MemoryStore, StoreError, conformance::samples};
use clade_store_dynamodb::{DynamoGenerations, DynamoOptions};
use clade_test_servers::{DynamoServer, Proxy};

/// A table of its own, made over the straight way, and generations in it over another port.
async fn over(store: &Arc<MemoryStore>, server: &DynamoServer, port: u16, patience: Duration) -> Generations {
    let options = |url: &str| DynamoOptions {
        keys: Some(("local".into(), "local".into())),
        patience,
        ..DynamoOptions::parse(url).unwrap()
    };
    let url = server.url("faulty");
    let straight = DynamoGenerations::new(DynamoOptions { patience: Duration::from_secs(15), ..options(&url) });
    straight.create_table().await.unwrap();
    let url = url.replace(&server.port.to_string(), &port.to_string());
    Generations::new(Arc::<MemoryStore>::clone(store), Arc::new(DynamoGenerations::new(options(&url))))
}

#[tokio::test]
async fn a_server_that_is_killed_in_mid_way_loses_and_doubles_nothing() {
    let Some(mut server) = DynamoServer::start() else { return };
    let (store, run) = samples::journals().await.unwrap();
    let generations = over(&store, &server, server.port, Duration::from_secs(2)).await;
    let mut failed = 0;
    for step in 0..12 {
        samples::grow(&store, &run, step * 10..step * 10 + 10).await.unwrap();
        // killed while a batch is under way; journals grow while it is away
        let killing = async {
            if step == 3 || step == 8 {
                tokio::time::sleep(Duration::from_millis(15)).await;
                server.process.kill();
            }
        };
        let (read, ()) = tokio::join!(generations.projector().catch_up(), killing);
        match read {
            Ok(_) => {}
            Err(StoreError::Unreachable { .. }) => failed += 1,
            Err(other) => panic!("{other}"),
        }
        if step == 5 || step == 9 {
            server.process.restart();
        }
    }
    assert!(failed >= 3, "it was away for five steps, and {failed} failed");
    // one that was just started takes its time
    let generations = over(&store, &server, server.port, Duration::from_secs(30)).await;
    generations.projector().catch_up().await.unwrap();
    assert_eq!(generations.digest().await.unwrap(), samples::generations_of(&store).await.unwrap());
}

#[tokio::test]
async fn a_way_that_is_cut_loses_and_doubles_nothing_and_one_that_is_slow_only_takes_longer() {
    let Some(server) = DynamoServer::start() else { return };
    let proxy = Proxy::start(server.port);
    let (store, run) = samples::journals().await.unwrap();
    let generations = over(&store, &server, proxy.port, Duration::from_secs(8)).await;
    // what was asked has happened when the answer is cut off, and nobody knows
    proxy.cut_after(|n| 150 + 211 * (n % 7));
    for step in 0..8 {
        samples::grow(&store, &run, step * 6..step * 6 + 6).await.unwrap();
        drop(generations.projector().catch_up().await);
    }
    assert!(proxy.cuts() > 5, "{} connections were cut", proxy.cuts());
    proxy.cut_after(|_| 0);
    let begin = Instant::now();
    while generations.projector().catch_up().await.is_err() {
        assert!(begin.elapsed() < Duration::from_secs(120), "it does not recover");
    }
    assert_eq!(generations.digest().await.unwrap(), samples::generations_of(&store).await.unwrap());
    proxy.delay(Duration::from_millis(500));
    samples::grow(&store, &run, 48..60).await.unwrap();
    generations.projector().catch_up().await.unwrap();
    proxy.delay(Duration::ZERO);
    assert_eq!(generations.digest().await.unwrap(), samples::generations_of(&store).await.unwrap());
}

#[tokio::test]
async fn a_table_that_was_made_otherwise_is_refused_with_what_to_do() {
    let Some(server) = DynamoServer::start() else { return };
    let options = |table: &str| DynamoOptions {
        keys: Some(("local".into(), "local".into())),
        ..DynamoOptions::parse(&server.url(table)).unwrap()
    };
    let made = DynamoGenerations::new(options("whole"));
    made.create_table().await.unwrap();
    let (client, _) = made.client().await;
    let described = client.describe_table().table_name("whole").send().await.unwrap();
    let (attributes, keys) =
        (described.table().unwrap().attribute_definitions(), described.table().unwrap().key_schema());
    let named = |names: &[&str]| {
        attributes.iter().filter(|it| names.contains(&it.attribute_name())).cloned().collect::<Vec<_>>()
    };
    let create = |table: &str| client.create_table().table_name(table).billing_mode(BillingMode::PayPerRequest);
    let plain = create("plain").set_key_schema(Some(keys.to_vec()));
    plain.set_attribute_definitions(Some(named(&["pk", "sk"]))).send().await.unwrap();
    let only = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build().unwrap();
    let other = create("other").key_schema(only);
    other.set_attribute_definitions(Some(named(&["pk"]))).send().await.unwrap();
    for (table, says) in [
        ("plain", "table `plain` lacks the index `by_generation` with keys g1pk and g1sk, and `by_fitness`"),
        ("other", "the keys of table `other` are pk, not pk and sk"),
    ] {
        let refused = DynamoGenerations::new(options(table)).create_table().await.unwrap_err();
        assert!(matches!(&refused, StoreError::Denied { detail, .. } if detail.contains(says)), "{refused}");
    }
}
