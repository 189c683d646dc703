use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use clade_domain::{ChatAnswer, ChatRequest, ContentHash, Usage, Usd};
use serde::{Deserialize, Serialize};

use super::{ModelIdentity, cache_key};
use crate::client::{CallContext, ClientFuture, ModelClient, ModelError};

/// The version of the file format; a reader refuses a higher one.
const FORMAT: u32 = 1;

/// Answers in a JSON lines file: written while they come, or read instead of asking a provider. Prompts are in it as hashes
/// only, answers in full, keys never.
#[derive(Debug)]
pub struct Recording {
    path: PathBuf,
    mode: Mode,
}

#[derive(Debug)]
enum Mode {
    Write(Mutex<File>),
    Read(HashMap<ContentHash, Kept>),
}

/// Why a recording cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file cannot be opened, read or written.
    #[error("the recording {path} cannot be used: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A line is no record.
    #[error("line {line} of the recording {path} is no record: {detail}")]
    Line {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong.
        detail: String,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Chat(ChatAnswer),
    Embed(Vec<Vec<f32>>, Usage, Option<Usd>),
    Moderate(Vec<(String, f64)>),
}

#[derive(Serialize, Deserialize)]
struct Line {
    format: u32,
    key: ContentHash,
    model: String,
    answer: Kept,
}

impl Recording {
    /// Appends to a file, which is created where it is not there.
    ///
    /// # Errors
    /// [`RecordError::File`].
    pub fn write(path: impl Into<PathBuf>) -> Result<Self, RecordError> {
        let path = path.into();
        let file = File::options().create(true).append(true).open(&path);
        match file {
            Ok(file) => Ok(Self { path, mode: Mode::Write(Mutex::new(file)) }),
            Err(source) => Err(RecordError::File { path, source }),
        }
    }

    /// Reads a file; no provider is asked from then on.
    ///
    /// # Errors
    /// [`RecordError`] with the line.
    pub fn replay(path: impl Into<PathBuf>) -> Result<Self, RecordError> {
        let path = path.into();
        let answers = read(&path)?;
        Ok(Self { path, mode: Mode::Read(answers) })
    }

    fn known(&self, key: ContentHash) -> Option<Option<&Kept>> {
        match &self.mode {
            Mode::Read(answers) => Some(answers.get(&key)),
            Mode::Write(_) => None,
        }
    }

    fn keep(&self, key: ContentHash, model: &str, answer: Kept) -> Result<(), ModelError> {
        let Mode::Write(file) = &self.mode else { return Ok(()) };
        let failed = |detail: String| ModelError::NotStored(format!("{}: {detail}", self.path.display()));
        let line = Line { format: FORMAT, key, model: model.to_owned(), answer };
        let mut text = serde_json::to_vec(&line).map_err(|error| failed(error.to_string()))?;
        text.push(b'\n');
        // one write for a whole line, so that lines of two writers never mix
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&text).map_err(|error| failed(error.to_string()))
    }
}

fn read(path: &Path) -> Result<HashMap<ContentHash, Kept>, RecordError> {
    let failed = |source| RecordError::File { path: path.to_owned(), source };
    let file = BufReader::new(File::open(path).map_err(failed)?);
    let mut answers = HashMap::new();
    for (number, line) in file.lines().enumerate() {
        let line = line.map_err(failed)?;
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |detail: String| RecordError::Line { path: path.to_owned(), line: number + 1, detail };
        let line: Line = serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))?;
        if line.format > FORMAT {
            return Err(wrong(format!("it has format {}, this version reads up to {FORMAT}", line.format)));
        }
        // the first answer stays, as in the cache
        answers.entry(line.key).or_insert(line.answer);
    }
    Ok(answers)
}

/// Writes every answer to a [`Recording`], or answers from it.
pub struct RecordLayer {
    inner: Arc<dyn ModelClient>,
    recording: Arc<Recording>,
    identity: ModelIdentity,
    scope: ContentHash,
}

impl RecordLayer {
    /// Around a client.
    #[must_use]
    pub fn new(inner: Arc<dyn ModelClient>, recording: Arc<Recording>, identity: ModelIdentity) -> Self {
        let scope = cache_key(&identity, &ChatRequest::messages(Vec::new()), 0);
        Self { inner, recording, identity, scope }
    }

