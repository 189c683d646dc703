use std::{
    fmt::Debug,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::sync::mpsc;
use tracing::{
    Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

/// A span that has ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ended {
    pub trace: u128,
    pub span: u64,
    pub parent: Option<u64>,
    pub name: String,
    pub kind: Kind,
    /// Nanoseconds since 1970.
    pub from: u128,
    pub to: u128,
    pub attributes: Vec<(&'static str, Value)>,
    /// What went wrong, in a word.
    pub error: Option<String>,
}

/// As OTLP numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Internal = 1,
    Server = 2,
    Client = 3,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Whole(i64),
    Real(f64),
    Flag(bool),
}

/// Gathers spans and hands on those that ended. Where more end than are sent, the others are counted and dropped: nothing waits for a receiver.
pub(super) struct Gather {
    ended: mpsc::Sender<Ended>,
    ids: AtomicU64,
    lost: &'static AtomicU64,
}

impl Gather {
    pub fn new(ended: mpsc::Sender<Ended>, seed: u64, lost: &'static AtomicU64) -> Self {
        Self { ended, ids: AtomicU64::new(seed), lost }
    }

    /// A number that is not 0, which OTLP takes for none: SplitMix64, which visits every number once
    /// (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
    fn id(&self) -> u64 {
        let mut z = self.ids.fetch_add(0x9e37_79b9_7f4a_7c15, Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).max(1)
    }
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Gather {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let above = span
            .parent()
            .and_then(|parent| parent.extensions().get::<Ended>().map(|parent| (parent.trace, parent.span)));
        let mut ended = Ended {
            trace: above.map_or_else(|| (u128::from(self.id()) << 64) | u128::from(self.id()), |(trace, _)| trace),
            span: self.id(),
            parent: above.map(|(_, span)| span),
            name: attributes.metadata().name().to_owned(),
            kind: Kind::Internal,
            from: now(),
            to: 0,
            attributes: Vec::new(),
            error: None,
        };
        attributes.record(&mut ended);
        span.extensions_mut().insert(ended);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(ended) = span.extensions_mut().get_mut::<Ended>()
        {
            values.record(ended);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let ended = context.span(&id).and_then(|span| span.extensions_mut().remove::<Ended>());
        if let Some(ended) = ended
            && self.ended.try_send(Ended { to: now(), ..ended }).is_err()
        {
            self.lost.fetch_add(1, Relaxed);
        }
    }
}

fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos()
}

impl Ended {
    fn set(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("otel.name", Value::Text(name)) => self.name = name,
            ("otel.kind", Value::Text(kind)) => {
                self.kind = match kind.as_str() {
                    "client" => Kind::Client,
                    "server" => Kind::Server,
                    _ => Kind::Internal,
                };
            }
            (name, value) => {
                if let ("error.type", Value::Text(kind)) = (name, &value) {
                    self.error = Some(kind.clone());
                }
                self.attributes.push((name, value));
            }
        }
    }
}

impl Visit for Ended {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, Value::Text(value.to_owned()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, Value::Whole(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, Value::Whole(i64::try_from(value).unwrap_or(i64::MAX)));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, Value::Real(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, Value::Flag(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.set(field, Value::Text(format!("{value:?}")));
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    static LOST: AtomicU64 = AtomicU64::new(0);

    #[test]
    fn spans_have_their_parents_and_what_is_too_much_is_dropped() {
        let (sender, mut ended) = mpsc::channel(2);
        let subscriber = tracing_subscriber::registry().with(Gather::new(sender, 7, &LOST));
        tracing::subscriber::with_default(subscriber, || {
            let run = tracing::debug_span!("run", clade.run.id = "r1");
            let empty = tracing::field::Empty;
            let call = tracing::debug_span!(parent: &run, "chat", otel.name = "chat m", otel.kind = "client",
                gen_ai.usage.input_tokens = empty, error.type = empty);
            call.record("gen_ai.usage.input_tokens", 12_u64);
            call.record("error.type", "throttled");
            drop(call);
            drop(run);
            drop(tracing::debug_span!("one too many"));
        });
        let (call, run) = (ended.try_recv().unwrap(), ended.try_recv().unwrap());
        assert_eq!((call.name.as_str(), call.kind, call.parent), ("chat m", Kind::Client, Some(run.span)));
        assert_eq!((call.trace, run.parent, run.kind), (run.trace, None, Kind::Internal));
        assert_eq!(call.error.as_deref(), Some("throttled"));
        assert_eq!(call.attributes[0], ("gen_ai.usage.input_tokens", Value::Whole(12)));
        assert_eq!(run.attributes, [("clade.run.id", Value::Text("r1".into()))]);
        assert!(run.from <= call.from && call.to <= run.to && call.span != run.span);
        assert!(ended.try_recv().is_err());
        assert_eq!(LOST.load(Relaxed), 1);
    }
}
