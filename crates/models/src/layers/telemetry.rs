use std::sync::{Arc, atomic::Ordering::Relaxed};

use clade_domain::{ChatAnswer, ChatRequest, FinishReason, ModelRole, Usage, Usd};
use tokio::time::Instant;
use tracing::{Span, field::Empty};

use super::Counters;
use crate::client::{CallContext, ClientFuture, ModelClient, ModelError};

/// Counts requests and reports each as a `tracing` event and as a span at debug level, under the names of OpenTelemetry's semantic
/// conventions for generative AI. Neither prompts nor answers nor keys are in any of them.
pub struct TelemetryLayer {
    inner: Arc<dyn ModelClient>,
    provider: &'static str,
    model: String,
    counters: Arc<Counters>,
    above: Span,
}

impl TelemetryLayer {
    /// Around a client. `provider` and `model` are what OpenTelemetry calls `gen_ai.provider.name` and
    /// `gen_ai.request.model`.
    #[must_use]
    pub fn new(inner: Arc<dyn ModelClient>, provider: &'static str, model: String, counters: Arc<Counters>) -> Self {
        Self { inner, provider, model, counters, above: Span::none() }
    }

    /// Makes the spans of calls parts of another.
    #[must_use]
    pub fn below(self, above: Span) -> Self {
        Self { above, ..self }
    }

    /// What is known of a call before its answer: <https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/>.
    fn span(&self, operation: &'static str, role: ModelRole) -> Span {
        tracing::debug_span!(
            target: "clade::trace",
            parent: &self.above,
            "call",
            otel.name = format!("{operation} {}", self.model),
            otel.kind = "client",
            gen_ai.operation.name = operation,
            gen_ai.provider.name = self.provider,
            gen_ai.request.model = self.model.as_str(),
            gen_ai.usage.input_tokens = Empty,
            gen_ai.usage.output_tokens = Empty,
            gen_ai.response.finish_reasons = Empty,
            clade.role = ?role,
            clade.cost_usd = Empty,
            error.type = Empty,
        )
    }

    async fn watched<T>(
        &self,
        operation: &'static str,
        role: ModelRole,
        call: ClientFuture<'_, T>,
        took: impl FnOnce(&T) -> (Usage, Option<Usd>),
        finish: impl FnOnce(&T) -> Option<FinishReason>,
    ) -> Result<T, ModelError> {
        let span = self.span(operation, role);
        let in_flight = InFlight::enter(&self.counters);
        let start = Instant::now();
        let result = call.await;
        drop(in_flight);
        let (provider, model) = (self.provider, self.model.as_str());
        match &result {
            Ok(answer) => {
                Counters::add(&self.counters.answers);
                if !span.is_disabled() || tracing::enabled!(tracing::Level::DEBUG) {
                    let (usage, cost) = took(answer);
                    span.record("gen_ai.usage.input_tokens", usage.input);
                    span.record("gen_ai.usage.output_tokens", usage.output);
                    if let Some(cost) = cost {
                        span.record("clade.cost_usd", cost.0);
                    }
                    if let Some(finish) = finish(answer) {
                        span.record("gen_ai.response.finish_reasons", why(finish));
                    }
                    tracing::debug!(
                        gen_ai.operation.name = operation,
                        gen_ai.provider.name = provider,
                        gen_ai.request.model = model,
                        gen_ai.usage.input_tokens = usage.input,
                        gen_ai.usage.output_tokens = usage.output,
                        clade.role = ?role,
                        cost_usd = cost.map(|cost| cost.0),
                        duration_ms = start.elapsed().as_millis() as u64,
                        "model answered"
                    );
                }
            }
            Err(error) => {
                Counters::add(&self.counters.failures);
                if matches!(error, ModelError::Temporary { throttled: true, .. }) {
                    Counters::add(&self.counters.throttles);
                }
                span.record("error.type", kind(error));
                tracing::debug!(
                    gen_ai.operation.name = operation,
                    gen_ai.provider.name = provider,
                    gen_ai.request.model = model,
                    clade.role = ?role,
                    error.type = kind(error),
                    duration_ms = start.elapsed().as_millis() as u64,
                    "model gave no answer"
                );
            }
        }
        result
    }
}

/// The words of the conventions.
fn why(finish: FinishReason) -> &'static str {
    match finish {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Other => "other",
    }
}

/// OpenTelemetry's `error.type`: of low cardinality.
fn kind(error: &ModelError) -> &'static str {
    match error {
        ModelError::Permanent { .. } => "permanent",
        ModelError::Temporary { throttled: true, .. } => "throttled",
        ModelError::Temporary { .. } => "temporary",
        ModelError::Unresolved { .. } => "unresolved",
        ModelError::Unreadable { .. } => "unreadable",
        ModelError::Request { .. } => "request",
        ModelError::BudgetSpent { .. } => "budget",
        ModelError::Stopped { .. } => "stopped",
        ModelError::NotStored(_) => "not_stored",
    }
}

