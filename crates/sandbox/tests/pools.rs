//! What pools of warm runners keep.

#![cfg(target_os = "linux")]

mod support;

use std::sync::Arc;

use clade_sandbox::channel::{Call, NoModels, Pool, RunnerSpec, Source, Take, Went};
use clade_sandbox::{InsidePath, Language, Limit, Limits, LocalBackend, SandboxSpec, find_interpreter};
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

const TAKES: [(&str, Language, &str, &str); 2] = [
    (
        "check.py",
        Language::Python,
        "import os, shutil\nWORDS = os.path.join(os.getcwd(), 'lib/words.txt')\nHERE = os.path.join(os.getcwd(), 'check.py')\n\
         def look(how=''):\n    \
             said = open(WORDS).read()\n    \
             if how == 'unlink': os.unlink(HERE)\n    \
             if how == 'all': [shutil.rmtree(os.path.dirname(WORDS)), os.unlink(HERE)]\n    \
             if how == 'folder': [os.unlink(HERE), os.mkdir(HERE)]\n    \
             if how == 'loop': [os.unlink(HERE), os.symlink(HERE, HERE)]\n    \
             if how == 'write': open(WORDS, 'w').write('other')\n    \
             if how == 'fork' and os.fork() == 0: os.setsid(); os.unlink(WORDS); import time; time.sleep(60)\n    \
             while how == 'fork' and os.path.exists(WORDS): pass\n    \
             return said\n",
        "python3",
    ),
    (
        "check.js",
        Language::JavaScript,
        "const fs = require('fs');\nconst WORDS = `${process.cwd()}/lib/words.txt`;\nconst HERE = `${process.cwd()}/check.js`;\n\
         exports.look = (how) => {\n  \
             const said = fs.readFileSync(WORDS, 'utf8');\n  \
             if (how === 'unlink') fs.unlinkSync(HERE);\n  \
             if (how === 'all') { fs.rmSync(`${process.cwd()}/lib`, { recursive: true }); fs.unlinkSync(HERE); }\n  \
             if (how === 'folder') { fs.unlinkSync(HERE); fs.mkdirSync(HERE); }\n  \
             if (how === 'loop') { fs.unlinkSync(HERE); fs.symlinkSync(HERE, HERE); }\n  \
             if (how === 'write') fs.writeFileSync(WORDS, 'other');\n  \
             return said;\n};\n",
        "node",
    ),
];

#[tokio::test]
async fn who_comes_after_a_call_that_took_files_away_is_sent_to_a_fresh_sandbox() {
    for (file, language, code, program) in TAKES {
        let interpreter = find_interpreter(language, program).unwrap();
        let (mut settings, _folder) = support::settings();
        settings.read_only.clone_from(&interpreter.read_only);
        let path = |name: &str| InsidePath::new(name).unwrap();
        let spec = RunnerSpec {
            sandbox: SandboxSpec::default(),
            from: None,
            language,
            program: interpreter.program,
            files: vec![(path(file), code.into()), (path("lib/words.txt"), "words".into())],
        };
        let pool = Pool::new(Arc::new(LocalBackend::new(settings)), spec, 1);
        let source = || Source::File { path: path(file), function: "look".to_owned() };
        let look = |how: &str| Call { source: source(), args: vec![json!(how)] };
        for how in ["unlink", "all", "folder", "loop", "write", "fork"] {
            if how == "fork" && language == Language::JavaScript {
                continue;
            }
            let mut went = Went::default();
            pool.call_in(&look(""), &NoModels, Take::Any, &mut went).await.unwrap();
            pool.call_in(&look(how), &NoModels, Take::Any, &mut went).await.unwrap();
            assert!(went.warm, "{file} {how}");
            if how != "fork" {
                let found = pool.call_in(&look(""), &NoModels, Take::Any, &mut went).await;
                let error = found.expect_err(how);
                assert!(went.warm && went.may_suffer_for_others(&error), "{file} {how}: {error:?}");
            }
            assert_eq!(pool.idle_runners(), 0, "{file} {how}: nobody else comes there");
            let again = pool.call_in(&look(""), &NoModels, Take::Fresh, &mut went).await.unwrap();
            assert_eq!(again.value, json!("words"), "{file} {how}");
            pool.find(&source()).await.unwrap();
        }
        pool.close().await.unwrap();
    }
}

/// What one call leaves keeps the interpreter busy, so that the next one never begins.
#[tokio::test]
async fn who_comes_after_a_call_that_keeps_the_interpreter_busy_is_sent_to_a_fresh_sandbox() {
    let interpreter = find_interpreter(Language::JavaScript, "node").unwrap();
    let (mut settings, _folder) = support::settings();
    settings.read_only.clone_from(&interpreter.read_only);
    let code = "exports.look = (how) => {\n  \
                const on = () => process.nextTick(on);\n  \
                if (how === 'stay') setImmediate(on);\n  return how;\n};\n";
    let path = InsidePath::new("check.js").unwrap();
    let limits = Limits { wall_seconds: 5, cpu_seconds: 60, ..Limits::default() };
    let spec = RunnerSpec {
        sandbox: SandboxSpec { limits, ..SandboxSpec::default() },
        from: None,
        language: Language::JavaScript,
        program: interpreter.program,
        files: vec![(path.clone(), code.into())],
    };
    let pool = Pool::new(Arc::new(LocalBackend::new(settings)), spec, 1);
    let source = Source::File { path, function: "look".to_owned() };
    let look = |how: &str| Call { source: source.clone(), args: vec![json!(how)] };
    let mut went = Went::default();
    pool.call_in(&look("stay"), &NoModels, Take::Any, &mut went).await.unwrap();
    let error = pool.call_in(&look("next"), &NoModels, Take::Any, &mut went).await.unwrap_err();
    assert!(error.limit() == Some(Limit::Wall) && went.may_suffer_for_others(&error), "{error:?}");
    let again = pool.call_in(&look("next"), &NoModels, Take::Fresh, &mut went).await.unwrap();
    assert_eq!(again.value, json!("next"));
    pool.close().await.unwrap();
}
