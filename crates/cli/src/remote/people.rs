use clade_domain::UserId;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Client, client::Session};
use crate::{
    args::{TokenArgs, TokenCommand, UserArgs, UserCommand},
    commands::people::{
        Became, LET_IN_LATER, Person, Token, added, became, list, made, password, place, revoked, role_of,
        tokens_listed,
    },
    context::Context,
    failure::Failure,
};

/// `clade user`: the server decides who may.
pub async fn user(client: &Client, session: &Session, args: &UserArgs, context: &Context) -> Result<(), Failure> {
    let output = &context.output;
    match &args.command {
        UserCommand::Add { login, name, elsewhere, admin } => {
            #[derive(Deserialize)]
            struct Added {
                id: UserId,
                login: String,
                instance_admin: bool,
            }
            let mut body = json!({ "login": login, "name": name, "instance_admin": admin });
            if !elsewhere {
                body["password"] = secret()?;
            }
            let new: Added = client.post(&["users"], &body).await?;
            if session.mode == "single" {
                output.note(LET_IN_LATER);
            }
            added(&new.login, &new.id, new.instance_admin, output);
        }
        UserCommand::List => list(&client.people().await?, output),
        UserCommand::Password { login } => {
            let person = client.person(login).await?;
            let url = client.url(&["users", person.id.as_str(), "password"], &[]);
            client.send(client.request(Method::POST, url).json(&json!({ "password": secret()? }))).await?;
            output.note(became(&person.login, Became::Password));
        }
        UserCommand::Elsewhere { login } => {
            let person = client.person(login).await?;
            let url = client.url(&["users", person.id.as_str(), "password"], &[]);
            client.send(client.request(Method::DELETE, url)).await?;
            output.note(became(&person.login, Became::Elsewhere));
        }
        UserCommand::Disable { login } => {
            let person = client.disabled(login, true).await?;
            output.note(became(&person.login, Became::Disabled));
        }
        UserCommand::Enable { login } => {
            let person = client.disabled(login, false).await?;
            output.note(became(&person.login, Became::Enabled));
        }
    }
    Ok(())
}

fn secret() -> Result<Value, Failure> {
    use secrecy::ExposeSecret;
    Ok(Value::from(password()?.expose_secret()))
}

impl Client {
    async fn people(&self) -> Result<Vec<Person>, Failure> {
        self.whole(&["users"]).await
    }

    async fn person(&self, login: &str) -> Result<Person, Failure> {
        let login = login.trim().to_lowercase();
        let found = self.people().await?.into_iter().find(|person| person.login == login);
        found.ok_or_else(|| Failure::Usage(format!("there is no user `{login}`; `clade user list` shows them")))
    }

    async fn disabled(&self, login: &str, disabled: bool) -> Result<Person, Failure> {
        #[derive(Deserialize)]
        struct Edited {
            revision: u64,
        }
        let person = self.person(login).await?;
        let path = ["users", person.id.as_str()];
        let Edited { revision } = self.get(&path, &[]).await?;
        let patch = self.request(Method::PATCH, self.url(&path, &[])).header("If-Match", format!("\"{revision}\""));
        self.send(patch.json(&json!({ "disabled": disabled }))).await?;
        Ok(person)
    }
}

/// `clade token`: one's own, since a token opens what its owner may open.
pub async fn token(client: &Client, session: &Session, args: &TokenArgs, context: &Context) -> Result<(), Failure> {
    let own = session.user.as_ref().map(|user| user.login.as_str()).unwrap_or_default();
    if let Some(login) = args.user.as_deref().filter(|login| login.trim().to_lowercase() != own) {
        return Err(Failure::Usage(format!(
            "a server gives nobody the tokens of somebody else, and you are `{own}` there; have `{login}` do it, or do it on the server's machine"
        )));
    }
    let output = &context.output;
    match &args.command {
        TokenCommand::Add { name, role, workspace, days } => {
            #[derive(Deserialize)]
            struct Made {
                secret: String,
                token: Token,
            }
            let body = json!({ "name": name, "ceiling": role_of(*role), "workspace": place(workspace.as_deref())?, "days": days });
            let Made { secret, token } = client.post(&["tokens"], &body).await?;
            made(&token.id, &secret, output);
        }
        TokenCommand::List => tokens_listed(&client.whole::<Token>(&["tokens"]).await?, output),
        TokenCommand::Revoke { id } => {
            client.send(client.request(Method::DELETE, client.url(&["tokens", id], &[]))).await?;
            output.note(revoked(id));
        }
    }
    Ok(())
}