/// Counts a call in flight until it ends or is abandoned.
struct InFlight<'a>(&'a Counters);

impl<'a> InFlight<'a> {
    fn enter(counters: &'a Counters) -> Self {
        Counters::add(&counters.requests);
        Counters::add(&counters.in_flight);
        Self(counters)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

impl ModelClient for TelemetryLayer {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest, context: CallContext) -> ClientFuture<'a, ChatAnswer> {
        let call = self.inner.chat(request, context);
        let took = |answer: &ChatAnswer| (answer.usage, answer.cost);
        Box::pin(self.watched("chat", context.role, call, took, |answer| Some(answer.finish)))
    }

    fn embed<'a>(
        &'a self,
        texts: &'a [String],
        context: CallContext,
    ) -> ClientFuture<'a, (Vec<Vec<f32>>, Usage, Option<Usd>)> {
        let call = self.inner.embed(texts, context);
        Box::pin(self.watched("embeddings", context.role, call, |(_, usage, cost)| (*usage, *cost), |_| None))
    }

    fn moderate<'a>(&'a self, text: &'a str, context: CallContext) -> ClientFuture<'a, Vec<(String, f64)>> {
        let call = self.inner.moderate(text, context);
        Box::pin(self.watched("moderation", context.role, call, |_| (Usage::default(), None), |_| None))
    }
}

#[cfg(test)]
mod tests {
    use std::{fmt::Write as _, sync::Mutex, time::Duration};

    use tracing::{
        Event, Metadata, Subscriber,
        field::{Field, Visit},
        span,
    };

    use super::*;
    use crate::layers::testing::{Scripted, answer, context};

    /// Writes the fields of every event into a text.
    struct Written(Arc<Mutex<String>>);

    impl Subscriber for Written {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }
        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
        fn event(&self, event: &Event<'_>) {
            struct Fields<'a>(&'a mut String);
            impl Visit for Fields<'_> {
                fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
                    write!(self.0, "{}={value:?} ", field.name()).unwrap();
                }
            }
            event.record(&mut Fields(&mut self.0.lock().unwrap()));
        }
        fn enter(&self, _: &span::Id) {}
        fn exit(&self, _: &span::Id) {}
    }

    fn layer(counters: &Arc<Counters>) -> TelemetryLayer {
        let client = Scripted::new(|seen| {
            let throttled =
                ModelError::Temporary { model: "m".into(), message: "429".into(), retry_after: None, throttled: true };
            (Duration::from_secs(1), if seen.number == 0 { Ok(answer("the answer")) } else { Err(throttled) })
        });
        TelemetryLayer::new(Arc::new(client), "openai", "gpt-x".into(), counters.clone())
    }

    #[tokio::test(start_paused = true)]
    async fn events_have_the_standard_names_and_no_text() {
        let written = Arc::new(Mutex::new(String::new()));
        let counters = Arc::new(Counters::default());
        let layer = layer(&counters);
        let request = ChatRequest::user("the question");
        // every place that tells something is known before anybody listens: tests run side by side
        let first = self::layer(&counters);
        first.chat(&request, context()).await.unwrap();
        first.chat(&request, context()).await.unwrap_err();
        let guard = tracing::subscriber::set_default(Written(written.clone()));
        tracing::callsite::rebuild_interest_cache();
        layer.chat(&request, context()).await.unwrap();
        layer.chat(&request, context()).await.unwrap_err();
        drop(guard);
        let written = written.lock().unwrap().clone();
        for expected in [
            "gen_ai.operation.name=\"chat\"",
            "gen_ai.provider.name=\"openai\"",
            "gen_ai.request.model=\"gpt-x\"",
            "gen_ai.usage.input_tokens=10",
            "gen_ai.usage.output_tokens=5",
            "cost_usd=0.01",
            "duration_ms=1000",
            "error.type=\"throttled\"",
        ] {
            assert!(written.contains(expected), "{expected} in {written}");
        }
        assert!(!written.contains("the question") && !written.contains("the answer"), "{written}");
    }

    #[tokio::test(start_paused = true)]
    async fn counts_what_happens() {
        let counters = Arc::new(Counters::default());
        let layer = layer(&counters);
        let request = ChatRequest::user("q");
        let abandoned = tokio::time::timeout(Duration::from_millis(1), layer.chat(&request, context()));
        assert!(abandoned.await.is_err());
        layer.chat(&request, context()).await.unwrap_err();
        let now = counters.snapshot();
        assert_eq!((now.requests, now.answers, now.failures, now.throttles, now.in_flight), (2, 0, 1, 1, 0));
    }
}
