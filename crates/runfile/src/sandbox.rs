//! How code of a run is executed: `optimize.sandbox`, the files that checks execute, and those that they want beside them.

use std::collections::BTreeMap;

use clade_domain::{BackendChoice, Isolation, Language, ProgramSpec, SandboxMode, SandboxSpec};
use clade_metrics::Needs;

use crate::{
    context::Context,
    data::Files,
    schema::{NetworkInput, RunFile, SandboxInput, SandboxSettings},
    yaml::KeyPath,
};

/// The settings with the files that go into every sandbox; `None` where nothing is executed. Problems go to the context.
pub(crate) fn resolve<'f>(
    context: &mut Context<'_>,
    file: &RunFile,
    mut needs: Needs,
    program: Option<&'f ProgramSpec>,
    executed: impl Iterator<Item = &'f String>,
) -> Option<SandboxSpec> {
    let none = SandboxSettings::default();
    let mode = |mode| SandboxSettings { mode: Some(mode), ..SandboxSettings::default() };
    let short;
    let input = match file.optimize.as_ref().and_then(|o| o.sandbox.as_ref()) {
        None => &none,
        Some(SandboxInput::Settings(settings)) => settings,
        Some(SandboxInput::Mode(name)) => {
            short = mode(*name);
            &short
        }
    };
    let usual = SandboxSpec::default();
    let wanted = input.mode.unwrap_or_default() == SandboxMode::Always;
    let far = input.backend == Some(BackendChoice::Daytona);
    if input.isolation == Some(Isolation::Machine) && !far {
        let fix = "write `namespaces`, which is the default, or `backend: daytona`";
        let message = "this backend gives a sandbox no machine of its own";
        context.problem(&KeyPath::of("optimize.sandbox.isolation"), message, fix);
    }
    let network = match &input.network {
        Some(NetworkInput::Hosts(hosts)) => hosts.clone(),
        Some(NetworkInput::Nobody(_)) | None => Vec::new(),
    };
    for (name, wished) in [("network", !network.is_empty()), ("image", input.image.is_some())] {
        if wished && !far {
            let fix = format!("take `{name}` out, or write `backend: daytona`");
            let message = format!("sandboxes of this machine have no `{name}`");
            context.problem(&KeyPath::of("optimize.sandbox").name(name), message, fix);
        }
    }
    if let Some(program) = program {
        needs.code = true;
        match program.language {
            Language::Python => needs.python = true,
            Language::JavaScript => needs.javascript = true,
        }
    }
    let reader = Files::new(context.folder.clone());
    let mut files = BTreeMap::new();
    for path in program.map(|program| &program.path).into_iter().chain(executed) {
        // what is wrong with it was said at the check that names it
        if let Ok((path, text)) = reader.code(path) {
            files.insert(path, text);
        }
    }
    for (i, path) in input.files.iter().enumerate() {
        match reader.code(path) {
            Ok((path, text)) => drop(files.insert(path, text)),
            Err((message, fix)) => context.problem(&KeyPath::of("optimize.sandbox.files").index(i), message, fix),
        }
    }
    let languages = [(needs.python, Language::Python), (needs.javascript, Language::JavaScript)];
    let spec = SandboxSpec {
        backend: input.backend.unwrap_or_default(),
        mode: input.mode.unwrap_or_default(),
        isolation: input.isolation.unwrap_or_default(),
        limits: input.limits.unwrap_or_default(),
        image: input.image.clone(),
        from: None,
        network,
        files,
        languages: languages.into_iter().filter(|(needed, _)| *needed).map(|(_, language)| language).collect(),
        python: input.python.as_deref().map_or(usual.python, |written| interpreter(context, written, far)),
        node: input.node.as_deref().map_or(usual.node, |written| interpreter(context, written, far)),
    };
    (needs.code || wanted).then_some(spec)
}

/// An interpreter as it is found from everywhere; that of a machine elsewhere is named as it is there.
fn interpreter(context: &Context<'_>, written: &str, far: bool) -> String {
    let place =
        if far || !written.contains('/') { None } else { std::path::absolute(context.folder.join(written)).ok() };
    place.map_or_else(|| written.to_owned(), |place| place.to_string_lossy().into_owned())
}
