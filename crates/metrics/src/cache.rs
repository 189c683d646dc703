use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, PoisonError, RwLock},
};

/// Compiled things by what they were compiled from. Holds at most `capacity`; when full it starts afresh, so memory is
/// bounded whatever the patterns, and the usual handful of patterns is compiled once.
pub(crate) struct BoundedCache<K, V> {
    capacity: usize,
    entries: RwLock<Option<HashMap<K, Arc<V>>>>,
}

impl<K: Eq + Hash + Clone, V> BoundedCache<K, V> {
    /// An empty one.
    pub(crate) const fn new(capacity: usize) -> Self {
        Self { capacity, entries: RwLock::new(None) }
    }

    /// What is there, or what `make` makes. Failures are not kept.
    pub(crate) fn get<Q, E>(&self, key: &Q, make: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E>
    where
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
        K: std::borrow::Borrow<Q>,
    {
        {
            let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(found) = entries.as_ref().and_then(|map| map.get(key)) {
                return Ok(Arc::clone(found));
            }
        }
        let made = Arc::new(make()?);
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let map = entries.get_or_insert_with(HashMap::new);
        if map.len() >= self.capacity {
            map.clear();
        }
        map.insert(key.to_owned(), Arc::clone(&made));
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_once_and_stays_within_its_capacity() {
        let cache: BoundedCache<String, usize> = BoundedCache::new(3);
        let mut made = 0;
        for _ in 0..5 {
            let value = cache
                .get("a", || {
                    made += 1;
                    Ok::<_, ()>(7)
                })
                .unwrap();
            assert_eq!(*value, 7);
        }
        assert_eq!(made, 1);
        for i in 0..100 {
            cache.get(format!("k{i}").as_str(), || Ok::<_, ()>(i)).unwrap();
            assert!(cache.entries.read().unwrap().as_ref().unwrap().len() <= 3);
        }
        assert_eq!(cache.get("bad", || Err::<usize, _>("no")).unwrap_err(), "no");
        assert_eq!(*cache.get("bad", || Ok::<_, ()>(1)).unwrap(), 1);
    }
}
