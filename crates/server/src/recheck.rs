use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, header};
use clade_domain::RunId;

/// How long what was found counts.
const COUNTS: Duration = Duration::from_millis(400);
/// Answers that are kept before old ones are let go.
const MOST: usize = 4_096;

/// Whether those who listen to a run still may, as it was found lately. Listeners with the same credentials ask once for all of them.
#[derive(Debug, Default)]
pub(crate) struct Rechecks(Mutex<HashMap<Key, Checked>>);

/// With what somebody listens, hashed, and to which run.
type Key = (RunId, [u8; 32]);

#[derive(Debug)]
struct Checked {
    at: Instant,
    allowed: bool,
}

impl Rechecks {
    /// Under what a listener's answer is found.
    pub fn key(run: &RunId, headers: &HeaderMap) -> Key {
        let mut hasher = blake3::Hasher::new();
        for name in [header::AUTHORIZATION, header::COOKIE] {
            for value in headers.get_all(&name) {
                hasher.update(name.as_str().as_bytes()).update(&value.len().to_le_bytes()).update(value.as_bytes());
            }
        }
        (run.clone(), *hasher.finalize().as_bytes())
    }

    /// What was found lately; `None` where it is to be asked anew. Whoever is told so asks, and the others go by the last answer until
    /// the new one is [`Self::found`].
    pub fn lately(&self, key: &Key, now: Instant) -> Option<bool> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(checked) = all.get_mut(key) {
            if now.duration_since(checked.at) < COUNTS {
                return Some(checked.allowed);
            }
            checked.at = now;
            return None;
        }
        if all.len() >= MOST {
            all.retain(|_, checked| now.duration_since(checked.at) < COUNTS);
        }
        // the gate has let them in
        all.insert(key.clone(), Checked { at: now, allowed: true });
        None
    }

    /// Notes what was found.
    pub fn found(&self, key: &Key, allowed: bool) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(checked) = all.get_mut(key) {
            checked.allowed = allowed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(run: &str, token: &str) -> Key {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, token.parse().unwrap());
        Rechecks::key(&run.parse().unwrap(), &headers)
    }

    #[test]
    fn one_asks_for_all_with_the_same_credentials_and_nobody_for_others() {
        let (all, start) = (Rechecks::default(), Instant::now());
        let (ada, ben) = (key("aaaa1111", "Bearer ada"), key("aaaa1111", "Bearer ben"));
        assert_ne!(ada, key("bbbb2222", "Bearer ada"));
        assert_eq!((all.lately(&ada, start), all.lately(&ada, start)), (None, Some(true)));
        assert_eq!(all.lately(&ben, start), None, "what ada may says nothing of ben");
        all.found(&ada, false);
        assert_eq!((all.lately(&ada, start), all.lately(&ben, start)), (Some(false), Some(true)));
        let later = start + COUNTS;
        assert_eq!(
            (all.lately(&ada, later), all.lately(&ada, later)),
            (None, Some(false)),
            "the last answer holds until then"
        );
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let (all, start) = (Rechecks::default(), Instant::now());
        for n in 0..MOST {
            assert_eq!(all.lately(&key("aaaa1111", &n.to_string()), start), None);
        }
        assert_eq!(all.lately(&key("aaaa1111", "new"), start + COUNTS), None);
        assert_eq!(all.0.lock().unwrap().len(), 1);
    }
}
