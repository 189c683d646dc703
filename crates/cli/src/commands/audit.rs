use std::collections::BTreeSet;

use clade_accounts::{Accounts, AuditFilter, AuditView};
use clade_domain::{RunId, WorkspaceId};
use clade_engine::now;
use clade_store::{RecordQuery, RunSummary};
use serde_json::{Map, Value};

use crate::{
    args::AuditArgs,
    commands::date,
    context::Context,
    failure::Failure,
    fit::{Side::Left, Table},
    names::find_run,
    output::{Output, harmless},
};

/// `clade audit`: whoever has the database may read the log in it.
pub async fn run(args: &AuditArgs, context: &Context) -> Result<(), Failure> {
    let store = context.store_to_read().await?;
    let accounts = Accounts::new(store.clone());
    let workspace = if args.instance {
        None
    } else {
        let name = context.workspace.as_deref().map(str::parse::<WorkspaceId>).transpose();
        let id = name.map_err(|error: clade_domain::IdError| Failure::Usage(error.to_string()))?;
        match id {
            // a name that is mistyped is no workspace in which nothing was done
            Some(id) => Some(accounts.workspace(&id, now()).await?.value.id),
            None => Some(WorkspaceId::default()),
        }
    };
    let meant = match &args.run {
        Some(name) => Meant::of(name, find_run(store.as_ref(), name).await)?,
        None => Meant::default(),
    };
    let filter =
        AuditFilter { who: args.who.clone(), what: args.what.clone(), run: meant.run.clone(), since: args.since };
    let query = RecordQuery { workspace, newest_first: true, limit: args.limit, ..RecordQuery::default() };
    let entries = accounts.audit(&filter, query, now()).await?;
    store.close().await?;
    meant.check(&entries)?;
    show(&entries, &context.output);
    Ok(())
}

/// The run whose entries are meant.
#[derive(Default)]
pub struct Meant {
    /// Its id.
    pub run: Option<RunId>,
    unknown: Option<Failure>,
}

impl Meant {
    /// What a name means, after it was looked for among the runs. The log may know runs that whoever asks does not see.
    ///
    /// # Errors
    /// Where it is found nowhere and is no name of a run either.
    pub fn of(name: &str, found: Result<RunSummary, Failure>) -> Result<Self, Failure> {
        match (found, name.parse()) {
            (Ok(row), _) => Ok(Self { run: Some(row.run), unknown: None }),
            (Err(error), Ok(run)) => Ok(Self { run: Some(run), unknown: Some(error) }),
            (Err(error), Err(_)) => Err(error),
        }
    }

    /// # Errors
    /// Where neither the runs nor the log know it.
    pub fn check(self, entries: &[AuditView]) -> Result<(), Failure> {
        self.unknown.filter(|_| entries.is_empty()).map_or(Ok(()), Err)
    }
}

/// Shows entries of the log.
pub fn show(entries: &[AuditView], output: &Output) {
    if output.json {
        output.json_lines(entries);
        return;
    }
    if entries.is_empty() {
        output.line("the log has no such entry");
        return;
    }
    let mut table =
        Table::new(&[("WHEN", Left), ("WHO", Left), ("WHAT", Left), ("TO WHAT", Left), ("CHANGE", Left)], output);
    for entry in entries {
        // whoever is gone has no name any more
        let who = if entry.login.is_empty() { entry.by.as_str() } else { &entry.login };
        let change = change(entry.before.as_ref(), entry.after.as_ref());
        let texts = [who, &entry.action, &entry.target, &change];
        table.row([date(entry.at)].into_iter().chain(texts.map(|text| harmless(text).replace(['\n', '\t'], " "))));
    }
    table.print(output);
}

/// What became of what: fields that differ, where both are objects.
fn change(before: Option<&Value>, after: Option<&Value>) -> String {
    match (before, after) {
        (None, None) => String::new(),
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            // what is not there and what is nothing are the same
            let of = |fields: &Map<String, Value>, name: &String| fields.get(name).cloned().unwrap_or_default();
            let all = names.into_iter().map(|name| (name, of(before, name), of(after, name)));
            let differ = all.filter(|(_, before, after)| before != after);
            let differ = differ.map(|(name, before, after)| format!("{name}: {} -> {}", short(&before), short(&after)));
            differ.collect::<Vec<_>>().join(", ")
        }
        (Some(before), Some(after)) => format!("{} -> {}", short(before), short(after)),
        (Some(before), None) => format!("was {}", fields(before)),
        (None, Some(after)) => fields(after),
    }
}

fn fields(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let said = fields.iter().filter(|(_, value)| !value.is_null());
            said.map(|(name, value)| format!("{name}: {}", short(value))).collect::<Vec<_>>().join(", ")
        }
        value => short(value),
    }
}

fn short(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_is_what_differs() {
        // before, after, what is shown
        let table = [
            (None, None, ""),
            (None, Some(json!({ "role": "viewer", "note": null })), "role: viewer"),
            (Some(json!({ "login": "eve" })), None, "was login: eve"),
            (Some(json!("old name")), Some(json!("new name")), "old name -> new name"),
            (
                Some(json!({ "calls": 60, "usd": null, "tokens": 5 })),
                Some(json!({ "calls": 70, "tokens": 5, "minutes": 2.5 })),
                "calls: 60 -> 70, minutes: nothing -> 2.5",
            ),
        ];
        for (before, after, shown) in table {
            assert_eq!(change(before.as_ref(), after.as_ref()), shown);
        }
    }
}
