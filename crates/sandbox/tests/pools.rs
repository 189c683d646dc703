//! What pools of warm runners keep.

#![cfg(target_os = "linux")]

mod support;

use std::sync::Arc;

use clade_sandbox::channel::{Call, NoModels, Pool, RunnerSpec, Source};
use clade_sandbox::{Language, LocalBackend, SandboxSpec, find_interpreter};
use serde_json::json;

#[tokio::test]
async fn a_pool_that_makes_way_keeps_the_runner_that_was_used_last() {
    let interpreter = find_interpreter(Language::Python, "python3").unwrap();
    let (mut settings, _folder) = support::settings();
    settings.read_only.clone_from(&interpreter.read_only);
    let spec = RunnerSpec {
        sandbox: SandboxSpec::default(),
        from: None,
        language: Language::Python,
        program: interpreter.program,
        files: Vec::new(),
    };
    let pool = Pool::new(Arc::new(LocalBackend::new(settings)), spec, 3);
    pool.warm(3).await.unwrap();
    let code = "import os\nopen('mark', 'a').write('x')\nreturn os.path.getsize('mark')";
    let mark = || Call { source: Source::Inline { code: code.to_owned(), names: Vec::new() }, args: Vec::new() };
    assert_eq!(pool.call(&mark(), &NoModels).await.unwrap().value, json!(1));
    assert_eq!((pool.shrink(), pool.idle_runners(), pool.shrink()), (2, 1, 0));
    assert_eq!(pool.call(&mark(), &NoModels).await.unwrap().value, json!(2));
    assert!(pool.keep().await.unwrap().is_some());
    pool.close().await.unwrap();
}
