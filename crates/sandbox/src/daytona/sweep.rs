use std::collections::BTreeMap;

use futures::future::try_join_all;

use super::DaytonaSettings;
use super::api::{Api, ApiError, Machine};
use super::sandbox::until_gone;
use crate::SnapshotId;

/// A sandbox that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its name.
    pub id: String,
    /// The run that it belongs to; empty where it names none.
    pub run: String,
    /// Its state.
    pub state: String,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// The sandboxes with these settings' owner, whichever run they belong to: those of runs that go on are among them.
///
/// # Errors
/// Where Daytona cannot be asked.
pub async fn left_behind(settings: &DaytonaSettings) -> Result<Vec<Left>, ApiError> {
    let owner = settings.labels.get(DaytonaSettings::OWNER).cloned().unwrap_or_default();
    let labels = BTreeMap::from([(DaytonaSettings::OWNER.to_owned(), owner.clone())]);
    let found = Api::new(settings.clone()).list(&labels).await?;
    // whoever answers may not have looked at the labels, and what is deleted is gone
    let ours = |machine: &Machine| {
        !owner.is_empty() && !machine.id.is_empty() && machine.labels.get(DaytonaSettings::OWNER) == Some(&owner)
    };
    let there = found.into_iter().filter(ours);
    let there = there.filter(|machine| !["destroyed", "destroying"].contains(&machine.state.as_str()));
    let left = there.map(|machine| Left {
        run: machine.labels.get(DaytonaSettings::RUN).cloned().unwrap_or_default(),
        id: machine.id,
        state: machine.state,
        deleted: false,
    });
    Ok(left.collect())
}

/// Deletes these. One that Daytona keeps for the sake of others, as the parent of forks, is tried again as soon as those are gone.
///
/// # Errors
/// Where Daytona does not, after all that it does delete.
pub async fn delete_left<'l>(
    settings: &DaytonaSettings,
    left: impl IntoIterator<Item = &'l mut Left>,
) -> Result<(), ApiError> {
    let api = Api::new(settings.clone());
    let mut left: Vec<&mut Left> = left.into_iter().collect();
    while !left.is_empty() {
        let (mut kept, mut gone, mut refused) = (Vec::new(), Vec::new(), None);
        for one in left {
            match api.delete(&one.id).await {
                Ok(()) => {
                    one.deleted = true;
                    gone.push(one.id.clone());
                }
                Err(error) => {
                    refused = Some(error);
                    kept.push(one);
                }
            }
        }
        match refused {
            Some(error) if gone.is_empty() => return Err(error),
            Some(_) => try_join_all(gone.iter().map(|id| until_gone(&api, id))).await.map(drop)?,
            None => {}
        }
        left = kept;
    }
    Ok(())
}

/// A kept state that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptThere {
    /// Its name.
    pub state: SnapshotId,
    /// When it was kept, as Daytona says it (RFC 3339); empty where it does not.
    pub created_at: String,
}

/// The states that these settings' owner has kept, whichever run names them.
///
/// # Errors
/// Where Daytona cannot be asked.
pub async fn states_there(settings: &DaytonaSettings) -> Result<Vec<KeptThere>, ApiError> {
    let found = Api::new(settings.clone()).snapshots(&settings.prefix_of_states()).await?;
    Ok(found.into_iter().map(|one| KeptThere { state: SnapshotId(one.name), created_at: one.created_at }).collect())
}

/// Asks whether the key is taken.
///
/// # Errors
/// What Daytona says.
pub async fn check(settings: &DaytonaSettings) -> Result<(), ApiError> {
    Api::new(settings.clone()).is_let_in().await
}
