use clade_domain::Timestamp;

use super::store::{MemoryStore, State};
use crate::{Change, RawRecord, RecordKind, RecordQuery, Records, StoreError, StoreFuture};

impl Records for MemoryStore {
    fn commit(&self, changes: Vec<Change>) -> StoreFuture<'_, ()> {
        self.with(|state| {
            // tried on a copy, so that a change that is refused leaves nothing behind
            let mut records = state.records.clone();
            changes.into_iter().try_for_each(|change| apply(&mut records, change))?;
            state.records = records;
            Ok(())
        })
    }

    fn record(&self, kind: RecordKind, id: String, now: Timestamp) -> StoreFuture<'_, Option<RawRecord>> {
        self.with(|state| Ok(find(state, now, |record| record.kind == kind && record.keys.id == id)))
    }

    fn record_by(&self, kind: RecordKind, unique: String, now: Timestamp) -> StoreFuture<'_, Option<RawRecord>> {
        self.with(|state| Ok(find(state, now, |r| r.kind == kind && r.keys.unique.as_ref() == Some(&unique))))
    }

    fn records(&self, kind: RecordKind, query: RecordQuery, now: Timestamp) -> StoreFuture<'_, Vec<RawRecord>> {
        self.with(|state| {
            let fits = |record: &&RawRecord| {
                let keys = &record.keys;
                record.kind == kind
                    && !is_expired(record, now)
                    && query.workspace.as_ref().is_none_or(|wanted| keys.workspace.as_ref() == Some(wanted))
                    && query.user.as_ref().is_none_or(|wanted| keys.user.as_ref() == Some(wanted))
                    && query.parent.as_ref().is_none_or(|wanted| keys.parent.as_ref() == Some(wanted))
            };
            let place = |record: &RawRecord| (record.created, record.keys.id.clone());
            let mut found: Vec<RawRecord> = state.records.iter().filter(fits).cloned().collect();
            found.sort_by_key(place);
            if query.newest_first {
                found.reverse();
            }
            if let Some(after) = &query.after {
                found.retain(|record| match query.newest_first {
                    true => place(record) < *after,
                    false => place(record) > *after,
                });
            }
            found.truncate(query.limit.map_or(usize::MAX, |limit| limit as usize));
            Ok(found)
        })
    }

    fn sweep(&self, now: Timestamp) -> StoreFuture<'_, u64> {
        self.with(|state| {
            let before = state.records.len();
            state.records.retain(|record| !is_expired(record, now));
            Ok((before - state.records.len()) as u64)
        })
    }
}

fn is_expired(record: &RawRecord, now: Timestamp) -> bool {
    record.keys.expires.is_some_and(|expires| expires < now)
}

fn find(state: &State, now: Timestamp, fits: impl Fn(&RawRecord) -> bool) -> Option<RawRecord> {
    state.records.iter().find(|record| fits(record) && !is_expired(record, now)).cloned()
}

fn apply(records: &mut Vec<RawRecord>, change: Change) -> Result<(), StoreError> {
    let kind = change.kind();
    if kind.is_append_only() && !matches!(change, Change::Add { .. }) {
        return Err(StoreError::Refused { what: kind.name() });
    }
    let place = |records: &[RawRecord], id: &str| records.iter().position(|r| r.kind == kind && r.keys.id == id);
    match change {
        Change::Add { record } => {
            records.retain(|r| !(taken(r, &record) && is_expired(r, record.created)));
            if records.iter().any(|other| taken(other, &record)) {
                return Err(StoreError::Exists { what: kind.name(), name: name(&record) });
            }
            records.push(RawRecord { revision: 1, ..*record });
        }
        Change::Rewrite { record, revision } => {
            let missing = || StoreError::NotFound { what: kind.name(), name: record.keys.id.clone() };
            let at = place(records, &record.keys.id).ok_or_else(missing)?;
            fresh(&records[at], Some(revision))?;
            let other = |r: &RawRecord| r.keys.id != record.keys.id && taken(r, &record);
            if records.iter().any(other) {
                return Err(StoreError::Exists { what: kind.name(), name: name(&record) });
            }
            let created = records[at].created;
            records[at] = RawRecord { revision: revision + 1, created, ..*record };
        }
        Change::Remove { id, revision, .. } => {
            if let Some(at) = place(records, &id) {
                fresh(&records[at], revision)?;
                records.remove(at);
            }
        }
    }
    Ok(())
}

/// Whether one record holds a name of another.
fn taken(holder: &RawRecord, record: &RawRecord) -> bool {
    holder.kind == record.kind
        && (holder.keys.id == record.keys.id
            || (record.keys.unique.is_some() && holder.keys.unique == record.keys.unique))
}

/// What people call a record: never a secret's hash.
fn name(record: &RawRecord) -> String {
    record.keys.id.clone()
}

fn fresh(record: &RawRecord, expected: Option<u64>) -> Result<(), StoreError> {
    match expected {
        Some(expected) if expected != record.revision => {
            Err(StoreError::stale(record.kind.name(), &record.keys.id, expected, record.revision))
        }
        _ => Ok(()),
    }
}
