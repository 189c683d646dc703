use std::{fmt, sync::Arc};

use reqwest::dns::{Name, Resolve, Resolving};

/// How the names of hosts are looked up. One that refuses where a name leads says [`Unreachable`].
#[derive(Clone)]
pub struct HostNames(pub Arc<dyn Resolve>);

/// A name leads to where nobody may connect to. The text says where, and who could allow it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub String);

/// The machine's own way.
struct Machine;

impl Resolve for Machine {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(found.collect::<Vec<_>>().into_iter()) as _)
        })
    }
}

impl Default for HostNames {
    fn default() -> Self {
        Self(Arc::new(Machine))
    }
}

impl fmt::Debug for HostNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostNames")
    }
}
