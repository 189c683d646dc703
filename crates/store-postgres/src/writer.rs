use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use clade_domain::{ContentHash, RunId};
use clade_store::{PaidAnswer, StoreError};
use futures::join;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use tokio_postgres::{Client, Error, types::Type};

use crate::{
    journal::{Columns, Entry},
    link::{Desk, Verdict, Way},
    migrate::in_schema,
    roles::answers::role_name,
};

/// Most callers that one transaction serves.
const MOST: usize = 2_048;
/// Callers that wait before the next ones are held up.
const QUEUE: usize = 4_096;

/// What comes often and is written for many callers at once.
pub(crate) enum Work {
    /// Entries of a run. Results in the next sequence number.
    Append { run: RunId, holder: String, expected: u64, entries: Arc<[Entry]> },
    /// Texts by content.
    Texts(Vec<String>),
    /// An answer with its text.
    Answer(Box<PaidAnswer>),
}

type Outcome = Result<u64, StoreError>;

struct Job {
    work: Work,
    reply: oneshot::Sender<Outcome>,
}

/// The one task that writes what comes often: it takes what waits, puts it into one transaction, and answers everybody after the
/// commit. While one is being committed the next one gathers, so a lone write is quick and a crowd is cheap.
pub(crate) struct Writer {
    queue: mpsc::Sender<Job>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub fn start(way: Arc<Way>, schema: String) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let task = Task { desk: Desk::new(way), schema };
        Self { queue, task: Mutex::new(Some(tokio::spawn(task.run(waiting)))) }
    }

    /// Writes. When the future is ready the work is durable.
    pub async fn write(&self, work: Work) -> Outcome {
        let closed = || StoreError::Backend { doing: "write", detail: "it is closed".into() };
        let (reply, done) = oneshot::channel();
        self.queue.send(Job { work, reply }).await.map_err(|_| closed())?;
        done.await.map_err(|_| closed())?
    }

    /// Waits until everything accepted is committed, and ends the task. Again: nothing.
    pub async fn close(&self) {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            let (reply, done) = oneshot::channel();
            // nothing to write: it is answered behind everything that came before
            if self.queue.send(Job { work: Work::Texts(Vec::new()), reply }).await.is_ok() {
                drop(done.await);
            }
            task.abort();
        }
    }
}

struct Task {
    desk: Desk,
    schema: String,
}

impl Task {
    async fn run(self, mut waiting: mpsc::Receiver<Job>) {
        let mut jobs = Vec::with_capacity(MOST);
        while waiting.recv_many(&mut jobs, MOST).await > 0 {
            let mut left: Vec<Job> = std::mem::take(&mut jobs);
            while !left.is_empty() {
                left = self.carry_out(left).await;
            }
        }
    }

    /// Writes what can go together; what has to come behind it is left.
    async fn carry_out(&self, jobs: Vec<Job>) -> Vec<Job> {
        let (together, left) = part(jobs);
        match self.write(together.iter().map(|job| &job.work)).await {
            // nobody listens where the caller gave up; the work is done all the same
            Ok(ends) => together.into_iter().for_each(|job| drop(job.reply.send(ends.outcome(&job.work)))),
            // one of them may be what is wrong
            Err(error) if together.len() > 1 && !matches!(error, StoreError::Unreachable { .. }) => {
                for job in together {
                    let ends = self.write(std::iter::once(&job.work)).await;
                    drop(job.reply.send(ends.and_then(|ends| ends.outcome(&job.work))));
                }
            }
            Err(error) => {
                let (server, detail) = (self.desk.way().server.name().to_owned(), error.to_string());
                let mut first = Some(error);
                for job in together {
                    let again = || StoreError::Unreachable { server: server.clone(), detail: detail.clone() };
                    drop(job.reply.send(Err(first.take().unwrap_or_else(again))));
                }
            }
        }
        left
    }

    async fn write(&self, works: impl Iterator<Item = &Work>) -> Result<Ends, StoreError> {
        let batch = Batch::of(works);
        let (batch, schema) = (&batch, self.schema.as_str());
        let write = move |client: Arc<Client>, unsure| async move { batch.write(&client, schema, unsure).await };
        self.desk.transaction("write", true, write).await
    }
}

