use clade_domain::{ModelAnswer, Step};

use super::edit::{not_applicable, parent};
use crate::operators::{Operator, OperatorKind, Proposal, ProposalContext, Rejection};

/// Takes from each of two prompts the components that it changed: the first parent, with the components that it has from the third,
/// their common ancestor, and that the second changed. Where both changed one, the first keeps its own, being the better one. Source:
/// Agrawal et al. 2025 (GEPA), system-aware merge.
#[derive(Debug, Clone, Copy)]
pub struct ComponentMerge;

impl Operator for ComponentMerge {
    fn name(&self) -> &'static str {
        "component-merge"
    }

    fn description(&self) -> &'static str {
        "takes from each of two prompts the components that it changed"
    }

    fn kind(&self) -> OperatorKind {
        OperatorKind { model_written: false, parents: 3 }
    }

    fn default_weight(&self) -> f64 {
        // it needs to know the common ancestor, which only some strategies tell
        0.0
    }

    fn step(&self, context: &ProposalContext<'_>, _: u64, _: &[ModelAnswer]) -> Result<Step<Proposal>, Rejection> {
        let (first, second, base) = (parent(context, 0)?, parent(context, 1)?, parent(context, 2)?);
        let mut prompt = first.clone();
        let mut taken = Vec::new();
        for component in prompt.components.iter_mut().filter(|component| !component.frozen) {
            let of = |text: &[clade_domain::Component]| {
                text.iter().find(|other| other.name == component.name).map(|other| other.text.clone())
            };
            let (Some(theirs), Some(old)) = (of(&second.components), of(&base.components)) else { continue };
            if component.text == old && theirs != old {
                component.text = theirs;
                taken.push(component.name.clone());
            }
        }
        if prompt.demonstrations == base.demonstrations && second.demonstrations != base.demonstrations {
            prompt.demonstrations.clone_from(&second.demonstrations);
            taken.push("demonstrations".to_owned());
        }
        if taken.is_empty() {
            return Err(not_applicable("the second prompt changed nothing that the first one kept"));
        }
        Ok(Step::Done(Proposal::new(prompt, format!("takes {} from the second prompt", taken.join(", ")))))
    }
}
