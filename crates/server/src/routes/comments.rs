use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use clade_domain::{Action, CandidateId, Comment, Timestamp, UserId};
use clade_store::{Change, ReadRecords, RecordQuery, Stored};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Body, Named},
    page::Page,
    route::Route,
};

const PATH: &str = "/runs/{run}/comments";
/// Longest comment, in characters.
const LONGEST: usize = 10_000;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            PATH,
            Gate::Run(Action::ReadRuns),
            "comments",
            "What people said about a run and its candidates, oldest first.",
            list,
        )
        .gives::<Page<CommentView>>(200),
        Route::post(PATH, Gate::Run(Action::Comment), "comment", "Says something about a run or a candidate.", add)
            .takes::<Said>()
            .gives::<CommentView>(201)
            .repeatable(),
        Route::delete(
            "/runs/{run}/comments/{id}",
            Gate::Run(Action::Comment),
            "remove_comment",
            "Removes a comment of one's own, or anybody's with the right to delete runs.",
            remove,
        ),
    ]
}

/// A comment.
#[derive(Serialize, JsonSchema)]
struct CommentView {
    id: String,
    /// Null where it is about the run.
    candidate: Option<CandidateId>,
    by: UserId,
    /// How they are called; empty where they are gone.
    name: String,
    at: Timestamp,
    text: String,
}

async fn view(app: &App, caller: &Caller, comment: Comment) -> Result<CommentView, Problem> {
    let Comment { id, candidate, by, at, text, .. } = comment;
    let name = app.accounts.user(&by, caller.now).await?.map(|user| user.value.name).unwrap_or_default();
    Ok(CommentView { id, candidate, by, name, at, text })
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Page<CommentView>>, Problem> {
    let run = &caller.run()?.run;
    let query = RecordQuery { parent: Some(run.to_string()), ..RecordQuery::default() };
    let mut items = Vec::new();
    let found: Vec<Stored<Comment>> = app.store.list(query, caller.now).await?;
    for comment in found {
        items.push(view(&app, &caller, comment.value).await?);
    }
    Ok(Json(Page { items, next: None }))
}

/// What is said.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    text: String,
    /// Such as `c3`; about the run where it is left out.
    candidate: Option<String>,
}

async fn add(State(app): State<App>, caller: Caller, Body(said): Body<Said>) -> Result<impl IntoResponse, Problem> {
    let row = caller.run()?;
    let text = said.text.trim().to_owned();
    if !(1..=LONGEST).contains(&text.chars().count()) {
        return Err(Problem::bad(format!("a comment has 1 to {LONGEST} characters")));
    }
    let candidate = match said.candidate {
        None => None,
        Some(name) => {
            let find = |state: &clade_evolve::RunState| clade_engine::find_candidate(state, &name);
            Some(app.states.look(&app.store, &row.run, find).await??)
        }
    };
    let comment = Comment {
        id: clade_accounts::new_name()?,
        workspace: row.workspace.clone(),
        run: row.run.clone(),
        candidate,
        by: caller.user().clone(),
        at: caller.now,
        text,
    };
    app.store.commit(vec![Change::add(&comment, caller.now)?]).await?;
    Ok((StatusCode::CREATED, Json(view(&app, &caller, comment).await?)))
}

async fn remove(
    State(app): State<App>,
    caller: Caller,
    Named((_, id)): Named<(String, String)>,
) -> Result<StatusCode, Problem> {
    let run = &caller.run()?.run;
    let found = app.store.get::<Comment>(&id, caller.now).await?.filter(|found| found.value.run == *run);
    let found = found.ok_or_else(|| Problem::not_found("comment"))?;
    if found.value.by != *caller.user() && !caller.may(Action::DeleteRuns) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", "this comment is somebody else's"));
    }
    app.store.commit(vec![Change::remove(&found)]).await?;
    Ok(StatusCode::NO_CONTENT)
}
