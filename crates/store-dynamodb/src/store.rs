use std::{
    collections::{BTreeSet, HashMap},
    time::{SystemTime, UNIX_EPOCH},
};

use aws_sdk_dynamodb::{
    operation::put_item::PutItemError,
    primitives::Blob,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use clade_domain::{CandidateId, RunId};
use clade_lineage::{Record, RunFold};
use clade_store::{Batch, GenerationStore, Projection, Standing, StoreError, StoreFuture};
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    DynamoOptions,
    items::{
        self, Item, RUNS, bytes, candidate, generation, number, of_prompt, of_record, partition, place, string, text,
        whole,
    },
    link::{AT_ONCE, Link},
    recent::Recent,
};

/// Generations in a DynamoDB table. Connects with the first call.
pub struct DynamoGenerations {
    pub(crate) link: Link,
}

impl DynamoGenerations {
    /// Over a table that need not be there yet.
    #[must_use]
    pub fn new(options: DynamoOptions) -> Self {
        Self { link: Link::new(options) }
    }

    /// The client with the table's name: for what this role does not offer.
    pub async fn client(&self) -> (&aws_sdk_dynamodb::Client, &str) {
        (self.link.client().await, &self.link.options.table)
    }

    fn unreadable(&self, error: &dyn std::fmt::Display) -> StoreError {
        StoreError::Unusable {
            what: "what is kept of a run".into(),
            place: self.link.server.clone(),
            detail: format!("is not what this version writes ({error})"),
            remedy: "`clade rebuild generations` makes it anew".into(),
        }
    }

    /// A run's item, where there is more of it than a claim.
    async fn run_item(&self, run: &RunId) -> Result<Option<Item>, StoreError> {
        let item = self.link.get(key(RUNS, run.as_str())).await?;
        Ok(item.filter(|item| number(item, "entries").is_some_and(|entries| entries > 0)))
    }

    /// Takes a run's name for an installation before anything is written under it: records come before their checkpoint, so two
    /// that begin at once would mix theirs.
    async fn claim(&self, fold: &RunFold) -> Result<(), StoreError> {
        let (run, owner) = (fold.run(), fold.owner());
        let mut item = key(RUNS, run.as_str());
        item.extend([("entries".to_owned(), whole(0)), ("owner".to_owned(), text(owner))]);
        let put = self.link.client().await.put_item().table_name(&self.link.options.table).set_item(Some(item));
        let put = put
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .condition_expression("attribute_not_exists(pk) OR (entries = :e AND #o = :o)")
            .expression_attribute_names("#o", "owner")
            .expression_attribute_values(":e", whole(0))
            .expression_attribute_values(":o", text(owner));
        let Err(error) = put.send().await else { return Ok(()) };
        let Some(PutItemError::ConditionalCheckFailedException(failed)) = error.as_service_error() else {
            return Err(self.link.fault("claim a run", &error));
        };
        let found = |name: &str| failed.item().and_then(|item| number(item, name)).unwrap_or(0);
        match found("entries") {
            0 => {
                let owner = failed.item().and_then(|item| string(item, "owner")).unwrap_or_default().to_owned();
                Err(StoreError::Foreign { run: run.to_string(), owner })
            }
            actual => Err(StoreError::Conflict { run: run.to_string(), expected: 0, actual }),
        }
    }

    fn recent(item: &Item) -> Recent {
        string(item, "recent").and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }

