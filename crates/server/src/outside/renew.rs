use clade_accounts::{Principal, Via};
use clade_domain::{Elsewhere, Timestamp, UserId};
use clade_identity::{Grant, IdentityError};
use secrecy::ExposeSecret;

use super::{SupabaseWay, ways::Held};
use crate::{App, Problem};

impl SupabaseWay {
    /// Whether the session of somebody whom the project let in goes on. Near the end of a grant the project is asked for the next one; while it is away
    /// a grant holds until its end.
    pub(crate) async fn goes_on(app: &App, principal: &Principal, now: Timestamp) -> Result<bool, Problem> {
        let Via::Session { hash, elsewhere: Some(elsewhere), .. } = &principal.via else { return Ok(true) };
        if now < elsewhere.renew {
            return Ok(true);
        }
        let Some(way) = &app.outside.supabase else { return Ok(now < elsewhere.until) };
        // requests of one session that come together ask once
        let _turn = way.desk(hash).lock().await;
        let Some(current) = app.accounts.elsewhere(hash, now).await? else { return Ok(false) };
        if now < current.renew {
            return Ok(true);
        }
        let Some(grant) = Held::open(app, hash, &current) else {
            app.accounts.sign_out(hash).await?;
            return Ok(false);
        };
        let failed = match way.rests(now) {
            true => IdentityError::Away { at: way.project().issuer().to_owned(), why: "as it did just now".into() },
            false => match way.renewed(app, (hash, &principal.user), (&current, &grant), now).await {
                Ok(goes_on) => return Ok(goes_on),
                Err(error) => error,
            },
        };
        way.in_vain(now);
        if now < current.until {
            tracing::warn!(error = %failed, "a session could not be renewed and goes on until its grant ends");
            return Ok(true);
        }
        Err(failed.into())
    }

    /// Asks for the next grant. The error is that the project cannot be asked.
    async fn renewed(
        &self,
        app: &App,
        (hash, user): (&str, &UserId),
        (current, grant): (&Elsewhere, &Grant),
        now: Timestamp,
    ) -> Result<bool, IdentityError> {
        let next = match self.project().refresh(&grant.refresh).await {
            Ok(next) => next,
            Err(IdentityError::Refused { status, code, .. }) if status != 429 => {
                // another server may have asked for the same session
                let there = app.accounts.elsewhere(hash, now).await.ok().flatten();
                if there.is_some_and(|there| there != *current) {
                    return Ok(true);
                }
                tracing::info!(user.id = %user, reason = %code, "a session ended at the identity provider");
                return Ok(self.ended(app, hash).await);
            }
            Err(error) => return Err(error),
        };
        let (who, until) = self.project().bearer(next.access.expose_secret(), now).await?;
        let same = matches!(app.accounts.known_outside(&who, now).await, Ok(Some(known)) if known.id == *user);
        let sealed = Held::seal(app, hash, &next, (now, until));
        let (true, Ok(sealed)) = (same, sealed) else { return Ok(self.ended(app, hash).await) };
        // where it cannot be written, or another server was first, what is there is read next time
        if let Err(error) = app.accounts.renew_session(hash, current, sealed, now).await {
            tracing::warn!(%error, "a renewed session could not be kept");
        }
        Ok(true)
    }

    /// Ends a session; never goes on.
    async fn ended(&self, app: &App, hash: &str) -> bool {
        if let Err(error) = app.accounts.sign_out(hash).await {
            tracing::warn!(%error, "a session that ended could not be removed");
        }
        false
    }

    /// The grant of a session, to ask the project on its person's behalf.
    pub(crate) fn grant(app: &App, principal: &Principal) -> Option<Grant> {
        match &principal.via {
            Via::Session { hash, elsewhere: Some(elsewhere), .. } => Held::open(app, hash, elsewhere),
            _ => None,
        }
    }

    /// Ends a session at the project too. Where that fails it has ended here all the same.
    pub(crate) async fn sign_out(app: &App, principal: &Principal) {
        let (Some(way), Some(grant)) = (&app.outside.supabase, Self::grant(app, principal)) else { return };
        if let Err(error) = way.project().sign_out(&grant.access).await {
            tracing::warn!(%error, "a session ended here but not at the identity provider");
        }
    }
}
