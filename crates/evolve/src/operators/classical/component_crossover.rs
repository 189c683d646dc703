use clade_domain::{ModelAnswer, Step};
use rand::RngExt;

use super::edit::{CROSSOVER, not_applicable, parent, rng};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Takes each component, and the demonstrations, from one of two parents by the toss of a coin (uniform crossover), so that both
/// give something. Frozen components are the same in both.
#[derive(Debug, Clone, Copy)]
pub struct ComponentCrossover;

impl Operator for ComponentCrossover {
    fn name(&self) -> &'static str {
        "component-crossover"
    }

    fn description(&self) -> &'static str {
        "takes each component, and the demonstrations, from one of two parents"
    }

    fn kind(&self) -> OperatorKind {
        CROSSOVER
    }

    fn default_weight(&self) -> f64 {
        0.5
    }

    fn step(&self, context: &ProposalContext<'_>, seed: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        let (first, second) = (parent(context, 0)?, parent(context, 1)?);
        if first.components.len() != second.components.len() {
            return Err(not_applicable("the parents have different components"));
        }
        // the demonstrations are one more part
        let mut differ: Vec<usize> = first
            .components
            .iter()
            .zip(&second.components)
            .enumerate()
            .filter(|(_, (a, b))| !a.frozen && a.name == b.name && a.text != b.text)
            .map(|(index, _)| index)
            .collect();
        let demonstrations = first.components.len();
        if first.demonstrations != second.demonstrations {
            differ.push(demonstrations);
        }
        if differ.len() < 2 {
            return Err(not_applicable(
                "the parents differ in fewer than two parts; sentence-crossover mixes inside one",
            ));
        }
        // every choice but all from one parent is equally likely
        let most = (1_u64 << differ.len().min(63)) - 1;
        let choice = rng(seed).random_range(1..most);
        let mut prompt = first.clone();
        let mut taken = Vec::new();
        for (bit, &index) in differ.iter().enumerate().filter(|(bit, _)| *bit < 63) {
            if choice >> bit & 1 == 0 {
                continue;
            }
            if index == demonstrations {
                prompt.demonstrations.clone_from(&second.demonstrations);
                taken.push("the demonstrations".to_owned());
            } else if let (Some(new), Some(other)) = (prompt.components.get_mut(index), second.components.get(index)) {
                new.text.clone_from(&other.text);
                taken.push(format!("`{}`", other.name));
            }
        }
        Ok(Step::Done(Proposal::new(prompt, format!("takes {} from the second parent", taken.join(", ")))))
    }
}
