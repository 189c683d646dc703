use clade_domain::{
    ChatAnswer, Component, Constraints, Demonstration, FinishReason, Judgement, MessageRole, ModelAnswer, ModelRequest,
    Prompt, Step, Usage, Vars,
};
use serde_json::json;

use crate::operators::{Operator, Proposal, ProposalContext, Rejection, Rollout};

/// Everything a context borrows.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) parents: Vec<Prompt>,
    pub(super) seed_prompt: Prompt,
    pub(super) task: String,
    pub(super) notes: Vec<String>,
    pub(super) failures: Vec<Rollout>,
    pub(super) successes: Vec<Rollout>,
    pub(super) demonstrations: Vec<Demonstration>,
    pub(super) brief: Option<String>,
    pub(super) constraints: Constraints,
}

impl Scene {
    pub(super) fn of(parents: Vec<Prompt>) -> Self {
        Self {
            seed_prompt: parents[0].clone(),
            parents,
            task: "Solve grade-school problems.".into(),
            notes: Vec::new(),
            failures: vec![rollout("2+2?", "5", false), rollout("3*4?", "12 apples", false)],
            successes: vec![rollout("1+1?", "2", true)],
            demonstrations: vec![demonstration("7-2?", "5"), demonstration("8/4?", "2")],
            brief: None,
            constraints: Constraints::default(),
        }
    }

    pub(super) fn briefed(mut self, brief: &str) -> Self {
        self.brief = Some(brief.to_owned());
        self
    }

    pub(super) fn text(text: &str) -> Self {
        Self::of(vec![Prompt::user(text)])
    }

    pub(super) fn freezing(mut self, frozen: &[&str]) -> Self {
        self.constraints.frozen = frozen.iter().map(|text| (*text).to_owned()).collect();
        self
    }

    pub(super) fn context(&self) -> ProposalContext<'_> {
        ProposalContext {
            parents: &self.parents,
            scores: &[0.5, 0.25, 0.2, 0.1],
            seed_prompt: &self.seed_prompt,
            task: &self.task,
            notes: &self.notes,
            failures: &self.failures,
            successes: &self.successes,
            demonstrations: &self.demonstrations,
            brief: self.brief.as_deref(),
            constraints: &self.constraints,
        }
    }
}

pub(super) fn vars(value: serde_json::Value) -> Vars {
    serde_json::from_value(value).unwrap()
}

pub(super) fn demonstration(question: &str, answer: &str) -> Demonstration {
    Demonstration { vars: vars(json!({"question": question, "context": "none"})), answer: answer.into() }
}

pub(super) fn rollout(question: &str, answer: &str, pass: bool) -> Rollout {
    Rollout {
        vars: vars(json!({"question": question, "expected": "hidden"})),
        answer: answer.into(),
        score: f64::from(u8::from(pass)),
        judgements: vec![Judgement {
            metric: "accuracy".into(),
            score: f64::from(u8::from(pass)),
            pass,
            reason: if pass { "right".into() } else { format!("`{answer}` is not the expected number") },
            weight: 1.0,
        }],
    }
}

pub(super) fn component(name: &str, role: MessageRole, text: &str, frozen: bool) -> Component {
    Component { name: name.into(), role, text: text.into(), frozen }
}

pub(super) fn chat(text: &str) -> ModelAnswer {
    ModelAnswer::Chat(ChatAnswer {
        text: text.to_owned(),
        usage: Usage::default(),
        cost: None,
        latency_ms: 1,
        finish: FinishReason::Stop,
        cached: false,
        shared: false,
    })
}

/// The proposal of a step that must be done.
pub(super) fn done(step: Result<Step<Proposal>, Rejection>) -> Result<Proposal, Rejection> {
    step.map(|step| match step {
        Step::Done(proposal) => proposal,
        Step::Ask(_) => panic!("the operator asks where it should be done"),
    })
}

/// The only chat request of a step, its messages as one text.
pub(super) fn asked(step: Result<Step<Proposal>, Rejection>) -> String {
    match step {
        Ok(Step::Ask(requests)) => match requests.as_slice() {
            [ModelRequest::Chat(request)] => request
                .messages
                .iter()
                .map(|message| format!("=== {:?}\n{}\n", message.role, message.content))
                .collect(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// Distinct results over many seeds, in order.
pub(super) fn outcomes(operator: &dyn Operator, scene: &Scene) -> Vec<Prompt> {
    let mut found: Vec<Prompt> = Vec::new();
    for seed in 0..64 {
        if let Ok(proposal) = done(operator.step(&scene.context(), seed, &[]))
            && !found.contains(&proposal.prompt)
        {
            found.push(proposal.prompt);
        }
    }
    found.sort_by_key(Prompt::to_text);
    found
}
