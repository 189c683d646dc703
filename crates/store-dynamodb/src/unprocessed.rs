use std::time::Duration;

use clade_store::StoreError;
use tokio::time::sleep;

/// Most tries of a batch of which the server sends a part back.
const TRIES: u32 = 10;

/// The patience with a server that does not get to all of a batch: it sends the rest back, to be sent again.
pub(crate) struct Tries {
    doing: &'static str,
    left: u32,
    pause: Duration,
}

impl Tries {
    pub fn new(doing: &'static str) -> Self {
        Self { doing, left: TRIES, pause: Duration::from_millis(25) }
    }

    /// Waits before so many are sent again, longer each time; not at all where nothing came back.
    ///
    /// # Errors
    /// Where something comes back time after time.
    pub async fn wait(&mut self, back: usize) -> Result<(), StoreError> {
        if back == 0 {
            return Ok(());
        }
        self.left -= 1;
        if self.left == 0 {
            let detail = format!("DynamoDB sent {back} of a batch back {TRIES} times; raise the table's capacity");
            return Err(StoreError::Backend { doing: self.doing, detail });
        }
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(Duration::from_secs(2));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // DynamoDB Local never sends anything back, so it cannot judge this
    #[tokio::test(start_paused = true)]
    async fn what_comes_back_is_sent_again_until_nothing_does() {
        let (mut batch, mut sent, mut tries) = ((0..25).collect::<Vec<u32>>(), Vec::new(), Tries::new("test"));
        while !batch.is_empty() {
            sent.push(batch.len());
            batch = batch.split_off(batch.len().min(10));
            tries.wait(batch.len()).await.unwrap();
        }
        assert_eq!(sent, [25, 15, 5]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_takes_nothing_is_given_up() {
        let (mut tries, mut sent) = (Tries::new("test"), 0);
        let refused = loop {
            sent += 1;
            if let Err(refused) = tries.wait(1).await {
                break refused;
            }
        };
        assert_eq!(sent, 10);
        assert!(refused.to_string().contains("1 of a batch back 10 times"));
    }
}
