use std::io::{BufRead, IsTerminal, Write};

use clade_accounts::{Accounts, NewToken, NewUser};
use clade_domain::{ApiToken, Role, Timestamp, User, UserId, WorkspaceId};
use clade_engine::now;
use clade_store::{RecordQuery, Stored};
use clade_store_sqlite::Durability;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    args::{Ceiling, TokenArgs, TokenCommand, UserArgs, UserCommand},
    commands::date,
    context::Context,
    failure::Failure,
    output::Output,
};

/// `clade user`
pub async fn user(args: &UserArgs, context: &Context) -> Result<(), Failure> {
    let accounts = Accounts::new(context.store(Durability::Normal).await?);
    let (output, by) = (context.output, UserId::default());
    match &args.command {
        UserCommand::Add { login, name, elsewhere, admin } => {
            let password = if *elsewhere { None } else { Some(password()?) };
            let new = NewUser { login: login.clone(), name: name.clone(), password, instance_admin: *admin };
            let first = !accounts.exist(now()).await?;
            let user = accounts.add_user(new, &by, now()).await?;
            if first {
                output.note(LET_IN_LATER);
            }
            added(&user.login, &user.id, user.instance_admin, &output);
        }
        UserCommand::List => {
            let people = accounts.users(RecordQuery::default(), now()).await?;
            list(&people.into_iter().map(Person::from).collect::<Vec<_>>(), &output);
        }
        UserCommand::Password { login } => {
            let user = accounts.user_by_login(login, now()).await?;
            accounts.reset_password(&user, password()?, &by, now()).await?;
            output.note(became(&user.value.login, Became::Password));
        }
        UserCommand::Elsewhere { login } => {
            let user = accounts.user_by_login(login, now()).await?;
            accounts.remove_password(&user, &by, now()).await?;
            output.note(became(&user.value.login, Became::Elsewhere));
        }
        UserCommand::Disable { login } => change(&accounts, login, true, context).await?,
        UserCommand::Enable { login } => change(&accounts, login, false, context).await?,
    }
    Ok(())
}

async fn change(accounts: &Accounts, login: &str, disabled: bool, context: &Context) -> Result<(), Failure> {
    let user = accounts.user_by_login(login, now()).await?;
    let new = User { disabled, ..user.value.clone() };
    accounts.change_user(&user, new, &UserId::default(), now()).await?;
    context.output.note(became(&user.value.login, if disabled { Became::Disabled } else { Became::Enabled }));
    Ok(())
}

/// What is said where the first account was added beside a server that knows none.
pub const LET_IN_LATER: &str =
    "people sign in at servers that start from now on; one that goes on lets them in once it is started again";

/// A person, as the command line shows them and the API gives them.
#[derive(Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// What they sign in with.
    pub login: String,
    name: String,
    instance_admin: bool,
    elsewhere: bool,
    disabled: bool,
    #[serde(skip_serializing)]
    created: Timestamp,
}

impl From<Stored<User>> for Person {
    fn from(user: Stored<User>) -> Self {
        let elsewhere = user.value.signs_in_elsewhere();
        let User { id, login, name, instance_admin, disabled, .. } = user.value;
        Self { id, login, name, instance_admin, elsewhere, disabled, created: user.created }
    }
}

/// Says that a person was added.
pub fn added(login: &str, id: &UserId, instance_admin: bool, output: &Output) {
    if output.json {
        output.json_line(&json!({ "id": id, "login": login, "instance_admin": instance_admin }));
    } else {
        output.line(format!("added {login}{}", if instance_admin { ", who keeps the installation" } else { "" }));
    }
}

/// Shows people.
pub fn list(people: &[Person], output: &Output) {
    for person in people {
        if output.json {
            output.json_line(&json!(person));
            continue;
        }
        let Person { id, login, name, instance_admin, elsewhere, disabled, created } = person;
        let mut what = match (disabled, instance_admin) {
            (true, _) => vec!["disabled"],
            (false, true) => vec!["instance admin"],
            (false, false) => Vec::new(),
        };
        what.extend(elsewhere.then_some("signs in elsewhere"));
        let what = what.join(", ");
        output.line(format!("{id:<10} {login:<32} {name:<24} {:<16} {what}", date(*created)));
    }
}

/// What became of a person.
pub enum Became {
    /// They have another password.
    Password,
    /// They have none, and sign in at an identity provider.
    Elsewhere,
    /// They may not sign in any more.
    Disabled,
    /// They may sign in again.
    Enabled,
}