    /// Writes a record unless a newer one is there.
    async fn put_record(&self, record: Record) -> Result<(), StoreError> {
        let (item, parts) = of_record(&record)?;
        for part in parts {
            self.put_item(part).await?;
        }
        let put = self
            .link
            .client()
            .await
            .put_item()
            .table_name(&self.link.options.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR #r < :r")
            .expression_attribute_names("#r", "read")
            .expression_attribute_values(":r", whole(record.read()));
        match put.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                Ok(())
            }
            Err(error) => Err(self.link.fault("write a record", &error)),
        }
    }

    async fn put_item(&self, item: Item) -> Result<(), StoreError> {
        let put = self.link.client().await.put_item().table_name(&self.link.options.table).set_item(Some(item));
        put.send().await.map(drop).map_err(|error| self.link.fault("write an item", &error))
    }

    /// The records of candidates as they are now.
    async fn read(&self, run: &RunId, ids: impl IntoIterator<Item = CandidateId>) -> Result<Vec<Record>, StoreError> {
        let ids: BTreeSet<CandidateId> = ids.into_iter().collect();
        let keys = ids.into_iter().map(|id| key(&partition(run), &place(id))).collect();
        self.unpacked(run, self.link.get_all(keys).await?).await
    }

    /// Items as records, the parts of large ones put together.
    async fn unpacked(&self, run: &RunId, found: Vec<Item>) -> Result<Vec<Record>, StoreError> {
        let mut records = Vec::with_capacity(found.len());
        for item in found {
            let packed = match (bytes(&item, "record"), number(&item, "parts"), candidate(&item), number(&item, "read"))
            {
                (Some(whole), ..) => whole.to_vec(),
                (None, Some(parts), Some(id), Some(read)) => {
                    let parts = usize::try_from(parts).unwrap_or_default();
                    let keys = (0..parts).map(|part| key(&partition(run), &items::part_place(id, read, part)));
                    let mut found = self.link.get_all(keys.collect()).await?;
                    found.sort_by(|a, b| string(a, "sk").cmp(&string(b, "sk")));
                    found.iter().filter_map(|part| bytes(part, "bytes")).collect::<Vec<_>>().concat()
                }
                _ => return Err(self.unreadable(&"an item has no record")),
            };
            let json = zstd::decode_all(&packed[..]).map_err(|error| self.unreadable(&error))?;
            records.push(serde_json::from_slice(&json).map_err(|error| self.unreadable(&error))?);
        }
        Ok(records)
    }

    /// Records that an index names, with those that it may not know yet, all of them as they are now.
    async fn found(
        &self,
        run: &RunId,
        index: &str,
        partition_of_index: (&str, &str),
        most: usize,
    ) -> Result<Vec<Standing>, StoreError> {
        let Some(item) = self.run_item(run).await? else { return Ok(Vec::new()) };
        let records = match Self::recent(&item).at(now_ms()) {
            Some(recent) => {
                let most = most.saturating_add(recent.len());
                let named = self.link.query(Some(index), partition_of_index, None, Some("sk"), most).await?;
                self.read(run, named.iter().filter_map(candidate).chain(recent)).await?
            }
            None => {
                let all = self.link.query(None, ("pk", &partition(run)), Some("C#"), None, usize::MAX).await?;
                self.unpacked(run, all).await?
            }
        };
        let mut standings: Vec<Standing> = records.into_iter().map(Standing::from).collect();
        standings.sort_by(|a, b| a.node.ranking(&b.node));
        Ok(standings)
    }
}

