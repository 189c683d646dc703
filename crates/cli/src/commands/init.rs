use std::path::Path;

use crate::{
    args::{InitArgs, Overwrite},
    context::Context,
    failure::Failure,
    files,
};

const FILES: [(&str, &str); 3] = [
    ("promptclade.yaml", include_str!("init/promptclade.yaml")),
    ("prompt.txt", include_str!("init/prompt.txt")),
    ("data.jsonl", include_str!("init/data.jsonl")),
];

/// `clade init`
pub fn run(args: &InitArgs, context: &Context) -> Result<(), Failure> {
    std::fs::create_dir_all(&args.folder).map_err(|error| Failure::io("create the folder", &args.folder, &error))?;
    let there: Vec<_> = FILES.iter().map(|(name, _)| *name).filter(|name| args.folder.join(name).exists()).collect();
    if !there.is_empty() && !args.force {
        return Err(Failure::Usage(format!(
            "{} has {} already; name another folder, or overwrite with --force",
            args.folder.display(),
            there.join(", ")
        )));
    }
    for (name, content) in FILES {
        write(&args.folder.join(name), content)?;
    }
    let place = |name| args.folder.join(name).display().to_string();
    context.output.line(format!(
        "wrote {}, {} and {}\n\nnext:\n  clade check {}   # validates and estimates, spends nothing\n  clade run {}     # runs with the simulated model until you name a real one",
        place("promptclade.yaml"),
        place("prompt.txt"),
        place("data.jsonl"),
        place("promptclade.yaml"),
        place("promptclade.yaml"),
    ));
    if context.output.json {
        let written: Vec<_> = FILES.iter().map(|(name, _)| place(name)).collect();
        context.output.json_line(&serde_json::json!({ "written": written }));
    }
    Ok(())
}

fn write(path: &Path, content: &str) -> Result<(), Failure> {
    files::write(path, content, Overwrite { force: true })
}
