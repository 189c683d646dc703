use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use clade_domain::{Action, CandidateId, Comment, RunId, Timestamp, UserId};
use clade_store::{Change, ReadRecords, RecordQuery, Stored};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::audit::{Became, entry};
use crate::{
    App, Gate, Problem,
    caller::Caller,
    extract::{Asked, Body, Named},
    page::{Keyed, Page, PageQuery, after},
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
            "What people said about a run and its candidates, oldest first; all of it where no `limit` is asked for.",
            list,
        )
        .asks::<PageQuery>()
        .gives::<Page<CommentView>>(200),
        Route::post(PATH, Gate::Run(Action::Comment), "comment", "Says something about a run or a candidate.", add)
            .takes::<Said>()
            .gives::<CommentView>(201)
            .repeatable(),
        Route::get(
            "/workspaces/{workspace}/mentions",
            Gate::Workspace(Action::ReadRuns),
            "mentions",
            "The comments that name oneself, newest first, at most 50.",
            mentions,
        )
        .gives::<Page<Mention>>(200),
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
    /// Whom it names with `@login`.
    mentions: Vec<UserId>,
}

async fn view(app: &App, caller: &Caller, comment: Comment) -> Result<CommentView, Problem> {
    let Comment { id, candidate, by, at, text, mentions, .. } = comment;
    let name = app.accounts.user(&by, caller.now).await?.map(|user| user.value.name).unwrap_or_default();
    Ok(CommentView { id, candidate, by, name, at, text, mentions })
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<CommentView>>, Problem> {
    let run = &caller.run()?.run;
    let query = RecordQuery { parent: Some(run.to_string()), ..RecordQuery::default() };
    let mut items = Vec::new();
    let found: Vec<Stored<Comment>> = app.store.list(query, caller.now).await?;
    let key = |comment: &Stored<Comment>| Keyed(comment.created.0, comment.value.id.clone());
    let order = |a: &Keyed<i64, String>, b: &Keyed<i64, String>| (a.0, &a.1).cmp(&(b.0, &b.1));
    let Page { items: found, next } = match (page.cursor.as_deref(), page.limit) {
        (None, None) => Page { items: found, next: None },
        asked => after(found, asked, key, order)?,
    };
    for comment in found {
        items.push(view(&app, &caller, comment.value).await?);
    }
    Ok(Json(Page { items, next }))
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
    // who reads comments by SQL could not read it
    if text.contains('\0') {
        return Err(Problem::bad("a comment has no character of number 0 (`\\u0000`)"));
    }
    let candidate = match said.candidate {
        None => None,
        Some(name) => {
            let find = |state: &clade_evolve::RunState| clade_engine::find_candidate(state, &name);
            Some(app.states.look(&app.store, &row.run, find).await??)
        }
    };
    let mut logins = BTreeMap::new();
    for member in app.accounts.members(&row.workspace, caller.now).await? {
        if let Some(user) = app.accounts.user(&member.value.user, caller.now).await? {
            logins.insert(user.value.login, user.value.id);
        }
    }
    let mentions = named_in(&text, &logins);
    let comment = Comment {
        id: clade_accounts::new_name()?,
        workspace: row.workspace.clone(),
        run: row.run.clone(),
        candidate,
        by: caller.user().clone(),
        at: caller.now,
        text,
        mentions,
    };
    app.store.commit(vec![Change::add(&comment, caller.now)?]).await?;
    Ok((StatusCode::CREATED, Json(view(&app, &caller, comment).await?)))
}

/// The people whom a text names with `@login`, each once, in the order in which it does. A login may hold dots and an `@` itself, so
/// what follows the sign is shortened from its end until somebody is called so.
fn named_in(text: &str, logins: &BTreeMap<String, UserId>) -> Vec<UserId> {
    let mut found = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || "()[]{}<>\"'".contains(c)) {
        let Some(mut name) = word.strip_prefix('@') else { continue };
        while !name.is_empty() {
            if let Some(user) = logins.get(&name.to_lowercase()) {
                if !found.contains(user) {
                    found.push(user.clone());
                }
                break;
            }
            match name.char_indices().next_back() {
                // a letter or digit more makes another name
                Some((at, last)) if !last.is_alphanumeric() => name = &name[..at],
                _ => break,
            }
        }
    }
    found
}

/// Comments that are looked through for mentions, newest first.
const LOOKED_THROUGH: u32 = 2_000;

/// A comment that names whoever asks.
#[derive(Serialize, JsonSchema)]
struct Mention {
    run: RunId,
    comment: CommentView,
}

async fn mentions(State(app): State<App>, caller: Caller) -> Result<Json<Page<Mention>>, Problem> {
    let query = RecordQuery {
        workspace: Some(caller.workspace()?.clone()),
        newest_first: true,
        limit: Some(LOOKED_THROUGH),
        ..RecordQuery::default()
    };
    let mut items = Vec::new();
    for found in app.store.list::<Comment>(query, caller.now).await? {
        if items.len() == 50 {
            break;
        }
        if found.value.mentions.contains(caller.user()) {
            let run = found.value.run.clone();
            items.push(Mention { run, comment: view(&app, &caller, found.value).await? });
        }
    }
    Ok(Json(Page { items, next: None }))
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
    let Comment { id, by, candidate, text, .. } = &found.value;
    let before = json!({ "id": id, "by": by, "candidate": candidate, "text": text });
    let told = entry(&caller, caller.workspace()?, ("comment.remove", run.as_str()), Became(before, Value::Null))?;
    app.store.commit(vec![Change::remove(&found), told]).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_named_by_their_whole_login() {
        let people = ["ada", "ada.b", "eve@example.org", "zoë"];
        let logins: BTreeMap<String, UserId> = people
            .iter()
            .zip(1..)
            .map(|(login, at)| ((*login).to_owned(), format!("user{at}").parse().unwrap()))
            .collect();
        let table: [(&str, &[&str]); 8] = [
            ("@ada look", &["user1"]),
            ("@ada.b, and @Ada!", &["user2", "user1"]),
            ("(@ada) @ada.", &["user1"]),
            ("@eve@example.org: yes", &["user3"]),
            ("@zoë?", &["user4"]),
            ("@adam", &[]),
            ("mail@ada", &[]),
            ("@ @@ada", &[]),
        ];
        for (text, expected) in table {
            let found: Vec<String> = named_in(text, &logins).iter().map(ToString::to_string).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
