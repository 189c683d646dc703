use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use clade_accounts::NewUser;
use clade_domain::{Action, Invitation, Role, Timestamp, UserId, WorkspaceId};
use clade_store::Stored;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::session::{self, SessionView};
use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Body, Named},
    gate::identify,
    page::Page,
    route::Route,
};

const GATE: Gate = Gate::Workspace(Action::ManageMembers);

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/workspaces/{workspace}/invitations",
            GATE,
            "invitations",
            "Invitations that are still good.",
            list,
        )
        .gives::<Page<InvitationView>>(200),
        Route::post(
            "/workspaces/{workspace}/invitations",
            GATE,
            "invite",
            "Invites somebody by a link, which is shown this once.",
            invite,
        )
        .takes::<InvitationWanted>()
        .gives::<InvitationMade>(201)
        .repeatable()
        .tells_once(),
        Route::delete(
            "/workspaces/{workspace}/invitations/{id}",
            GATE,
            "remove_invitation",
            "Takes an invitation back.",
            remove,
        ),
        Route::post("/invitations/look", Gate::Open, "look_at_invitation", "What a link invites to.", look)
            .takes::<Link>()
            .gives::<InvitedTo>(200),
        Route::post(
            "/invitations/accept",
            Gate::Open,
            "accept_invitation",
            "Joins a workspace: whoever is signed in, or else a new person.",
            accept,
        )
        .takes::<Acceptance>()
        .gives::<SessionView>(200),
    ]
}

/// An invitation without its secret.
#[derive(Debug, Serialize, JsonSchema)]
struct InvitationView {
    id: String,
    role: Role,
    note: String,
    by: UserId,
    created: Timestamp,
    expires: Timestamp,
}

impl From<Stored<Invitation>> for InvitationView {
    fn from(found: Stored<Invitation>) -> Self {
        let Invitation { id, role, note, by, expires, .. } = found.value;
        Self { id, role, note, by, created: found.created, expires }
    }
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Page<InvitationView>>, Problem> {
    let found = app.accounts.invitations(caller.workspace()?, caller.now).await?;
    Ok(Json(Page { items: found.into_iter().map(InvitationView::from).collect(), next: None }))
}

/// An invitation to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct InvitationWanted {
    role: Role,
    /// Whom it is for.
    #[serde(default)]
    note: String,
    /// For how many hours it is good, at most 720; 72 where it is left out.
    #[schemars(range(min = 1, max = 720))]
    hours: Option<u16>,
}

/// An invitation that was made.
#[derive(Serialize, JsonSchema)]
struct InvitationMade {
    /// Shown this once.
    secret: String,
    /// The page to send somebody to; the secret is behind a `#`, which browsers send to nobody.
    link: String,
    invitation: InvitationView,
}

async fn invite(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Body(wanted): Body<InvitationWanted>,
) -> Result<impl IntoResponse, Problem> {
    let expires = Timestamp(caller.now.0 + i64::from(wanted.hours.unwrap_or(72)) * 3_600 * 1_000);
    let own = caller.highest().ok_or_else(|| Problem::not_found("workspace"))?;
    let by = (caller.user(), own);
    let made = app.accounts.invite(caller.workspace()?, wanted.role, &wanted.note, expires, by, caller.now);
    let (secret, invitation) = made.await?;
    let invitation = InvitationView::from(Stored { value: invitation, revision: 1, created: caller.now });
    let secret = secret.reveal().to_owned();
    let link = app.hosts.link(&headers, &format!("/join#{secret}"));
    Ok((StatusCode::CREATED, Json(InvitationMade { secret, link, invitation })))
}

async fn remove(
    State(app): State<App>,
    caller: Caller,
    Named((_, id)): Named<(String, String)>,
) -> Result<StatusCode, Problem> {
    app.accounts.remove_invitation(caller.workspace()?, &id, caller.user(), caller.now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The secret of a link.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Link {
    secret: String,
}

/// What a link invites to.
#[derive(Serialize, JsonSchema)]
struct InvitedTo {
    workspace: WorkspaceId,
    workspace_name: String,
    role: Role,
    note: String,
    expires: Timestamp,
}

async fn look(State(app): State<App>, Body(link): Body<Link>) -> Result<Json<InvitedTo>, Problem> {
    let now = clade_engine::now();
    let Invitation { workspace, role, note, expires, .. } = app.accounts.invitation(&link.secret, now).await?.value;
    let workspace_name = app.accounts.workspace(&workspace, now).await?.value.name;
    Ok(Json(InvitedTo { workspace, workspace_name, role, note, expires }))
}

/// The secret of a link, and who one is where nobody is signed in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Acceptance {
    secret: String,
    /// For a new person: what they will sign in with.
    login: Option<String>,
    /// For a new person: how others see them.
    #[serde(default)]
    name: String,
    /// For a new person.
    #[schemars(with = "Option<String>")]
    password: Option<SecretString>,
}

async fn accept(
    State(app): State<App>,
    headers: HeaderMap,
    Body(given): Body<Acceptance>,
) -> Result<Response, Problem> {
    let now = clade_engine::now();
    let Acceptance { secret, login, name, password } = given;
    let user = match (login, password) {
        (Some(login), Some(password)) => {
            let new = NewUser { login, name, password: Some(password), instance_admin: false };
            app.accounts.accept_as_new(&secret, new, now).await?.id
        }
        (None, None) => {
            let principal = identify(&app, &headers, now).await?.ok_or_else(|| {
                Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", "nobody is signed in")
                    .fix("sign in first, or send the `login` and `password` of a new person")
            })?;
            app.accounts.accept(&secret, &principal.user, now).await.map_err(|error| match Problem::from(error) {
                there if there.kind().ends_with(":exists") => {
                    there.fix("nothing is left to do: whoever is signed in is a member of it already")
                }
                problem => problem,
            })?;
            return Ok(Json(session::view(&app, Some(&principal), now).await?).into_response());
        }
        _ => return Err(Problem::bad("a new person has both `login` and `password`")),
    };
    let (secret, principal) = app.accounts.open_session(&user, now).await?;
    session::signed_in(&app, &secret, &principal, now).await
}
