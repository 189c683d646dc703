/// The search that a name from elsewhere stands for: of papers, of libraries, or of its kind.
pub(crate) fn search_called(written: &str) -> Option<&'static str> {
    let plain: String = written.chars().filter(char::is_ascii_alphanumeric).collect();
    Some(match plain.to_lowercase().as_str() {
        "default" | "best" => "auto",
        "ga" | "geneticalgorithm" | "evolution" | "evolutionary" | "evopromptga" => "genetic",
        "randomsearch" => "random",
        "greedy" | "localsearch" | "hillclimber" => "hill-climb",
        "pareto" | "dspygepa" => "gepa",
        "evoprompt" | "evopromptde" | "differentialevolution" => "de",
        "dspy" | "miprov1" | "miprov2" | "bayesian" | "bootstrapfewshot" => "mipro",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use clade_domain::StrategyName;

    use super::*;

    #[test]
    fn names_from_elsewhere_stand_for_searches_that_there_are() {
        for (theirs, ours) in [
            ("evoprompt", "de"),
            ("EvoPrompt-GA", "genetic"),
            ("differential_evolution", "de"),
            ("MIPROv2", "mipro"),
            ("dspy", "mipro"),
            ("genetic algorithm", "genetic"),
            ("random-search", "random"),
            ("pareto", "gepa"),
            ("greedy", "hill-climb"),
            ("default", "auto"),
        ] {
            assert_eq!(search_called(theirs), Some(ours), "{theirs}");
            assert!(StrategyName::ALL.iter().any(|name| name.as_str() == ours), "{ours}");
        }
        assert_eq!(search_called("textgrad"), None);
    }
}