/// What can be written in one transaction, and the rest: entries that do not follow those of their run before them come later.
fn part(jobs: Vec<Job>) -> (Vec<Job>, Vec<Job>) {
    let mut next: HashMap<RunId, u64> = HashMap::new();
    jobs.into_iter().partition(|job| match &job.work {
        Work::Append { run, expected, entries, .. } => {
            let follows = next.get(run).is_none_or(|next| next == expected);
            if follows {
                next.insert(run.clone(), expected.saturating_add(entries.len() as u64));
            }
            follows
        }
        _ => true,
    })
}

/// Entries of one run, one behind the other.
struct Tail<'a> {
    holder: &'a str,
    expected: u64,
    entries: Vec<&'a Entry>,
}

/// What one transaction writes.
#[derive(Default)]
struct Batch<'a> {
    tails: HashMap<&'a RunId, Tail<'a>>,
    texts: HashMap<ContentHash, &'a str>,
    answers: HashMap<ContentHash, &'a PaidAnswer>,
}

/// How far journals go after a batch, for the runs that were appended to.
struct Ends(HashMap<RunId, End>);

enum End {
    /// Everything was appended.
    Appended,
    /// Nothing was, since the journal is so long.
    Length(u64),
    /// Nothing was, since this process holds the run no more.
    Taken(String),
}

impl Ends {
    fn outcome(&self, work: &Work) -> Outcome {
        let Work::Append { run, expected, entries, .. } = work else { return Ok(0) };
        let expected = *expected;
        match self.0.get(run) {
            Some(End::Appended) => Ok(expected.saturating_add(entries.len() as u64)),
            Some(End::Length(actual)) => Err(StoreError::Conflict { run: run.to_string(), expected, actual: *actual }),
            Some(End::Taken(holder)) => Err(StoreError::Locked { run: run.to_string(), holder: holder.clone() }),
            None => Err(StoreError::no_run(run)),
        }
    }
}

impl<'a> Batch<'a> {
    fn of(works: impl Iterator<Item = &'a Work>) -> Self {
        let mut batch = Self::default();
        for work in works {
            match work {
                Work::Append { run, holder, expected, entries } => {
                    let tail = batch.tails.entry(run);
                    let tail = tail.or_insert_with(|| Tail { holder, expected: *expected, entries: Vec::new() });
                    tail.entries.extend(entries.iter());
                }
                Work::Texts(texts) => {
                    let text = |text: &'a String| (ContentHash::of(text.as_bytes()), text.as_str());
                    batch.texts.extend(texts.iter().map(text));
                }
                Work::Answer(answer) => {
                    batch.texts.insert(ContentHash::of(answer.body.as_bytes()), &answer.body);
                    batch.answers.entry(answer.key).or_insert(answer);
                }
            }
        }
        batch
    }

    /// `unsure`: it may have been written already.
    async fn write(&self, client: &Client, schema: &str, unsure: bool) -> Verdict<Ends> {
        // sent one behind the other without waiting for answers between
        let (ends, texts, answers) = join!(
            self.append(client, schema, unsure),
            self.put_texts(client, schema),
            self.put_answers(client, schema)
        );
        let ends = ends?;
        texts?;
        answers?;
        Ok(Ok(ends))
    }

