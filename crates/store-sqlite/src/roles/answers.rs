use clade_domain::{ContentHash, ModelRole, RunId, Spent, Timestamp, Usage, Usd};
use clade_store::{AnswerLog, PaidAnswer, StoreError, StoreFuture};
use sqlx::{Row, sqlite::SqliteRow};

use crate::{
    SqliteStore,
    fault::{fault, unreadable},
    rows::{AnswerRow, TextRow},
    writer::{AnswerPut, Work},
};

/// What [`read_answer`] reads, with the tables it comes from. Short columns come packed into one text, lines in a fixed
/// order: a column costs more on its way out of SQLite than its parsing.
pub(crate) const ANSWER_COLUMNS: &str = "answers.key, texts.body, answers.cost, answers.model, \
     concat_ws(char(10), run_ids.id, answers.role, answers.input, answers.output, answers.cache_read, answers.cache_write, \
     answers.latency_ms, answers.at, answers.finish) \
     FROM answers JOIN run_ids ON run_ids.no = answers.run JOIN texts ON texts.hash = answers.text";

impl AnswerLog for SqliteStore {
    fn answers(&self, keys: Vec<ContentHash>) -> StoreFuture<'_, Vec<Option<PaidAnswer>>> {
        Box::pin(self.lookup.find(keys))
    }

    fn put_answer(&self, answer: PaidAnswer) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let text = TextRow { hash: ContentHash::of(answer.body.as_bytes()), body: answer.body.into() };
            let row = AnswerRow {
                key: answer.key,
                run: 0,
                role: role_name(answer.role),
                model: answer.model.into(),
                text: text.hash,
                usage: answer.usage,
                cost: answer.cost.map(|cost| cost.0),
                latency_ms: answer.latency_ms,
                finish: answer.finish.into(),
                at: answer.at.0,
            };
            self.writer.write(Work::Answer(Box::new(AnswerPut { run: answer.run, row, text }))).await.map(drop)
        })
    }

    fn paid(&self, run: RunId) -> StoreFuture<'_, Spent> {
        Box::pin(async move {
            // one row of sums: grouping would sort all rows in memory
            let sql = "SELECT sum(role = 'task'), sum(role = 'reflection'), sum(role = 'judge'), count(*), sum(input), sum(output), \
                       total(cost), sum(cost IS NULL) FROM answers \
                       WHERE run = (SELECT no FROM run_ids WHERE id = ?) AND role <> 'code'";
            let mut spent = Spent::default();
            for row in self.rows("add up what was paid", sqlx::query(sql).bind(run.as_str())).await? {
                let count =
                    |column| Ok::<_, StoreError>(self.value::<Option<i64>>(&row, column)?.unwrap_or(0).unsigned_abs());
                (spent.task_calls, spent.reflection_calls, spent.judge_calls) = (count(0)?, count(1)?, count(2)?);
                spent.calls = count(3)?;
                let known = spent.task_calls + spent.reflection_calls + spent.judge_calls;
                if known != spent.calls {
                    return Err(unreadable(&self.path, "the role of an answer", &"none that is known"));
                }
                (spent.tokens_in, spent.tokens_out) = (count(4)?, count(5)?);
                spent.usd = Usd(self.value(&row, 6)?);
                spent.unpriced_calls = count(7)?;
            }
            Ok(spent)
        })
    }

    fn answers_of(&self, run: RunId, after: Option<ContentHash>, limit: u32) -> StoreFuture<'_, Vec<PaidAnswer>> {
        Box::pin(async move {
            // `+` keeps the planner on the index of keys: a page walks on from the last key, and reading all pages
            // passes over every key once
            let sql = format!(
                "SELECT {ANSWER_COLUMNS} WHERE +answers.run = (SELECT no FROM run_ids WHERE id = ?) AND answers.key > ? \
                 ORDER BY answers.key LIMIT ?"
            );
            let after = after.map_or(Vec::new(), |key| key.0.to_vec());
            let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(run.as_str()).bind(after).bind(i64::from(limit));
            let rows = self.rows("read answers", query).await?;
            let read = |row| read_answer(row).map_err(|error| fault(&self.path, "read answers", &error));
            rows.iter().map(read).collect::<Result<_, StoreError>>()
        })
    }
}

/// An answer out of a row of [`ANSWER_COLUMNS`].
pub(crate) fn read_answer(row: &SqliteRow) -> Result<PaidAnswer, sqlx::Error> {
    let packed: &str = row.try_get(4)?;
    let wrong = || sqlx::Error::Decode(format!("`{}` are no values of an answer", packed.escape_debug()).into());
    // the last one is whatever is left, so it may hold line ends
    let mut lines = packed.splitn(9, '\n');
    let mut line = || lines.next().ok_or_else(wrong);
    let run = line()?.parse().map_err(|_| wrong())?;
    let role = read_role(line()?).ok_or_else(wrong)?;
    let mut count = || line()?.parse::<u64>().map_err(|_| wrong());
    let usage = Usage { input: count()?, output: count()?, cache_read: count()?, cache_write: count()? };
    let latency_ms = u32::try_from(count()?).unwrap_or(u32::MAX);
    Ok(PaidAnswer {
        key: read_hash(row.try_get(0)?)?,
        run,
        role,
        model: row.try_get(3)?,
        body: row.try_get(1)?,
        usage,
        cost: row.try_get::<Option<f64>, _>(2)?.map(Usd),
        latency_ms,
        at: Timestamp(line()?.parse().map_err(|_| wrong())?),
        finish: line()?.to_owned(),
    })
}

/// A hash out of its 16 bytes.
fn read_hash(bytes: &[u8]) -> Result<ContentHash, sqlx::Error> {
    let wrong = || sqlx::Error::Decode(format!("a hash of {} bytes instead of 16", bytes.len()).into());
    bytes.try_into().map(ContentHash).map_err(|_| wrong())
}

fn role_name(role: Option<ModelRole>) -> &'static str {
    match role {
        Some(ModelRole::Task) => "task",
        Some(ModelRole::Reflection) => "reflection",
        Some(ModelRole::Judge) => "judge",
        None => "code",
    }
}

/// The role of that name; that of code is none of a model.
fn read_role(name: &str) -> Option<Option<ModelRole>> {
    let roles = [Some(ModelRole::Task), Some(ModelRole::Reflection), Some(ModelRole::Judge), None];
    roles.into_iter().find(|role| role_name(*role) == name)
}
