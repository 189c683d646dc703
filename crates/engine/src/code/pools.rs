use std::sync::{Arc, Mutex, PoisonError};

use clade_domain::{CandidateId, Language};
use clade_sandbox::channel::Pool;

/// Whose functions a pool's interpreters run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PoolKey {
    pub language: Language,
    /// Whether it is of the program under optimisation, which waits for models, and not of checks.
    pub program: bool,
    /// Where each candidate has sandboxes of its own, whose.
    pub candidate: Option<CandidateId>,
}

/// Pools of warm interpreters. Those that were not used for longest make way: first all of theirs but one, which holds the state that can be kept of
/// a candidate, then that one.
#[derive(Debug)]
pub(super) struct Pools {
    /// Used last comes last.
    pools: Mutex<Vec<(PoolKey, Arc<Pool>)>>,
    /// Most interpreters that are kept without work.
    most_idle: usize,
}

impl Pools {
    pub(super) fn new(most_idle: usize) -> Self {
        Self { pools: Mutex::default(), most_idle: most_idle.max(1) }
    }

    /// The pool under a key, made where there is none.
    pub(super) fn get<E>(&self, key: PoolKey, make: impl FnOnce() -> Result<Pool, E>) -> Result<Arc<Pool>, E> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let pool = match pools.iter().position(|(known, _)| *known == key) {
            Some(at) => pools.remove(at).1,
            None => Arc::new(make()?),
        };
        // a pool that is at work is held by its calls, and ends with the last of them
        let mut idle: usize = pools.iter().map(|(_, pool)| pool.idle_runners()).sum();
        for (_, pool) in pools.iter() {
            if idle <= self.most_idle {
                break;
            }
            idle -= pool.shrink().min(idle);
        }
        while idle > self.most_idle && !pools.is_empty() {
            idle -= pools.remove(0).1.idle_runners().min(idle);
        }
        let spare = pools.len().saturating_sub(self.most_idle);
        pools.drain(..spare);
        pools.push((key, pool.clone()));
        Ok(pool)
    }

    /// The pool of a candidate's own interpreters: the program's, else the one that was used last.
    pub(super) fn of(&self, candidate: CandidateId) -> Option<Arc<Pool>> {
        let pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let own = || pools.iter().rev().filter(|(key, _)| key.candidate == Some(candidate));
        own().find(|(key, _)| key.program).or_else(|| own().next()).map(|(_, pool)| pool.clone())
    }

    /// All of them; there are none then.
    pub(super) fn take(&self) -> Vec<Arc<Pool>> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        pools.drain(..).map(|(_, pool)| pool).collect()
    }
}
