//! What is kept as items of the table.

use std::collections::HashMap;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use clade_domain::{CandidateId, RunId};
use clade_lineage::{Node, Record};
use clade_store::StoreError;

/// An item.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The partition that all runs are in.
pub(crate) const RUNS: &str = "RUNS";
/// Bytes of a record in one item: an item may have 400 KB with everything in it.
pub(crate) const PART: usize = 350_000;
/// Longest text of a prompt that is kept; the whole of it is in the journal.
const SHOWN: usize = 100_000;

pub(crate) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn whole(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// A number with a fraction. DynamoDB refuses what is none and what is too small for it; the record has it exactly.
fn real(number: f64) -> Option<AttributeValue> {
    let fits = number == 0.0 || (1e-100..1e100).contains(&number.abs());
    number.is_finite().then(|| whole(if fits { number } else { 0.0 }))
}

/// The partition of a run's candidates.
pub(crate) fn partition(run: &RunId) -> String {
    format!("RUN#{run}")
}

/// A candidate's place in it.
pub(crate) fn place(id: CandidateId) -> String {
    format!("C#{:010}", id.0)
}

/// A part of a large record. It names what the record had read, so that parts of another version are never taken for it.
pub(crate) fn part_place(id: CandidateId, read: u64, part: usize) -> String {
    format!("P#{:010}#{read:020}#{part:05}", id.0)
}

/// The partition of a generation in its index.
pub(crate) fn generation(run: &RunId, number: u32) -> String {
    format!("{run}#{number:010}")
}

/// A node's place in an index: the fittest first, then in order of id. A number that is not negative has bits that order as it does.
fn rank(node: &Node) -> String {
    let fitness = node.fitness().filter(|fitness| fitness.is_finite() && *fitness >= 0.0);
    let bits = fitness.map_or(0, |fitness| (fitness + 0.0).to_bits() + 1);
    format!("{:016x}#{:010}", u64::MAX - bits, node.id.candidate.0)
}

/// The items of a record: its parts where it is large, and its own last. Then its prompt where it just joined.
pub(crate) fn of_record(record: &Record) -> Result<(Item, Vec<Item>), StoreError> {
    let written = |detail: String| StoreError::Backend { doing: "write a record", detail };
    let json = serde_json::to_vec(record).map_err(|error| written(error.to_string()))?;
    let packed = zstd::encode_all(&json[..], 3).map_err(|error| written(error.to_string()))?;
    let node = &record.node;
    let (run, id) = (&node.id.run, node.id.candidate);
    let mut item = Item::from([
        ("pk".into(), text(partition(run))),
        ("sk".into(), text(place(id))),
        ("g1pk".into(), text(generation(run, node.generation))),
        ("g1sk".into(), text(rank(node))),
        ("read".into(), whole(record.read())),
        ("generation".into(), whole(node.generation)),
        ("status".into(), text(node.status.word())),
        ("model".into(), text(node.model.clone())),
        ("operator".into(), text(node.operator.as_ref().map_or("seed", |operator| &operator.0))),
    ]);
    if node.fitness().is_some() {
        item.extend([("g2pk".into(), text(run.as_str())), ("g2sk".into(), text(rank(node)))]);
    }
    if let Some(score) = node.score {
        item.insert("trials".into(), whole(score.trials));
        for (name, number) in [("score", score.mean), ("low", score.low), ("high", score.high)] {
            item.extend(real(number).map(|number| (name.to_owned(), number)));
        }
    }
    if packed.len() <= PART {
        item.insert("record".into(), AttributeValue::B(Blob::new(packed)));
        return Ok((item, Vec::new()));
    }
    let parts: Vec<Item> = packed
        .chunks(PART)
        .enumerate()
        .map(|(part, bytes)| {
            Item::from([
                ("pk".into(), text(partition(run))),
                ("sk".into(), text(part_place(id, record.read(), part))),
                ("bytes".into(), AttributeValue::B(Blob::new(bytes))),
            ])
        })
        .collect();
    item.insert("parts".into(), whole(parts.len()));
    Ok((item, parts))
}

/// The item of a prompt.
pub(crate) fn of_prompt(run: &RunId, id: CandidateId, prompt: &str) -> Item {
    Item::from([
        ("pk".into(), text(partition(run))),
        ("sk".into(), text(format!("T#{:010}", id.0))),
        ("prompt".into(), text(prompt.chars().take(SHOWN).collect::<String>())),
    ])
}

/// A whole number of an item.
pub(crate) fn number(item: &Item, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// Bytes of an item.
pub(crate) fn bytes<'i>(item: &'i Item, name: &str) -> Option<&'i [u8]> {
    Some(item.get(name)?.as_b().ok()?.as_ref())
}

/// A text of an item.
pub(crate) fn string<'i>(item: &'i Item, name: &str) -> Option<&'i str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

/// The candidate that an item's place names.
pub(crate) fn candidate(item: &Item) -> Option<CandidateId> {
    string(item, "sk")?.strip_prefix("C#")?.parse().ok().map(CandidateId)
}
