use std::io::{BufRead, IsTerminal, Write};

use clade_accounts::{Accounts, NewToken, NewUser};
use clade_domain::{Role, Timestamp, User, UserId, WorkspaceId};
use clade_engine::now;
use clade_store::RecordQuery;
use clade_store_sqlite::Durability;
use secrecy::SecretString;
use serde_json::json;

use crate::{
    args::{Ceiling, TokenArgs, TokenCommand, UserArgs, UserCommand},
    commands::date,
    context::Context,
    failure::Failure,
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
                output.note("people sign in at servers that start from now on; one that goes on lets them in once it is started again");
            }
            if output.json {
                output.json_line(&json!({ "id": user.id, "login": user.login, "instance_admin": user.instance_admin }));
            } else {
                output.line(format!(
                    "added {}{}",
                    user.login,
                    if user.instance_admin { ", who keeps the installation" } else { "" }
                ));
            }
        }
        UserCommand::List => {
            for user in accounts.users(RecordQuery::default(), now()).await? {
                let User { id, login, name, password, instance_admin, disabled } = user.value;
                // the person at this machine signs in nowhere
                let elsewhere = password.is_none() && id != by;
                if output.json {
                    output.json_line(&json!({ "id": id, "login": login, "name": name, "instance_admin": instance_admin, "elsewhere": elsewhere, "disabled": disabled }));
                } else {
                    let mut what = match (disabled, instance_admin) {
                        (true, _) => vec!["disabled"],
                        (false, true) => vec!["instance admin"],
                        (false, false) => Vec::new(),
                    };
                    what.extend(elsewhere.then_some("signs in elsewhere"));
                    let what = what.join(", ");
                    output.line(format!("{id:<10} {login:<32} {name:<24} {:<16} {what}", date(user.created)));
                }
            }
        }
        UserCommand::Password { login } => {
            let user = accounts.user_by_login(login, now()).await?;
            accounts.reset_password(&user, password()?, &by, now()).await?;
            output.note(format!("{} has a new password and is signed out everywhere", user.value.login));
        }
        UserCommand::Elsewhere { login } => {
            let user = accounts.user_by_login(login, now()).await?;
            accounts.remove_password(&user, &by, now()).await?;
            output.note(format!("{} signs in at the identity provider from now on", user.value.login));
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
    let how = if disabled { "may sign in no more, and is signed out everywhere" } else { "may sign in" };
    context.output.note(format!("{} {how}", user.value.login));
    Ok(())
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
            let workspace: Option<WorkspaceId> = match workspace {
                Some(id) => Some(id.parse().map_err(|error: clade_domain::IdError| Failure::Usage(error.to_string()))?),
                None => None,
            };
            let ceiling = match role {
                Ceiling::Viewer => Role::Viewer,
                Ceiling::User => Role::User,
                Ceiling::Admin => Role::Admin,
                Ceiling::Instance => Role::Instance,
            };
            let expires = days.map(|days| Timestamp(now().0 + i64::from(days) * 24 * 3_600 * 1_000));
            let new = NewToken { name: name.clone(), ceiling, workspace, expires };
            let (secret, token) = accounts.add_token(&user, new, now()).await?;
            if output.json {
                output.json_line(&json!({ "id": token.id, "secret": secret.reveal() }));
            } else {
                output.line(secret.reveal());
                output.note("this is shown once; send it as `Authorization: Bearer TOKEN`");
            }
        }
        TokenCommand::List => {
            for token in accounts.tokens(&user, now()).await? {
                let created = token.created;
                let token = token.value;
                if output.json {
                    output.json_line(&json!({ "id": token.id, "name": token.name, "hint": token.hint, "ceiling": token.ceiling,
                        "workspace": token.workspace, "created": created, "expires": token.expires, "last_used": token.last_used }));
                } else {
                    let until = token.expires.map_or_else(|| "for ever".to_owned(), |at| format!("until {}", date(at)));
                    output.line(format!(
                        "{} {:<12} {:<24} {:<15} {until}",
                        token.id, token.hint, token.name, token.ceiling
                    ));
                }
            }
        }
        TokenCommand::Revoke { id } => {
            accounts.remove_token(&user, id, now()).await?;
            output.note(format!("token {id} opens nothing any more"));
        }
    }
    Ok(())
}

/// A password from `CLADE_PASSWORD`, or from the first line of standard input.
fn password() -> Result<SecretString, Failure> {
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