    /// Appends to the journals whose length is as expected.
    async fn append(&self, client: &Client, schema: &str, unsure: bool) -> Result<Ends, Error> {
        if self.tails.is_empty() {
            return Ok(Ends(HashMap::new()));
        }
        let mut tails: Vec<(&RunId, &Tail<'_>)> = self.tails.iter().map(|(run, tail)| (*run, tail)).collect();
        // transactions of several processes take rows in one order
        tails.sort_by_key(|(run, _)| *run);
        let (mut rows, mut columns) = (Vec::new(), Columns::default());
        for (run, tail) in &tails {
            let first = i64::try_from(tail.expected).unwrap_or(i64::MAX);
            for (seq, entry) in (0..).zip(&tail.entries) {
                rows.push(run.as_str());
                columns.push(first.saturating_add(seq), entry);
            }
        }
        let runs: Vec<&str> = tails.iter().map(|(run, _)| run.as_str()).collect();
        let holders: Vec<&str> = tails.iter().map(|(_, tail)| tail.holder).collect();
        let expected: Vec<i64> =
            tails.iter().map(|(_, tail)| i64::try_from(tail.expected).unwrap_or(i64::MAX)).collect();
        let counts: Vec<i64> =
            tails.iter().map(|(_, tail)| i64::try_from(tail.entries.len()).unwrap_or(i64::MAX)).collect();
        let sql = in_schema(
            schema,
            "WITH want AS (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS w(run, holder, expected, count)), \
             foreign_ AS (SELECT leases.run, leases.holder FROM @leases AS leases JOIN want USING (run) \
             WHERE leases.holder <> want.holder AND leases.expires >= clock_timestamp()), \
             grown AS (UPDATE @runs AS runs SET length = runs.length + want.count FROM want WHERE runs.id = want.run AND runs.visible \
             AND runs.length = want.expected AND NOT EXISTS (SELECT 1 FROM foreign_ WHERE foreign_.run = runs.id) \
             RETURNING runs.no, runs.id), \
             added AS (INSERT INTO @events (run, seq, at, kind, candidate, example, split, body) \
             SELECT grown.no, e.seq, e.at, e.kind, e.candidate, e.example, e.split, e.body \
             FROM unnest($5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::bigint[], $10::bigint[], $11::text[], $12::text[]) \
             AS e(run, seq, at, kind, candidate, example, split, body) \
             JOIN grown ON grown.id = e.run) \
             SELECT want.run, grown.no IS NOT NULL, runs.length, foreign_.holder FROM want JOIN @runs AS runs ON runs.id = want.run \
             AND runs.visible LEFT JOIN grown ON grown.id = want.run LEFT JOIN foreign_ ON foreign_.run = want.run",
        );
        let found = client
            .query_typed(
                &sql,
                &[
                    (&runs, Type::TEXT_ARRAY),
                    (&holders, Type::TEXT_ARRAY),
                    (&expected, Type::INT8_ARRAY),
                    (&counts, Type::INT8_ARRAY),
                    (&rows, Type::TEXT_ARRAY),
                    (&columns.seqs, Type::INT8_ARRAY),
                    (&columns.ats, Type::INT8_ARRAY),
                    (&columns.kinds, Type::TEXT_ARRAY),
                    (&columns.candidates, Type::INT8_ARRAY),
                    (&columns.examples, Type::INT8_ARRAY),
                    (&columns.splits, Type::TEXT_ARRAY),
                    (&columns.bodies, Type::TEXT_ARRAY),
                ],
            )
            .await?;
        let mut ends = HashMap::new();
        for row in found {
            let (id, appended): (&str, bool) = (row.try_get(0)?, row.try_get(1)?);
            let length = row.try_get::<_, i64>(2)?.unsigned_abs();
            let Some((run, tail)) = tails.iter().find(|(run, _)| run.as_str() == id) else { continue };
            let end = match (appended, row.try_get::<_, Option<String>>(3)?) {
                (true, _) => End::Appended,
                (false, Some(holder)) => End::Taken(holder),
                // the connection may have broken after a commit that nobody heard of: then these very entries are there
                (false, None) if unsure && self.there(client, schema, run, tail, length).await? => End::Appended,
                // another process was first while this one waited for the row
                (false, None) if length == tail.expected => End::Length(self.length(client, schema, run).await?),
                (false, None) => End::Length(length),
            };
            ends.insert((*run).clone(), end);
        }
        Ok(Ends(ends))
    }

    async fn length(&self, client: &Client, schema: &str, run: &RunId) -> Result<u64, Error> {
        let sql = in_schema(schema, "SELECT length FROM @runs WHERE id = $1");
        let rows = client.query_typed(&sql, &[(&run.as_str(), Type::TEXT)]).await?;
        Ok(rows.first().map_or(Ok(0), |row| row.try_get::<_, i64>(0))?.unsigned_abs())
    }

    /// Whether a journal ends with exactly these entries.
    async fn there(
        &self,
        client: &Client,
        schema: &str,
        run: &RunId,
        tail: &Tail<'_>,
        length: u64,
    ) -> Result<bool, Error> {
        if tail.expected.saturating_add(tail.entries.len() as u64) != length {
            return Ok(false);
        }
        let sql =
            "SELECT at, body FROM @events WHERE run = (SELECT no FROM @runs WHERE id = $1) AND seq >= $2 ORDER BY seq";
        let from = i64::try_from(tail.expected).unwrap_or(i64::MAX);
        let rows =
            client.query_typed(&in_schema(schema, sql), &[(&run.as_str(), Type::TEXT), (&from, Type::INT8)]).await?;
        let mut same = rows.len() == tail.entries.len();
        for (row, entry) in rows.iter().zip(&tail.entries) {
            same &= row.try_get::<_, i64>(0)? == entry.at && row.try_get::<_, &str>(1)? == entry.body;
        }
        Ok(same)
    }

    async fn put_texts(&self, client: &Client, schema: &str) -> Result<(), Error> {
        if self.texts.is_empty() {
            return Ok(());
        }
        let mut texts: Vec<(&ContentHash, &str)> = self.texts.iter().map(|(hash, text)| (hash, *text)).collect();
        texts.sort_by_key(|(hash, _)| **hash);
        let hashes: Vec<&[u8]> = texts.iter().map(|(hash, _)| hash.0.as_slice()).collect();
        let bodies: Vec<Option<&str>> =
            texts.iter().map(|(_, text)| Some(*text).filter(|t| !t.contains('\0'))).collect();
        let raws: Vec<Option<&[u8]>> =
            texts.iter().map(|(_, text)| Some(text.as_bytes()).filter(|bytes| bytes.contains(&0))).collect();
        let sql = "INSERT INTO @texts (hash, body, raw) SELECT * FROM unnest($1::bytea[], $2::text[], $3::bytea[]) ON CONFLICT DO NOTHING";
        let values =
            [(&hashes as _, Type::BYTEA_ARRAY), (&bodies as _, Type::TEXT_ARRAY), (&raws as _, Type::BYTEA_ARRAY)];
        client.execute_typed(&in_schema(schema, sql), &values).await.map(drop)
    }

    async fn put_answers(&self, client: &Client, schema: &str) -> Result<(), Error> {
        if self.answers.is_empty() {
            return Ok(());
        }
        let mut answers: Vec<&PaidAnswer> = self.answers.values().copied().collect();
        answers.sort_by_key(|answer| answer.key);
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let all = |of: fn(&PaidAnswer) -> u64| answers.iter().map(|a| number(of(a))).collect::<Vec<i64>>();
        let words = |of: fn(&PaidAnswer) -> &str| answers.iter().map(|a| of(a)).collect::<Vec<&str>>();
        let keys: Vec<&[u8]> = answers.iter().map(|a| a.key.0.as_slice()).collect();
        let hashes: Vec<ContentHash> = answers.iter().map(|a| ContentHash::of(a.body.as_bytes())).collect();
        let hashes: Vec<&[u8]> = hashes.iter().map(|hash| hash.0.as_slice()).collect();
        let costs: Vec<Option<f64>> = answers.iter().map(|a| a.cost.map(|cost| cost.0)).collect();
        let ats: Vec<i64> = answers.iter().map(|a| a.at.0).collect();
        let sql = "INSERT INTO @answers (key, run, role, model, text, input, output, cache_read, cache_write, cost, latency_ms, finish, at) \
                   SELECT * FROM unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bigint[], $7::bigint[], \
                   $8::bigint[], $9::bigint[], $10::float8[], $11::bigint[], $12::text[], $13::bigint[]) ON CONFLICT DO NOTHING";
        client
            .execute_typed(
                &in_schema(schema, sql),
                &[
                    (&keys, Type::BYTEA_ARRAY),
                    (&words(|a| a.run.as_str()), Type::TEXT_ARRAY),
                    (&words(|a| role_name(a.role)), Type::TEXT_ARRAY),
                    (&words(|a| &a.model), Type::TEXT_ARRAY),
                    (&hashes, Type::BYTEA_ARRAY),
                    (&all(|a| a.usage.input), Type::INT8_ARRAY),
                    (&all(|a| a.usage.output), Type::INT8_ARRAY),
                    (&all(|a| a.usage.cache_read), Type::INT8_ARRAY),
                    (&all(|a| a.usage.cache_write), Type::INT8_ARRAY),
                    (&costs, Type::FLOAT8_ARRAY),
                    (&all(|a| u64::from(a.latency_ms)), Type::INT8_ARRAY),
                    (&words(|a| &a.finish), Type::TEXT_ARRAY),
                    (&ats, Type::INT8_ARRAY),
                ],
            )
            .await
            .map(drop)
    }
}
