use std::{
    collections::HashMap,
    fs,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use clade_domain::RunId;
use clade_store::{RunLock, StoreError};
use tokio::{task::JoinHandle, time::sleep};
use tokio_postgres::types::Type;

use crate::{
    PostgresOptions,
    link::{Link, Way},
    migrate::in_schema,
};

/// The runs that this process works on. Each has a row that says until when; a task prolongs it, and who finds it expired may take
/// the run over. The server's clock decides alone, so it does not matter how clocks of machines differ.
pub(crate) struct Leases {
    link: Link,
    schema: String,
    length: Duration,
    /// This process, as nobody else is called.
    pub holder: String,
    held: Mutex<HashMap<RunId, JoinHandle<()>>>,
    /// Taking and giving back the same run come one after the other.
    gate: tokio::sync::Mutex<()>,
}

impl Leases {
    pub fn new(way: Arc<Way>, options: &PostgresOptions) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
        let holder = format!("process {} on {} ({now:08x})", std::process::id(), host());
        Self {
            link: Link::new(way),
            schema: options.schema.clone(),
            length: options.lease,
            holder,
            held: Mutex::default(),
            gate: tokio::sync::Mutex::default(),
        }
    }

    /// Takes a run, or says who has it.
    pub async fn take(self: &Arc<Self>, run: RunId) -> Result<Lease, StoreError> {
        let _gate = self.gate.lock().await;
        let locked = |holder: String| StoreError::Locked { run: run.to_string(), holder };
        if self.held.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&run) {
            return Err(locked(self.holder.clone()));
        }
        let take = in_schema(
            &self.schema,
            "INSERT INTO @leases AS held (run, holder, expires) VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3)) \
             ON CONFLICT (run) DO UPDATE SET holder = excluded.holder, expires = excluded.expires \
             WHERE held.expires < clock_timestamp() OR held.holder = excluded.holder RETURNING 1",
        );
        let values =
            [(&run.as_str() as _, Type::TEXT), (&self.holder as _, Type::TEXT), (&self.seconds() as _, Type::FLOAT8)];
        if self.link.query("take a run", &take, &values).await?.is_empty() {
            let who = in_schema(&self.schema, "SELECT holder FROM @leases WHERE run = $1");
            let rows = self.link.query("find who holds a run", &who, &[(&run.as_str(), Type::TEXT)]).await?;
            let holder = rows.first().and_then(|row| row.try_get(0).ok());
            return Err(locked(holder.unwrap_or_else(|| "not known which".to_owned())));
        }
        let (leases, name) = (self.clone(), run.clone());
        let prolonging = tokio::spawn(async move { leases.prolong(name).await });
        self.held.lock().unwrap_or_else(PoisonError::into_inner).insert(run.clone(), prolonging);
        Ok(Lease { leases: self.clone(), run })
    }

    /// Who has a run; `None` where nobody does, or whoever had it was not heard of for too long.
    pub async fn look(&self, run: &RunId) -> Result<Option<String>, StoreError> {
        if self.held.lock().unwrap_or_else(PoisonError::into_inner).contains_key(run) {
            return Ok(Some(self.holder.clone()));
        }
        // a row of this process that it holds no more is about to go
        let who = in_schema(
            &self.schema,
            "SELECT holder FROM @leases WHERE run = $1 AND holder <> $2 AND expires >= clock_timestamp()",
        );
        let values = [(&run.as_str() as _, Type::TEXT), (&self.holder as _, Type::TEXT)];
        let rows = self.link.query("find who holds a run", &who, &values).await?;
        Ok(rows.first().and_then(|row| row.try_get(0).ok()))
    }

    fn seconds(&self) -> f64 {
        self.length.as_secs_f64()
    }

    /// Until nobody holds it here any more. A run that somebody else took is let go silently: the next append is refused.
    async fn prolong(&self, run: RunId) {
        let prolong = in_schema(
            &self.schema,
            "UPDATE @leases SET expires = clock_timestamp() + make_interval(secs => $3) WHERE run = $1 AND holder = $2 RETURNING 1",
        );
        loop {
            sleep(self.length / 3).await;
            let values = [
                (&run.as_str() as _, Type::TEXT),
                (&self.holder as _, Type::TEXT),
                (&self.seconds() as _, Type::FLOAT8),
            ];
            match self.link.query("hold a run", &prolong, &values).await {
                Ok(rows) if rows.is_empty() => {
                    tracing::warn!(%run, "another process took the run over");
                    return;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%run, %error, "the run cannot be held"),
            }
        }
    }

    async fn give_back(&self, runs: &[String]) {
        let give = in_schema(&self.schema, "DELETE FROM @leases WHERE run = ANY($1) AND holder = $2");
        // whoever comes next waits for its end otherwise
        drop(self.link.query("let a run go", &give, &[(&runs, Type::TEXT_ARRAY), (&self.holder, Type::TEXT)]).await);
    }

    /// Lets everything go.
    pub async fn close(&self) {
        let held: Vec<_> = self.held.lock().unwrap_or_else(PoisonError::into_inner).drain().collect();
        held.iter().for_each(|(_, task)| task.abort());
        self.give_back(&held.into_iter().map(|(run, _)| run.to_string()).collect::<Vec<_>>()).await;
        self.link.close().await;
    }
}

/// A run that this process holds.
pub(crate) struct Lease {
    leases: Arc<Leases>,
    run: RunId,
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lease").field("run", &self.run).finish_non_exhaustive()
    }
}

impl RunLock for Lease {}

impl Drop for Lease {
    fn drop(&mut self) {
        let task = self.leases.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.run);
        let Some(task) = task else { return };
        task.abort();
        // outside of a runtime it expires by itself
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (leases, run) = (self.leases.clone(), self.run.clone());
            drop(runtime.spawn(async move {
                let _gate = leases.gate.lock().await;
                // it may have been taken again meanwhile
                if !leases.held.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&run) {
                    leases.give_back(&[run.to_string()]).await;
                }
            }));
        }
    }
}

fn host() -> String {
    let kernel = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let named = kernel.or_else(|| std::env::var("HOSTNAME").ok()).or_else(|| std::env::var("COMPUTERNAME").ok());
    named.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "this machine".into())
}
