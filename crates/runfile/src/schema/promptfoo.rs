//! Keys that promptfoo has and a run file has not, each with what to do instead. The list is promptfoo's own config schema
//! (`site/static/config-schema.json` and `src/types/index.ts` of promptfoo/promptfoo).

/// What to do about a key of promptfoo's that would change results and is not supported. `object` is the schema's name of
/// the object that holds it, such as `TestCase`.
pub(crate) fn unsupported(object: &str, key: &str) -> Option<&'static str> {
    let transform = "let the prompt ask for the form that is wanted, or prepare the data beforehand";
    let fix = match (object, key) {
        ("RunFile", "scenarios") => "write the combinations as `tests`; lists in `vars` are combined",
        ("RunFile", "assertionTemplates") => {
            "write the assertions out, or repeat them by a YAML anchor (`&name`, `*name`)"
        }
        ("RunFile", "derivedMetrics") => "name the metrics in `optimize.objectives` with weights",
        ("RunFile", "nunjucksFilters") => "prepare the values in the data; MiniJinja's own filters are there",
        ("RunFile", "extensions") => "remove it: hooks in JavaScript or Python are not run",
        ("RunFile", "redteam") => "remove it: red teaming is promptfoo's",
        ("RunFile", "providerPromptMap") => "write one run file for each pair of prompt and provider",
        ("RunFile", "defaultPrompt" | "config") => "remove it",
        ("PromptObject", "config" | "function") => "put the settings into the provider's `config`",
        ("PromptObject", "display" | "template") => "use `label` and `raw`",
        ("ProviderObject" | "ProviderOptions", "prompts") => "write one run file for each pair of prompt and provider",
        ("ProviderObject" | "ProviderOptions", "transform") => transform,
        ("ProviderObject" | "ProviderOptions", "env") => "use the `env` of the run file, or `apiKeyEnvar` in `config`",
        ("ProviderObject" | "ProviderOptions", "inputs") => "remove it",
        ("TestCase", "provider" | "providers") => "write one run file for each provider",
        ("TestCase", "prompts") => "write one run file for each set of prompts",
        ("TestCase", "providerOutput") => "remove it: outputs are always asked of the model",
        ("TestCase", "assertScoringFunction") => "give the assertions a `weight`, and `threshold` to the test",
        ("TestOptions", "transform" | "postprocess" | "transformVars") => transform,
        ("TestOptions", "storeOutputAs") => "make each test stand on its own",
        ("TestOptions", "factuality") => "set the scores in the assertion's `config`",
        ("AssertInput", "transform" | "contextTransform") => transform,
        (_, "$ref") => "write out what it refers to, or repeat it by a YAML anchor (`&name`, `*name`)",
        ("PathObject", "config") => "write the tests to a jsonl file first: generators are not run",
        _ => return None,
    };
    Some(fix)
}

/// What is said of a key of the run file that promptfoo reads and that is ignored here.
pub(crate) fn ignored_note(object: &str, key: &str) -> Option<&'static str> {
    match (object, key) {
        ("RunFile", "outputPath") => Some("`clade export` and `clade report` write files"),
        ("RunFile", "commandLineOptions") => Some("use the options of `clade`, or `evaluateOptions`"),
        ("RunFile", "sharing" | "tags" | "metadata" | "writeLatestResults" | "tracing") => {
            Some("promptfoo alone reads it")
        }
        ("EvaluateOptionsInput", "showProgressBar" | "silent") => Some("`--quiet` silences the progress"),
        ("EvaluateOptionsInput", "generateSuggestions" | "interactiveProviders" | "eventSource") => {
            Some("promptfoo alone reads it")
        }
        ("TestOptions", "disableConversationVar" | "runSerially") => {
            Some("examples are independent of each other here")
        }
        _ => None,
    }
}
