use clade_domain::AutoSpec;

use crate::{
    operators::{self, Operator},
    strategy::weights::{self, Weighted},
};

/// Who writes edits where the run file names no operators. Choosing among several by what each had earned (Thompson sampling) found
/// worse prompts in nearly every simulated world than reflecting on one failure at a time.
const DEFAULT: &str = "reflect";

/// The operators that write edits, with their weights.
pub(super) fn of(settings: &AutoSpec) -> Vec<Weighted> {
    if settings.operators.is_empty() {
        return operators::by_name(DEFAULT).map(|operator| (operator, 1.0)).into_iter().collect();
    }
    let mut writers = weights::of(&settings.operators);
    writers.retain(|(operator, _)| operator.kind().parents == 1);
    writers
}

/// How many failures an edit of this operator is made for. Where it could look at several, one is enough: what is made for three is
/// verified at the price of three.
pub(super) fn targets_of(operator: &dyn Operator) -> usize {
    operator.wants().failures.min(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(operators: &[(&str, f64)]) -> Vec<&'static str> {
        let operators = operators.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect();
        of(&AutoSpec { operators, ..AutoSpec::default() }).into_iter().map(|(operator, _)| operator.name()).collect()
    }

    #[test]
    fn the_run_file_says_who_writes() {
        assert_eq!(names(&[]), ["reflect"]);
        // one without weight is off, and a crossover has no second parent here
        let named = [("contrast", 2.0), ("demonstration-add", 0.1), ("paraphrase", 0.0), ("crossover", 1.0)];
        assert_eq!(names(&named), ["contrast", "demonstration-add"]);
    }

    #[test]
    fn an_edit_is_made_for_one_failure_or_for_none() {
        let targets = |name| targets_of(operators::by_name(name).unwrap());
        assert_eq!((targets("reflect"), targets("elaborate"), targets("demonstration-add")), (1, 0, 0));
    }
}
