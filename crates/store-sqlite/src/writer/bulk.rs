use std::sync::OnceLock;

use sqlx::SqliteConnection;

use crate::rows::{AnswerRow, BulkRow, EventRow, ExampleRow, TextRow, Values};

/// Rows of the frequent kinds, gathered to be inserted with as few calls as possible: a call to SQLite crosses to its
/// thread and back, which costs more than the rows of a small batch.
#[derive(Default)]
pub(super) struct Bulk {
    pub texts: Vec<TextRow>,
    pub answers: Vec<AnswerRow>,
    pub events: Vec<EventRow>,
    pub examples: Vec<ExampleRow>,
}

/// Places for rows in prepared statements. Few sizes keep few statements prepared; a place left over costs a fraction of
/// a microsecond.
const PLACES: [usize; 7] = [0, 1, 4, 16, 32, 64, MOST];
const MOST: usize = 128;

impl Bulk {
    /// Whether one call takes all of it.
    pub fn fits_one_call(&self) -> bool {
        let rows = [self.texts.len(), self.answers.len(), self.events.len()];
        self.examples.is_empty() && rows.into_iter().all(|rows| rows <= MOST)
    }

    /// All of it as a whole transaction in one call. Only for what [`Self::fits_one_call`].
    pub async fn transact(self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        call(connection, Part::Whole, &self.texts, &self.answers, &self.events).await
    }

    /// All of it inside a transaction that has begun.
    pub async fn insert(self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let (mut texts, mut answers, mut events) =
            (self.texts.chunks(MOST), self.answers.chunks(MOST), self.events.chunks(MOST));
        loop {
            let part = (texts.next(), answers.next(), events.next());
            if let (None, None, None) = part {
                break;
            }
            let (texts, answers, events) = (part.0.unwrap_or(&[]), part.1.unwrap_or(&[]), part.2.unwrap_or(&[]));
            call(connection, Part::Inside, texts, answers, events).await?;
        }
        for examples in self.examples.chunks(MOST) {
            static INSERT: OnceLock<String> = OnceLock::new();
            let sql = INSERT.get_or_init(|| ExampleRow::TABLE.insert(MOST));
            let mut values = Values::default();
            values.rows(examples, MOST)?;
            sqlx::query_with(sql.as_str(), values.into_inner()).execute(&mut *connection).await?;
        }
        Ok(())
    }
}

/// Whether a call is a transaction of its own.
#[derive(Clone, Copy)]
enum Part {
    Whole,
    Inside,
}

async fn call(
    connection: &mut SqliteConnection,
    part: Part,
    texts: &[TextRow],
    answers: &[AnswerRow],
    events: &[EventRow],
) -> Result<(), sqlx::Error> {
    let paid = step(texts.len().max(answers.len()));
    let told = step(events.len());
    let mut values = Values::default();
    values.rows(texts, PLACES[paid])?;
    values.rows(answers, PLACES[paid])?;
    values.rows(events, PLACES[told])?;
    sqlx::query_with(statement(part, paid, told), values.into_inner()).execute(connection).await.map(drop)
}

/// The smallest of [`PLACES`] that holds so many rows.
fn step(rows: usize) -> usize {
    PLACES.iter().position(|places| *places >= rows).unwrap_or(PLACES.len() - 1)
}

/// The statements of one call, made when first needed.
fn statement(part: Part, paid: usize, told: usize) -> &'static str {
    type Grid = [[OnceLock<String>; PLACES.len()]; PLACES.len()];
    static WHOLE: Grid = [const { [const { OnceLock::new() }; PLACES.len()] }; PLACES.len()];
    static INSIDE: Grid = [const { [const { OnceLock::new() }; PLACES.len()] }; PLACES.len()];
    let (grid, begin, commit) = match part {
        Part::Whole => (&WHOLE, "BEGIN IMMEDIATE;", "COMMIT"),
        Part::Inside => (&INSIDE, "", ""),
    };
    grid[paid][told].get_or_init(|| {
        let mut sql = begin.to_owned();
        if PLACES[paid] > 0 {
            sql += &TextRow::TABLE.insert(PLACES[paid]);
            sql += &AnswerRow::TABLE.insert(PLACES[paid]);
        }
        if PLACES[told] > 0 {
            sql += &EventRow::TABLE.insert(PLACES[told]);
        }
        sql + commit
    })
}
