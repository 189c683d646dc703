use std::sync::Arc;

use tokio::sync::Mutex;

/// A run's place in the queues of limits that it shares with other runs.
///
/// Queues serve who comes first. A run with a thousand calls waiting would hold a thousand places and a small one beside it
/// would wait for all of them; with one place at a time each, runs are served in turn. The default is a run that shares nothing:
/// it waits nowhere.
#[derive(Debug, Clone, Default)]
pub struct Turn(Option<Arc<Mutex<()>>>);

impl Turn {
    /// The one place of a run.
    #[must_use]
    pub fn shared() -> Self {
        Self(Some(Arc::default()))
    }

    /// Waits in a shared queue, after the run's own earlier calls got through it.
    pub(crate) async fn take<T>(&self, queue: impl Future<Output = T>) -> T {
        let _place = match &self.0 {
            // tokio's mutex is fair: a run's calls keep their order
            Some(place) => Some(place.lock().await),
            None => None,
        };
        queue.await
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use clade_domain::ChatRequest;
    use futures::{StreamExt, stream::FuturesUnordered};

    use super::*;
    use crate::{
        ModelClient,
        layers::{
            ConcurrencyLayer, Limiter,
            testing::{Scripted, answer, context},
        },
    };

    #[tokio::test(start_paused = true)]
    async fn a_small_run_is_not_held_up_by_a_large_one() {
        let limiter = Arc::new(Limiter::new(Some(4)));
        let client = Arc::new(Scripted::new(|_| (Duration::from_millis(100), Ok(answer("ok")))));
        let layer = |turn| ConcurrencyLayer::new(client.clone(), limiter.clone()).in_turn(turn);
        let (large, small) = (layer(Turn::shared()), layer(Turn::shared()));
        let request = ChatRequest::user("q");
        let run = async |layer: &ConcurrencyLayer, calls: usize| {
            let calls = (0..calls).map(|_| layer.chat(&request, context()));
            calls.collect::<FuturesUnordered<_>>().collect::<Vec<_>>().await;
            tokio::time::Instant::now()
        };
        let start = tokio::time::Instant::now();
        let (large, small) = tokio::join!(run(&large, 400), run(&small, 20));
        assert!(
            small - start <= Duration::from_millis(1_200),
            "half of the places until it is done: {:?}",
            small - start
        );
        assert_eq!(large - start, Duration::from_millis(10_500), "and no place stays empty");
    }
}
