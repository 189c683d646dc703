use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use clade_domain::{RunId, UserId, WorkspaceId};

/// For how long somebody counts as here after their page last said so. Pages say it every 20 seconds.
const HERE: Duration = Duration::from_secs(50);

/// Who has a page of which workspace open. In memory alone: a server that starts anew learns it within seconds, and nobody's
/// coming and going is kept.
#[derive(Debug, Default)]
pub(crate) struct Presence(Mutex<BTreeMap<(WorkspaceId, UserId), Seen>>);

#[derive(Debug)]
struct Seen {
    run: Option<RunId>,
    at: Instant,
}

impl Presence {
    /// Notes that somebody is in a workspace, at one of its runs where they look at one, and gives who is there, in order of id.
    pub fn enter(
        &self,
        workspace: &WorkspaceId,
        user: &UserId,
        run: Option<RunId>,
        now: Instant,
    ) -> Vec<(UserId, Option<RunId>)> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, seen| now.duration_since(seen.at) < HERE);
        all.insert((workspace.clone(), user.clone()), Seen { run, at: now });
        let here = all.iter().filter(|((place, _), _)| place == workspace);
        here.map(|((_, user), seen)| (user.clone(), seen.run.clone())).collect()
    }

    /// Forgets somebody who left.
    pub fn leave(&self, workspace: &WorkspaceId, user: &UserId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(workspace.clone(), user.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_here_until_their_pages_are_silent_or_they_leave_and_in_their_workspace_alone() {
        let [north, south]: [WorkspaceId; 2] = ["north", "south"].map(|id| id.parse().unwrap());
        let [ada, ben]: [UserId; 2] = ["user-ada", "user-ben"].map(|id| id.parse().unwrap());
        let run: RunId = "aaaa1111".parse().unwrap();
        let (presence, start) = (Presence::default(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        presence.enter(&north, &ada, Some(run.clone()), start);
        assert_eq!(presence.enter(&south, &ben, None, start), [(ben.clone(), None)]);
        let both = presence.enter(&north, &ben, None, after(49));
        assert_eq!(both, [(ada.clone(), Some(run)), (ben.clone(), None)]);
        assert_eq!(presence.enter(&north, &ben, None, after(50)), [(ben.clone(), None)], "ada is silent");
        presence.leave(&north, &ben);
        assert_eq!(presence.enter(&north, &ada, None, after(51)), [(ada, None)]);
    }
}
