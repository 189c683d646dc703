//! supabase-js and supabase-py sign in and read and write what they may, and not what they may not.
//!
//! The stand-in for Auth answers them, in front of real PostgreSQL with row-level security and a real PostgREST. Where `PROMPTCLADE_TEST_SUPABASE_URL`,
//! `..._KEY` and `..._SERVICE` name a real project that needs no mail to sign up, the same judges then judge its Auth.

use std::process::{Command, Stdio};

use clade_domain::Role;
use serde_json::{Value, json};

use crate::{
    common::{run_file, text},
    project::Project,
};

/// Lets a program judge a project with a run in its workspace `north`.
async fn judged(mut command: Command, verdict: &str) {
    if let Ok(url) = std::env::var("PROMPTCLADE_TEST_SUPABASE_URL") {
        let key = |name: &str| std::env::var(format!("PROMPTCLADE_TEST_SUPABASE_{name}")).unwrap();
        let mut again = Command::new(command.get_program());
        again.args(command.get_args()).args([&url, &key("KEY"), &key("SERVICE"), "-", "-"]);
        again.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        asked(again, verdict).await;
    }
    let Some(project) = Project::start().await else { return };
    let keeper = project.server.person("keeper", true).await;
    project.server.workspace("north", &keeper).await;
    let made: Value = keeper.post("/workspaces/north/runs", run_file(60), 201).await;
    let run = text(&made["run"]);
    keeper.ended(&run).await;
    let until = clade_engine::now().0 / 1_000 + 600;
    let service = project.auth.token(&json!({ "role": "service_role", "exp": until }));
    let token = project.server.token(keeper.user.clone(), Role::Instance).await.token;
    command.args([&project.auth.url(), "sb_publishable_test", &service, &project.server.url, &run]);
    command.env("CLADE_KEEPER", token).env("NO_PROXY", "127.0.0.1");
    asked(command, verdict).await;
    project.server.stop().await;
}

async fn asked(mut command: Command, verdict: &str) {
    command.stdin(Stdio::null());
    // the server answers on this runtime meanwhile
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains(verdict), "{said}");
}

#[tokio::test]
async fn supabase_js_is_content() {
    let Some(modules) = std::env::var_os("CLADE_TEST_NODE_MODULES") else {
        println!("skipped: supabase_js_is_content (CLADE_TEST_NODE_MODULES is not set)");
        return;
    };
    let mut command = Command::new("node");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/js/judge.mjs")).env("CLADE_TEST_NODE_MODULES", modules);
    judged(command, "judged by supabase-js").await;
}

#[tokio::test]
async fn supabase_py_is_content() {
    let Some(python) = std::env::var_os("CLADE_TEST_PYTHON") else {
        println!("skipped: supabase_py_is_content (CLADE_TEST_PYTHON is not set)");
        return;
    };
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/judge_supabase.py"));
    judged(command, "judged by supabase-py").await;
}