pub(crate) fn key(pk: &str, sk: &str) -> Item {
    Item::from([("pk".into(), text(pk)), ("sk".into(), text(sk))])
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl Projection for DynamoGenerations {
    fn checkpoints(&self) -> StoreFuture<'_, Vec<(RunId, u64)>> {
        Box::pin(async move {
            let found = self.link.query(None, ("pk", RUNS), None, Some("sk, entries"), usize::MAX).await?;
            let checkpoint = |item: &Item| Some((string(item, "sk")?.parse().ok()?, number(item, "entries")?));
            Ok(found.iter().filter_map(checkpoint).filter(|(_, entries)| *entries > 0).collect())
        })
    }

    fn run_fold(&self, run: RunId) -> StoreFuture<'_, Option<RunFold>> {
        Box::pin(async move {
            let Some(item) = self.run_item(&run).await? else { return Ok(None) };
            let packed = bytes(&item, "fold").ok_or_else(|| self.unreadable(&"a run has no fold"))?;
            let json = zstd::decode_all(packed).map_err(|error| self.unreadable(&error))?;
            serde_json::from_slice(&json).map(Some).map_err(|error| self.unreadable(&error))
        })
    }

    fn records(&self, run: RunId, candidates: Vec<CandidateId>) -> StoreFuture<'_, Vec<Record>> {
        Box::pin(async move { self.read(&run, candidates).await })
    }

    fn put(&self, batch: Batch) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let Batch { expected, fold, records, prompts } = batch;
            let run = fold.run().clone();
            let before = self.run_item(&run).await?;
            let actual = before.as_ref().and_then(|item| number(item, "entries")).unwrap_or(0);
            if actual != expected {
                return Err(StoreError::Conflict { run: run.to_string(), expected, actual });
            }
            if expected == 0 {
                self.claim(&fold).await?;
            }
            let written = |error: &dyn std::fmt::Display| StoreError::Backend {
                doing: "write a batch",
                detail: error.to_string(),
            };
            let mut recent = before.as_ref().map(Self::recent).unwrap_or_default();
            recent.add(records.iter().map(|record| record.node.id.candidate), now_ms());
            let latest = records.iter().map(|record| u64::from(record.node.generation)).max();
            let latest = latest.max(before.as_ref().and_then(|item| number(item, "latest")));
            // a record is written over older ones alone, which only a request of its own can say; prompts never change
            let texts = prompts.iter().map(|(id, prompt)| of_prompt(&run, *id, prompt)).collect();
            let each = stream::iter(records).map(|record| self.put_record(record)).buffer_unordered(AT_ONCE);
            tokio::try_join!(each.try_collect::<()>(), self.link.put_all(texts))?;

            let json = serde_json::to_vec(&fold).map_err(|error| written(&error))?;
            let packed = zstd::encode_all(&json[..], 3).map_err(|error| written(&error))?;
            let mut item = key(RUNS, run.as_str());
            item.insert("entries".into(), whole(fold.next()));
            item.insert("owner".into(), text(fold.owner()));
            item.insert("fold".into(), AttributeValue::B(Blob::new(packed)));
            item.insert("recent".into(), text(serde_json::to_string(&recent).map_err(|error| written(&error))?));
            item.extend(latest.map(|latest| ("latest".to_owned(), whole(latest))));
            item.extend(fold.best().map(|best| ("best".to_owned(), text(place(best)))));
            let put = self.link.client().await.put_item().table_name(&self.link.options.table).set_item(Some(item));
            let put = put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            let put = put.condition_expression("entries = :e").expression_attribute_values(":e", whole(expected));
            match put.send().await {
                Ok(_) => Ok(()),
                Err(error) => match error.as_service_error() {
                    Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                        let actual = failed.item().and_then(|item| number(item, "entries")).unwrap_or(0);
                        Err(StoreError::Conflict { run: run.to_string(), expected, actual })
                    }
                    _ => Err(self.link.fault("write a checkpoint", &error)),
                },
            }
        })
    }

    fn forget(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let found = self.link.query(None, ("pk", RUNS), None, Some("pk, sk"), usize::MAX).await?;
            let runs = found.iter().filter_map(|run| string(run, "sk")?.parse().ok()).collect();
            self.forget_runs(runs).await
        })
    }

    fn forget_runs(&self, runs: Vec<RunId>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            for run in runs {
                let keys = self.link.query(None, ("pk", &partition(&run)), None, Some("pk, sk"), usize::MAX).await?;
                self.link.delete_all(keys).await?;
                self.link.delete_all(vec![key(RUNS, run.as_str())]).await?;
            }
            Ok(())
        })
    }
}

impl GenerationStore for DynamoGenerations {
    fn latest(&self, run: RunId) -> StoreFuture<'_, Option<u32>> {
        Box::pin(async move {
            let item: HashMap<_, _> = self.run_item(&run).await?.unwrap_or_default();
            Ok(number(&item, "latest").and_then(|latest| u32::try_from(latest).ok()))
        })
    }

    fn generation(&self, run: RunId, wanted: u32) -> StoreFuture<'_, Vec<Standing>> {
        Box::pin(async move {
            let place = generation(&run, wanted);
            let mut found = self.found(&run, "by_generation", ("g1pk", &place), usize::MAX).await?;
            found.retain(|standing| standing.node.generation == wanted);
            Ok(found)
        })
    }

    fn top(&self, run: RunId, most: u32) -> StoreFuture<'_, Vec<Standing>> {
        Box::pin(async move {
            if most == 0 {
                return Ok(Vec::new());
            }
            let mut found = self.found(&run, "by_fitness", ("g2pk", run.as_str()), most as usize).await?;
            found.retain(|standing| standing.node.score.is_some());
            found.truncate(most as usize);
            Ok(found)
        })
    }
}
