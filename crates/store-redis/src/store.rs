use clade_domain::{CandidateId, RunId};
use clade_lineage::{Record, RunFold};
use clade_store::{Batch, GenerationStore, Projection, Standing, StoreError, StoreFuture};
use redis::Cmd;
use serde::de::DeserializeOwned;

use crate::{
    RedisOptions,
    keys::{Keys, runs},
    link::Link,
    scripts::{PUT, RANKED, RECORDS, STATE},
};

/// Most records read or runs asked about in one call.
const PART: usize = 1_000;

/// Generations in a Redis server or cluster. Connects with the first call.
pub struct RedisGenerations {
    pub(crate) link: Link,
    pub(crate) options: RedisOptions,
}

impl RedisGenerations {
    /// Over a server that need not be there yet.
    ///
    /// # Errors
    /// Where the address cannot be understood.
    pub fn new(options: RedisOptions) -> Result<Self, StoreError> {
        Ok(Self { link: Link::new(&options)?, options })
    }

    fn keys(&self, run: &RunId) -> Keys {
        Keys::of(&self.options.prefix, run)
    }

    async fn state(&self, run: &RunId) -> Result<Option<(u64, String)>, StoreError> {
        let keys = self.keys(run);
        let keys: Vec<&String> = keys.0.iter().collect();
        let state: Vec<String> = self.link.script("read a checkpoint", &STATE, &keys, &[]).await?;
        let mut parts = state.into_iter();
        let (Some(next), Some(fold)) = (parts.next(), parts.next()) else { return Ok(None) };
        Ok(Some((next.parse().map_err(|error| self.unreadable("a checkpoint", &error))?, fold)))
    }

    async fn ranked(&self, run: &RunId, set: usize, range: &[String]) -> Result<Vec<Standing>, StoreError> {
        let keys = self.keys(run);
        let found: Vec<Option<String>> =
            self.link.script("read candidates", &RANKED, &[&keys.0[set], &keys.0[1]], range).await?;
        found.iter().flatten().map(|json| Ok(self.parsed::<Record>("a candidate", json)?.into())).collect()
    }

    fn parsed<T: DeserializeOwned>(&self, what: &str, json: &str) -> Result<T, StoreError> {
        serde_json::from_str(json).map_err(|error| self.unreadable(what, &error))
    }

    fn unreadable(&self, what: &str, error: &dyn std::fmt::Display) -> StoreError {
        self.link.server.unusable(what, format!("is not what this version writes ({error})"))
    }

    /// A command on the set of runs.
    fn runs(&self, command: &str) -> Cmd {
        let mut command = redis::cmd(command);
        command.arg(runs(&self.options.prefix));
        command
    }

    async fn known_runs(&self) -> Result<Vec<RunId>, StoreError> {
        let names: Vec<String> = self.link.call("list runs", &self.runs("SMEMBERS")).await?;
        let mut runs: Vec<RunId> = names.iter().filter_map(|name| name.parse().ok()).collect();
        runs.sort();
        Ok(runs)
    }
}

/// A candidate's name in sets: of one length, so that sets order equal ones by number.
fn member(id: CandidateId) -> String {
    format!("{:010}", id.0)
}

