use clade_domain::{Action, Role};

use crate::{Gate, routes};

/// Who may do what, and over which routes, as a page in Markdown: made of the table of rights and the table of routes.
#[must_use]
pub fn rights() -> String {
    let mut text = String::from("| what | viewer | user | admin | instance admin |\n| --- | --- | --- | --- | --- |\n");
    for action in Action::ALL {
        let cell = |role: Role| if role.permits(*action) { "yes" } else { "" };
        let [viewer, user, admin, instance] = Role::ALL.map(cell);
        let words = action.words().trim_end_matches('.');
        text.push_str(&format!("| {words} | {viewer} | {user} | {admin} | {instance} |\n"));
    }
    text.push_str("\n| route | what it does | asks for |\n| --- | --- | --- |\n");
    for route in routes::all() {
        let right = match route.gate {
            Gate::Open => "nothing: anybody".to_owned(),
            Gate::SignedIn => "being signed in".to_owned(),
            Gate::Instance(action) | Gate::Workspace(action) | Gate::Run(action) => words(action),
            Gate::Shown => format!("{}, or a link that shows the run", words(Action::ReadRuns)),
        };
        text.push_str(&format!("| `{} {}` | {} | {right} |\n", route.method, route.whole_path(), route.about));
    }
    text
}

fn words(action: Action) -> String {
    action.words().trim_end_matches('.').to_lowercase()
}
