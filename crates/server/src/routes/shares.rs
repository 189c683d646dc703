use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use clade_accounts::AccountError;
use clade_domain::{Action, RunId, Share, Timestamp, UserId};
use clade_store::{StoreError, Stored};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Asked, Body, Named},
    page::{Keyed, Page, PageQuery, after},
    route::Route,
};

const PATH: &str = "/runs/{run}/shares";
const GATE: Gate = Gate::Run(Action::ShareRuns);
/// For how long a link is good where nothing is said: a week.
const HOURS: u16 = 168;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, GATE, "shares", "The links of a run that have not expired, oldest first.", list)
            .asks::<PageQuery>()
            .gives::<Page<ShareView>>(200),
        Route::get(
            "/workspaces/{workspace}/shares",
            Gate::Workspace(Action::ManageShares),
            "workspace_shares",
            "The links to all runs of a workspace that have not expired, oldest first.",
            list_all,
        )
        .asks::<PageQuery>()
        .gives::<Page<ShareView>>(200),
        Route::post(
            PATH,
            GATE,
            "share",
            "Makes a link that shows this run to whoever has it; it is told this once.",
            share,
        )
        .takes::<ShareWanted>()
        .gives::<ShareMade>(201)
        .repeatable()
        .tells_once(),
        Route::delete(
            "/runs/{run}/shares/{id}",
            GATE,
            "remove_share",
            "Takes a link back: it shows nothing any more.",
            remove,
        ),
        Route::post("/shares/look", Gate::Open, "look_at_share", "Which run a link shows.", look)
            .takes::<ShareLink>()
            .gives::<Shared>(200),
    ]
}

/// A link without its secret.
#[derive(Serialize, JsonSchema)]
struct ShareView {
    id: String,
    run: RunId,
    note: String,
    by: UserId,
    /// How whoever made it is called; empty where they are gone.
    name: String,
    expires: Timestamp,
    /// Whether it shows the run: not while whoever made it is disabled, or no member of the workspace.
    shows: bool,
}

async fn view(app: &App, share: Share, now: Timestamp) -> Result<ShareView, Problem> {
    let shows = app.accounts.shows(&share, now).await?;
    let Share { id, run, note, by, expires, .. } = share;
    let name = app.accounts.user(&by, now).await?.map(|user| user.value.name).unwrap_or_default();
    Ok(ShareView { id, run, note, by, name, expires, shows })
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<ShareView>>, Problem> {
    let found = app.accounts.shares(&caller.run()?.run, caller.now).await?;
    paged(&app, found, page, caller.now).await
}

async fn list_all(
    State(app): State<App>,
    caller: Caller,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<ShareView>>, Problem> {
    let found = app.accounts.shares_of(caller.workspace()?, caller.now).await?;
    paged(&app, found, page, caller.now).await
}

async fn paged(
    app: &App,
    found: Vec<Stored<Share>>,
    page: PageQuery,
    now: Timestamp,
) -> Result<Json<Page<ShareView>>, Problem> {
    let key = |share: &Stored<Share>| Keyed(share.created.0, share.value.id.clone());
    let asked = (page.cursor.as_deref(), page.limit);
    let Page { items: found, next } = after(found, asked, key, |a, b| (a.0, &a.1).cmp(&(b.0, &b.1)))?;
    let mut items = Vec::new();
    for share in found {
        items.push(view(app, share.value, now).await?);
    }
    Ok(Json(Page { items, next }))
}

/// A link to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ShareWanted {
    /// Whom it is for, in at most 1,000 characters.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    note: String,
    /// For how many hours it is good, at most 2160; 168 where it is left out.
    #[schemars(range(min = 1, max = 2160))]
    hours: Option<u16>,
}

/// A link that was made.
#[derive(Serialize, JsonSchema)]
struct ShareMade {
    /// Shown this once.
    secret: String,
    /// The page to send to somebody; the secret is behind a `#`, which browsers send to nobody.
    link: String,
    share: ShareView,
}

async fn share(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Body(wanted): Body<ShareWanted>,
) -> Result<impl IntoResponse, Problem> {
    let expires = Timestamp(caller.now.0 + i64::from(wanted.hours.unwrap_or(HOURS)) * 3_600 * 1_000);
    let what = (caller.workspace()?, &caller.run()?.run);
    let (secret, share) = app.accounts.share(what, &wanted.note, expires, caller.user(), caller.now).await?;
    let secret = secret.reveal().to_owned();
    let link = app.hosts.link(&headers, &format!("/shared#{secret}"));
    Ok((StatusCode::CREATED, Json(ShareMade { secret, link, share: view(&app, share, caller.now).await? })))
}

async fn remove(
    State(app): State<App>,
    caller: Caller,
    Named((_, id)): Named<(String, String)>,
) -> Result<StatusCode, Problem> {
    app.accounts.remove_share(&caller.run()?.run, &id, caller.user(), caller.now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The secret of a link.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ShareLink {
    secret: String,
}

/// What a link shows.
#[derive(Serialize, JsonSchema)]
struct Shared {
    run: RunId,
    /// The run in words.
    description: String,
    expires: Timestamp,
}

async fn look(State(app): State<App>, Body(link): Body<ShareLink>) -> Result<Json<Shared>, Problem> {
    let Share { run, expires, .. } = app.accounts.shared(&link.secret, clade_engine::now()).await?;
    match app.store.summary(run.to_string()).await {
        Ok(row) if row.run == run && !row.deleted => Ok(Json(Shared { run, description: row.description, expires })),
        Ok(_) | Err(StoreError::NotFound { .. }) => Err(AccountError::Link.into()),
        Err(error) => Err(error.into()),
    }
}
