use std::collections::HashMap;

use clade_domain::{ContentHash, ModelRole, RunId, Spent, Timestamp, Usage, Usd};
use clade_store::{AnswerLog, PaidAnswer, StoreError, StoreFuture};
use tokio_postgres::{Row, types::Type};

use crate::{PostgresStore, writer::Work};

/// What [`PostgresStore::answer`] reads, with the tables it comes from.
const ANSWERS: &str = "answers.key, answers.run, answers.role, answers.model, texts.body, texts.raw, answers.input, answers.output, \
     answers.cache_read, answers.cache_write, answers.cost, answers.latency_ms, answers.finish, answers.at \
     FROM @answers AS answers JOIN @texts AS texts ON texts.hash = answers.text";

impl AnswerLog for PostgresStore {
    fn answers(&self, keys: Vec<ContentHash>) -> StoreFuture<'_, Vec<Option<PaidAnswer>>> {
        Box::pin(async move {
            let wanted: Vec<&[u8]> = keys.iter().map(|key| key.0.as_slice()).collect();
            let sql = format!("SELECT {ANSWERS} WHERE answers.key = ANY($1)");
            let mut found = HashMap::new();
            for row in self.rows("look up answers", &sql, &[(&wanted, Type::BYTEA_ARRAY)]).await? {
                let answer = self.answer(&row)?;
                found.insert(answer.key, answer);
            }
            Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
        })
    }

    fn put_answer(&self, answer: PaidAnswer) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.writer.write(Work::Answer(Box::new(answer))).await.map(drop) })
    }

    fn paid(&self, run: RunId) -> StoreFuture<'_, Spent> {
        Box::pin(async move {
            let sql = "SELECT count(*) FILTER (WHERE role = 'task'), count(*) FILTER (WHERE role = 'reflection'), \
                       count(*) FILTER (WHERE role = 'judge'), count(*), coalesce(sum(input), 0)::bigint, \
                       coalesce(sum(output), 0)::bigint, coalesce(sum(cost), 0)::float8, count(*) FILTER (WHERE cost IS NULL) \
                       FROM @answers WHERE run = $1 AND role <> 'code'";
            let mut spent = Spent::default();
            for row in self.rows("add up what was paid", sql, &[(&run.as_str(), Type::TEXT)]).await? {
                (spent.task_calls, spent.reflection_calls) = (self.count(&row, 0)?, self.count(&row, 1)?);
                (spent.judge_calls, spent.calls) = (self.count(&row, 2)?, self.count(&row, 3)?);
                (spent.tokens_in, spent.tokens_out) = (self.count(&row, 4)?, self.count(&row, 5)?);
                spent.usd = Usd(self.value(&row, 6)?);
                spent.unpriced_calls = self.count(&row, 7)?;
                if spent.task_calls + spent.reflection_calls + spent.judge_calls != spent.calls {
                    return Err(self.server.unreadable("the role of an answer", &"none that is known"));
                }
            }
            Ok(spent)
        })
    }

    fn answers_of(&self, run: RunId, after: Option<ContentHash>, limit: u32) -> StoreFuture<'_, Vec<PaidAnswer>> {
        Box::pin(async move {
            let sql =
                format!("SELECT {ANSWERS} WHERE answers.run = $1 AND answers.key > $2 ORDER BY answers.key LIMIT $3");
            let after = after.map_or(Vec::new(), |key| key.0.to_vec());
            let values =
                [(&run.as_str() as _, Type::TEXT), (&after as _, Type::BYTEA), (&i64::from(limit) as _, Type::INT8)];
            self.rows("read answers", &sql, &values).await?.iter().map(|row| self.answer(row)).collect()
        })
    }
}

impl PostgresStore {
    fn answer(&self, row: &Row) -> Result<PaidAnswer, StoreError> {
        let wrong = |what: &str| self.server.unreadable(what, &"it is none");
        let key: Vec<u8> = self.value(row, 0)?;
        let role: &str = self.value(row, 2)?;
        Ok(PaidAnswer {
            key: ContentHash(key.try_into().map_err(|_| wrong("the key of an answer"))?),
            run: self.value::<&str>(row, 1)?.parse().map_err(|_| wrong("the run of an answer"))?,
            role: read_role(role).ok_or_else(|| wrong("the role of an answer"))?,
            model: self.value(row, 3)?,
            body: self.text(row, 4)?,
            usage: Usage {
                input: self.count(row, 6)?,
                output: self.count(row, 7)?,
                cache_read: self.count(row, 8)?,
                cache_write: self.count(row, 9)?,
            },
            cost: self.value::<Option<f64>>(row, 10)?.map(Usd),
            latency_ms: u32::try_from(self.count(row, 11)?).unwrap_or(u32::MAX),
            finish: self.value(row, 12)?,
            at: Timestamp(self.value(row, 13)?),
        })
    }
}

/// How a role is written; that of code is none of a model.
pub(crate) fn role_name(role: Option<ModelRole>) -> &'static str {
    match role {
        Some(ModelRole::Task) => "task",
        Some(ModelRole::Reflection) => "reflection",
        Some(ModelRole::Judge) => "judge",
        None => "code",
    }
}

fn read_role(name: &str) -> Option<Option<ModelRole>> {
    let roles = [Some(ModelRole::Task), Some(ModelRole::Reflection), Some(ModelRole::Judge), None];
    roles.into_iter().find(|role| role_name(*role) == name)
}
