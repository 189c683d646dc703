//! What a table takes of the one request that keeping a candidate cannot do without, whoever sends it.

use std::{sync::Arc, time::Instant};

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use clade_bench::note;
use clade_store_dynamodb::DynamoGenerations;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tokio::task::JoinSet;

use crate::said;

/// Requests on their way at once, as many as the store has.
const AT_ONCE: u32 = 16;
/// Bytes of a record with one trial, packed.
const PACKED: usize = 600;

/// So many records a second are written by a loop of conditional puts, each in both indices.
pub async fn puts(table: &Arc<DynamoGenerations>, records: u32) -> Result<f64, String> {
    let (begun, mut loops) = (Instant::now(), JoinSet::new());
    for first in 0..AT_ONCE {
        let table = Arc::clone(table);
        loops.spawn(async move {
            for number in (first..records).step_by(AT_ONCE as usize) {
                put(&table, number).await?;
            }
            Ok::<_, String>(())
        });
    }
    while let Some(done) = loops.join_next().await {
        done.map_err(said)??;
    }
    let rate = f64::from(records) / begun.elapsed().as_secs_f64();
    note(&format!("DynamoDB Local: {rate:.0} conditional puts/s, bare"));
    Ok(rate)
}

async fn put(table: &DynamoGenerations, number: u32) -> Result<(), String> {
    let (client, name) = table.client().await;
    let text = |text: String| AttributeValue::S(text);
    let mut bytes = vec![0_u8; PACKED];
    ChaCha8Rng::seed_from_u64(u64::from(number)).fill_bytes(&mut bytes);
    let put = client
        .put_item()
        .table_name(name)
        .item("pk", text("BARE".into()))
        .item("sk", text(format!("C#{number:010}")))
        .item("g1pk", text(format!("bare#{:010}", number / 40)))
        .item("g1sk", text(format!("{number:016x}")))
        .item("g2pk", text("bare".into()))
        .item("g2sk", text(format!("{number:016x}")))
        .item("read", AttributeValue::N(number.to_string()))
        .item("record", AttributeValue::B(Blob::new(bytes)))
        .condition_expression("attribute_not_exists(pk) OR #r < :r")
        .expression_attribute_names("#r", "read")
        .expression_attribute_values(":r", AttributeValue::N(u64::MAX.to_string()));
    put.send().await.map(drop).map_err(|error| format!("{:?}", error.into_service_error()))
}