    async fn recorded<T>(
        &self,
        key: ContentHash,
        call: ClientFuture<'_, T>,
        wrap: impl Fn(&T) -> Kept,
        unwrap: impl Fn(&Kept) -> Option<T>,
    ) -> Result<T, ModelError> {
        if let Some(known) = self.recording.known(key) {
            return known.and_then(unwrap).ok_or_else(|| ModelError::Permanent {
                model: self.inner.name().to_owned(),
                message: format!("the recording {} holds no answer to this request", self.recording.path.display()),
                fix: "record it again with the present prompts and settings".to_owned(),
            });
        }
        let answer = call.await?;
        self.recording.keep(key, self.inner.name(), wrap(&answer))?;
        Ok(answer)
    }
}

impl ModelClient for RecordLayer {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest, context: CallContext) -> ClientFuture<'a, ChatAnswer> {
        let key = cache_key(&self.identity, request, context.sample);
        let unwrap = |kept: &Kept| if let Kept::Chat(answer) = kept { Some(answer.clone()) } else { None };
        Box::pin(self.recorded(key, self.inner.chat(request, context), |answer| Kept::Chat(answer.clone()), unwrap))
    }

    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        context: CallContext,
    ) -> ClientFuture<'a, (Vec<Vec<f32>>, Usage, Option<Usd>)> {
        let head: [&[u8]; 3] = [b"embed", &self.scope.0, &context.sample.to_le_bytes()];
        let key = ContentHash::of_parts(head.into_iter().chain(texts.iter().map(String::as_bytes)));
        let unwrap = |kept: &Kept| match kept {
            Kept::Embed(vectors, usage, cost) => Some((vectors.clone(), *usage, *cost)),
            _ => None,
        };
        let wrap = |answer: &(Vec<Vec<f32>>, Usage, Option<Usd>)| Kept::Embed(answer.0.clone(), answer.1, answer.2);
        Box::pin(self.recorded(key, self.inner.embed(texts, context), wrap, unwrap))
    }

    fn moderate<'a>(&'a self, text: &'a str, context: CallContext) -> ClientFuture<'a, Vec<(String, f64)>> {
        let parts: [&[u8]; 4] = [b"moderate", &self.scope.0, &context.sample.to_le_bytes(), text.as_bytes()];
        let key = ContentHash::of_parts(parts);
        let unwrap = |kept: &Kept| if let Kept::Moderate(scores) = kept { Some(scores.clone()) } else { None };
        let call = self.inner.moderate(text, context);
        Box::pin(self.recorded(key, call, |scores: &Vec<(String, f64)>| Kept::Moderate(scores.clone()), unwrap))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clade_domain::Sampling;

    use super::*;
    use crate::layers::{
        ForeignAnswers,
        testing::{Scripted, answer, context},
    };

    fn layer(recording: Recording) -> (RecordLayer, Arc<Scripted>) {
        let client = Arc::new(Scripted::new(|seen| (Duration::ZERO, Ok(answer(&format!("answer {}", seen.number))))));
        let identity = ModelIdentity::new("m", "u", "", Sampling::default(), &ForeignAnswers::default());
        (RecordLayer::new(client.clone(), Arc::new(recording), identity), client)
    }

    #[tokio::test]
    async fn what_was_recorded_is_replayed_without_asking() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calls.jsonl");
        let request = ChatRequest::user("a secret question");
        let texts = ["t".to_owned()];
        let (writer, _) = layer(Recording::write(&path).unwrap());
        let said = writer.chat(&request, context()).await.unwrap();
        let vectors = writer.embed(&texts, context()).await.unwrap();
        let scores = writer.moderate("t", context()).await.unwrap();
        drop(writer);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 3);
        assert!(!text.contains("secret question"));

        let (reader, client) = layer(Recording::replay(&path).unwrap());
        assert_eq!(reader.chat(&request, context()).await.unwrap(), said);
        assert_eq!(reader.embed(&texts, context()).await.unwrap(), vectors);
        assert_eq!(reader.moderate("t", context()).await.unwrap(), scores);
        let other = reader.chat(&request, CallContext { sample: 1, ..context() }).await.unwrap_err().to_string();
        assert!(other.contains("holds no answer"), "{other}");
        assert_eq!(client.calls(), 0);
    }

    #[test]
    fn a_damaged_or_newer_file_names_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calls.jsonl");
        let key = "0".repeat(32);
        let newer = format!("\n{{\"format\":2,\"key\":\"{key}\",\"model\":\"m\",\"answer\":{{\"moderate\":[]}}}}\n");
        for (text, expected) in [("{}\n", "line 1"), (newer.as_str(), "line 2"), ("<html>", "no record")] {
            std::fs::write(&path, text).unwrap();
            let message = Recording::replay(&path).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
        assert!(Recording::replay(folder.path().join("absent")).is_err());
    }
}