impl Projection for RedisGenerations {
    fn checkpoints(&self) -> StoreFuture<'_, Vec<(RunId, u64)>> {
        Box::pin(async move {
            let mut checkpoints = Vec::new();
            for part in self.known_runs().await?.chunks(PART) {
                let states = futures::future::join_all(part.iter().map(|run| self.state(run))).await;
                for (run, state) in part.iter().zip(states) {
                    match state {
                        Ok(state) => checkpoints.extend(state.map(|(next, _)| (run.clone(), next))),
                        // one that cannot be read holds no other up; whoever asks for it alone is told why
                        Err(error) if error.of_one_run() => checkpoints.push((run.clone(), u64::MAX)),
                        Err(error) => return Err(error),
                    }
                }
            }
            Ok(checkpoints)
        })
    }

    fn run_fold(&self, run: RunId) -> StoreFuture<'_, Option<RunFold>> {
        Box::pin(async move {
            let state = self.state(&run).await?;
            if state.is_some() {
                // the list of runs may be gone alone; one that may not be written is no reason to read nothing
                let mut listed = self.runs("SISMEMBER");
                if !self.link.call::<bool>("list runs", listed.arg(run.as_str())).await? {
                    drop(self.link.call::<()>("list a run", self.runs("SADD").arg(run.as_str())).await);
                }
            }
            state.map(|(_, fold)| self.parsed("a checkpoint", &fold)).transpose()
        })
    }

    fn records(&self, run: RunId, candidates: Vec<CandidateId>) -> StoreFuture<'_, Vec<Record>> {
        Box::pin(async move {
            let keys = self.keys(&run);
            let mut records = Vec::with_capacity(candidates.len());
            for part in candidates.chunks(PART) {
                let members: Vec<String> = part.iter().map(|id| member(*id)).collect();
                let keys: Vec<&String> = keys.0.iter().collect();
                let found: Vec<Option<String>> = self.link.script("read candidates", &RECORDS, &keys, &members).await?;
                for json in found.iter().flatten() {
                    records.push(self.parsed("a candidate", json)?);
                }
            }
            Ok(records)
        })
    }

    fn put(&self, batch: Batch) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let Batch { expected, fold, records, prompts } = batch;
            let (run, keys) = (fold.run().clone(), self.keys(fold.run()));
            let written =
                |error: serde_json::Error| StoreError::Backend { doing: "write a batch", detail: error.to_string() };
            let expire = self.options.expire.map_or(0, |expire| expire.as_secs().max(1));
            let mut arguments = vec![
                expected.to_string(),
                fold.next().to_string(),
                serde_json::to_string(&fold).map_err(written)?,
                fold.best().map(member).unwrap_or_default(),
                expire.to_string(),
            ];
            let mut prompts: std::collections::HashMap<CandidateId, String> = prompts.into_iter().collect();
            for record in &records {
                let node = &record.node;
                let fitness = node.fitness().filter(|fitness| fitness.is_finite());
                arguments.extend([
                    member(node.id.candidate),
                    node.generation.to_string(),
                    // as many digits as the number needs, so that what is read is the same to the last bit
                    fitness.map(|fitness| format!("{fitness:e}")).unwrap_or_default(),
                    serde_json::to_string(record).map_err(written)?,
                    prompts.remove(&node.id.candidate).unwrap_or_default(),
                ]);
            }
            if expected == 0 {
                self.link.call::<()>("list a run", self.runs("SADD").arg(run.as_str())).await?;
            }
            let keys: Vec<&String> = keys.0.iter().collect();
            let actual: i64 = self.link.script("write a batch", &PUT, &keys, &arguments).await?;
            match u64::try_from(actual) {
                Ok(actual) => Err(StoreError::Conflict { run: run.to_string(), expected, actual }),
                Err(_) => Ok(()),
            }
        })
    }

    fn forget(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.forget_runs(self.known_runs().await?).await?;
            self.link.call("drop the runs", &self.runs("UNLINK")).await
        })
    }

    fn forget_runs(&self, runs: Vec<RunId>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            for run in runs {
                let keys = self.keys(&run);
                let mut command = redis::cmd("UNLINK");
                self.link.call::<()>("drop a run", command.arg(&keys.0[..])).await?;
                self.link.call::<()>("drop a run", self.runs("SREM").arg(run.as_str())).await?;
            }
            Ok(())
        })
    }
}

impl GenerationStore for RedisGenerations {
    fn latest(&self, run: RunId) -> StoreFuture<'_, Option<u32>> {
        Box::pin(async move {
            let key = &self.keys(&run).0[4];
            let mut command = redis::cmd("ZRANGE");
            command.arg(key).arg(-1).arg(-1).arg("WITHSCORES");
            let last: Vec<(String, f64)> = self.link.call("find the last generation", &command).await?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was written from a u32")]
            Ok(last.first().map(|(_, number)| *number as u32))
        })
    }

    fn generation(&self, run: RunId, number: u32) -> StoreFuture<'_, Vec<Standing>> {
        Box::pin(async move {
            let number = number.to_string();
            let mut found = self.ranked(&run, 4, &[number.clone(), number, "BYSCORE".into()]).await?;
            found.sort_by(|a, b| a.node.ranking(&b.node));
            Ok(found)
        })
    }

    fn top(&self, run: RunId, most: u32) -> StoreFuture<'_, Vec<Standing>> {
        Box::pin(async move {
            if most == 0 {
                return Ok(Vec::new());
            }
            self.ranked(&run, 3, &["0".into(), (most - 1).to_string()]).await
        })
    }
}