/// Says what became of somebody.
pub fn became(login: &str, what: Became) -> String {
    let how = match what {
        Became::Password => "has a new password and is signed out everywhere",
        Became::Elsewhere => "signs in at the identity provider from now on",
        Became::Disabled => "may sign in no more, and is signed out everywhere",
        Became::Enabled => "may sign in",
    };
    format!("{login} {how}")
}

/// `clade token`
pub async fn token(args: &TokenArgs, context: &Context) -> Result<(), Failure> {
    let accounts = Accounts::new(context.store(Durability::Normal).await?);
    let output = context.output;
    let user = match &args.user {
        Some(login) => accounts.user_by_login(login, now()).await?.value.id,
        None => accounts.local(now()).await?.user,
    };
    match &args.command {
        TokenCommand::Add { name, role, workspace, days } => {
            let expires = days.map(|days| Timestamp(now().0 + i64::from(days) * 24 * 3_600 * 1_000));
            let new = NewToken {
                name: name.clone(),
                ceiling: role_of(*role),
                workspace: place(workspace.as_deref())?,
                expires,
                made_with: None,
            };
            let (secret, token) = accounts.add_token(&user, new, &UserId::default(), now()).await?;
            made(&token.id, secret.reveal(), &output);
        }
        TokenCommand::List => {
            let tokens = accounts.tokens(&user, now()).await?;
            tokens_listed(&tokens.into_iter().map(Token::from).collect::<Vec<_>>(), &output);
        }
        TokenCommand::Revoke { id } => {
            accounts.remove_token(&user, id, &UserId::default(), now()).await?;
            output.note(revoked(id));
        }
    }
    Ok(())
}

/// A token without its secret, as the command line shows it and the API gives it.
#[derive(Serialize, Deserialize)]
pub struct Token {
    /// What it is revoked by.
    pub id: String,
    name: String,
    hint: String,
    ceiling: Role,
    workspace: Option<WorkspaceId>,
    created: Timestamp,
    expires: Option<Timestamp>,
    last_used: Option<Timestamp>,
}

impl From<Stored<ApiToken>> for Token {
    fn from(token: Stored<ApiToken>) -> Self {
        let ApiToken { id, name, hint, ceiling, workspace, expires, last_used, .. } = token.value;
        Self { id, name, hint, ceiling, workspace, created: token.created, expires, last_used }
    }
}

/// The role that a ceiling stands for.
pub fn role_of(ceiling: Ceiling) -> Role {
    match ceiling {
        Ceiling::Viewer => Role::Viewer,
        Ceiling::User => Role::User,
        Ceiling::Admin => Role::Admin,
        Ceiling::Instance => Role::Instance,
    }
}

/// The workspace that a token is to open.
///
/// # Errors
/// Where that is no name of one.
pub fn place(name: Option<&str>) -> Result<Option<WorkspaceId>, Failure> {
    let id = name.map(str::parse).transpose();
    id.map_err(|error: clade_domain::IdError| Failure::Usage(error.to_string()))
}

/// Shows a new token, this once.
pub fn made(id: &str, secret: &str, output: &Output) {
    if output.json {
        output.json_line(&json!({ "id": id, "secret": secret }));
    } else {
        output.line(secret);
        output.note("this is shown once; send it as `Authorization: Bearer TOKEN`");
    }
}

/// Shows tokens.
pub fn tokens_listed(tokens: &[Token], output: &Output) {
    for token in tokens {
        if output.json {
            output.json_line(&json!(token));
        } else {
            let until = token.expires.map_or_else(|| "for ever".to_owned(), |at| format!("until {}", date(at)));
            output.line(format!("{} {:<12} {:<24} {:<15} {until}", token.id, token.hint, token.name, token.ceiling));
        }
    }
}

/// Says that a token was revoked.
pub fn revoked(id: &str) -> String {
    format!("token {id} opens nothing any more")
}

/// A password from `CLADE_PASSWORD`, or from the first line of standard input.
///
/// # Errors
/// Where there is none.
pub fn password() -> Result<SecretString, Failure> {
    if let Some(password) = std::env::var("CLADE_PASSWORD").ok().filter(|password| !password.is_empty()) {
        return Ok(SecretString::from(password));
    }
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        drop(write!(std::io::stderr(), "password (it is shown as you type; CLADE_PASSWORD hides it): "));
    }
    let mut line = String::new();
    stdin.lock().read_line(&mut line).map_err(|error| Failure::Error(format!("cannot read the password: {error}")))?;
    match line.trim_end_matches(['\r', '\n']) {
        "" => Err(Failure::Usage("there is no password; set CLADE_PASSWORD, or write it into standard input".into())),
        password => Ok(SecretString::from(password)),
    }
}
