use std::future::Future;

use tokio::{sync::mpsc, task::JoinSet};

use crate::outcome::Done;

/// What carries trials and proposals out at the same time. Each brings one message, unless it breaks down.
#[derive(Debug, Default)]
pub(crate) struct Executors(JoinSet<()>);

impl Executors {
    /// Begins with one, whose message goes to `sender`.
    pub fn begin(&mut self, sender: &mpsc::Sender<Done>, work: impl Future<Output = Done> + Send + 'static) {
        let sender = sender.clone();
        self.0.spawn(async move {
            let done = work.await;
            // the receiver is gone only when the run was abandoned
            drop(sender.send(done).await);
        });
    }

    /// Lets go of those that have ended; the first words of each that broke down, and will bring nothing.
    pub fn broken(&mut self) -> Vec<String> {
        let mut broken = Vec::new();
        while let Some(ended) = self.0.try_join_next() {
            broken.extend(ended.err().map(|error| match error.try_into_panic() {
                Ok(panic) => {
                    let words = panic.downcast_ref::<String>().map(String::as_str);
                    let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
                    words.lines().next().unwrap_or_default().chars().take(300).collect()
                }
                Err(error) => error.to_string(),
            }));
        }
        broken
    }

    /// Ends all of them where they are.
    pub async fn abandon(&mut self) {
        self.0.shutdown().await;
    }
}
