use std::time::Duration;

use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

/// Least time between two rounds under load.
const APART: Duration = Duration::from_millis(5);
/// A round of fewer callers is followed by one twice as long after it: under such a load waking threads costs more than the rows.
const FEW: usize = 32;
/// How often a crowd that waits is looked at: where nobody has come since, nobody is waited for.
const LOOK: Duration = Duration::from_millis(1);
/// How far back load is looked at.
const WINDOW: Duration = Duration::from_millis(16);
/// Callers in a window from which there is load.
const LOAD: usize = 16;
/// Most callers of one round.
const MOST: usize = 1024;

/// Keeps rounds of work a little apart while many callers come, so that a round serves several of
/// them: the calls to SQLite's thread and the commit are paid once a round. A lone caller, or one that writes one piece after the other, never waits.
#[derive(Debug)]
pub(crate) struct Pace {
    next: Instant,
    since: Instant,
    before: usize,
    now: usize,
}

impl Pace {
    pub fn new() -> Self {
        let now = Instant::now();
        Self { next: now, since: now, before: 0, now: 0 }
    }

    /// Takes the callers of the next round out of the queue, and says how many they are: none where it is closed. Under load the round
    /// begins when it is due, those who wait have stopped growing in number, or somebody has come who is alone: others like it do not follow.
    pub async fn gather<T>(
        &mut self,
        queue: &mut mpsc::Receiver<T>,
        callers: &mut Vec<T>,
        alone: impl Fn(&T) -> bool,
    ) -> usize {
        let mut looked = 0;
        queue.recv_many(callers, MOST).await;
        if self.before.max(self.now) >= LOAD {
            while looked < callers.len() && Instant::now() < self.next && !callers[looked..].iter().any(&alone) {
                looked = callers.len();
                sleep_until(self.next.min(Instant::now() + LOOK)).await;
                while callers.len() < MOST
                    && let Ok(caller) = queue.try_recv()
                {
                    callers.push(caller);
                }
            }
        }
        self.begin(callers.len());
        callers.len()
    }

    /// Takes note of a round that begins for so many callers.
    fn begin(&mut self, callers: usize) {
        let now = Instant::now();
        if now - self.since >= WINDOW {
            self.before = if now - self.since < 2 * WINDOW { self.now } else { 0 };
            (self.since, self.now) = (now, 0);
        }
        self.now += callers;
        self.next = now + if callers < FEW { 2 * APART } else { APART };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Callers are numbers, and 0 is alone. What a round takes and how long it is waited for.
    async fn round(pace: &mut Pace, queue: &mut mpsc::Receiver<u32>) -> (Vec<u32>, Duration) {
        let (start, mut callers) = (Instant::now(), Vec::new());
        pace.gather(queue, &mut callers, |caller| *caller == 0).await;
        (callers, start.elapsed())
    }

    async fn send(queue: &mpsc::Sender<u32>, callers: impl IntoIterator<Item = u32>) {
        for caller in callers {
            queue.send(caller).await.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_lone_caller_never_waits_and_a_crowd_does() {
        let (sender, mut queue) = mpsc::channel(MOST);
        let mut pace = Pace::new();
        for caller in 1..LOAD as u32 {
            send(&sender, [caller]).await;
            assert_eq!(round(&mut pace, &mut queue).await, (vec![caller], Duration::ZERO));
        }
        send(&sender, [100]).await;
        assert_eq!(round(&mut pace, &mut queue).await, (vec![100], Duration::ZERO));
        // from here on there is load: those who come one after the other are taken together when the round is due
        let one_by_one = async {
            for caller in 1..=20 {
                send(&sender, [caller]).await;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let taken = async { [round(&mut pace, &mut queue).await, round(&mut pace, &mut queue).await] };
        let ((), [first, second]) = futures::future::join(one_by_one, taken).await;
        assert_eq!([first.1, second.1], [2 * APART, 2 * APART]);
        assert!((9..=11).contains(&first.0.len()), "{first:?}");
        // those who wait are not kept waiting for nobody
        send(&sender, 1..=7).await;
        assert_eq!(round(&mut pace, &mut queue).await, ((1..=7).collect(), LOOK));
        // nor is one that nobody follows
        send(&sender, [1, 0]).await;
        assert_eq!(round(&mut pace, &mut queue).await, (vec![1, 0], Duration::ZERO));
        // a pause later nobody waits again
        tokio::time::advance(3 * WINDOW).await;
        send(&sender, [1]).await;
        assert_eq!(round(&mut pace, &mut queue).await, (vec![1], Duration::ZERO));
        send(&sender, [1]).await;
        assert_eq!(round(&mut pace, &mut queue).await, (vec![1], Duration::ZERO));
        drop(sender);
        assert_eq!(round(&mut pace, &mut queue).await, (vec![], Duration::ZERO));
    }
}
