use clade_domain::{ModelRole, ModelSpec, RunMode, RunSpec, Split, StrategySpec};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{DataProfile, Loaded, Problem, shortfall::Shortfall, text::count};

/// What a model costs, in USD.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Price {
    /// A million input tokens.
    pub input: f64,
    /// A million output tokens.
    pub output: f64,
    /// One request, beside its tokens.
    pub request: f64,
}

/// Output tokens of an answer where the model's settings bound them no tighter: low, likely, high.
const ANSWER_TOKENS: [f64; 3] = [20.0, 200.0, 800.0];

/// Output tokens of a proposal.
const PROPOSAL_TOKENS: [f64; 3] = [100.0, 400.0, 1200.0];

/// Output tokens of a verdict.
const VERDICT_TOKENS: [f64; 3] = [20.0, 100.0, 300.0];

/// Input tokens of a reflection call beside the prompt: instructions, and rollouts with feedback.
const REFLECTION_FRAME: [f64; 3] = [300.0, 1500.0, 4000.0];

/// Input tokens of a judge call beside the question and the answer.
const JUDGE_FRAME: [f64; 3] = [150.0, 400.0, 800.0];

/// Seconds of one call.
const SECONDS: [f64; 3] = [0.5, 2.0, 8.0];

/// Calls at once where nothing is said: what adaptive concurrency usually finds.
const CONCURRENCY: f64 = 32.0;

/// Candidates that meet validation, and prompts that meet test.
const FINALISTS: f64 = 6.0;
/// Most of the calls that choosing takes.
const SELECTION_SHARE: f64 = 0.1;

/// Reflection calls for each candidate of a genetic search: low, likely, high. Some candidates are edits that ask nobody; what is turned away
/// is tried again, and a model that breaks a placeholder, which happens more easily in chats, is asked twice. Of 30 runs on the simulated model with
/// prompts of one to four messages the mean was 0.8.
const WRITTEN: [f64; 3] = [0.4, 0.8, 1.3];

/// A figure with its range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, JsonSchema)]
pub struct Range {
    /// Where little is bought.
    pub low: f64,
    /// The figure to plan by.
    pub likely: f64,
    /// Where much is bought; never above the budget.
    pub high: f64,
}

/// What one phase of a run buys.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PhaseEstimate {
    /// `search`, `reflection`, `judge`, `validation` or `test`; `evaluation` for `clade eval`.
    pub phase: &'static str,
    /// Calls.
    pub calls: Range,
    /// Input tokens.
    pub tokens_in: Range,
    /// Output tokens.
    pub tokens_out: Range,
    /// USD; `None` where a price is unknown.
    pub usd: Option<Range>,
}

/// What a run will buy, before it is started: an estimate from the sizes of prompts and data, not a promise. The budget is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "RunEstimate")]
pub struct Estimate {
    /// In order of the run; judge calls of all phases together.
    pub phases: Vec<PhaseEstimate>,
    /// All calls.
    pub calls: Range,
    /// All input tokens.
    pub tokens_in: Range,
    /// All output tokens.
    pub tokens_out: Range,
    /// USD of all; `None` where a price is unknown.
    pub usd: Option<Range>,
    /// Running time in seconds.
    pub seconds: Range,
    /// Calls at once that `seconds` assumes.
    pub concurrency: u32,
    /// Test examples that the evidence will rest on: all, or what the limit on calls leaves for them.
    pub test_examples: u32,
    /// Models whose price is unknown.
    pub unpriced: Vec<String>,
    /// One evaluation of the first prompt: calls, tokens, USD.
    pub evaluation: PhaseEstimate,
    /// The limit that pays for a part of the phases alone, where one does.
    pub shortfall: Option<Shortfall>,
}

impl Estimate {
    /// The limit of the budget that does not bear a single evaluation, if any. `answer` is how many tokens a call of the first task
    /// model sets aside for its answer, `price` what it costs: a call whose worst case does not fit is not made.
    #[must_use]
    pub fn below_one_evaluation(&self, loaded: &Loaded, answer: u64, price: Option<Price>) -> Option<Problem> {
        let budget = &loaded.spec.optimize.budget;
        let one = &self.evaluation;
        let places = &loaded.places;
        let below = |place: &Problem, most: String, least: String, more: &str| {
            let message = format!("a budget of {most} is below the {least} of one evaluation");
            Some(place.saying(message, format!("raise it to {least} or more{more}")))
        };
        if let Some(calls) = budget.calls.filter(|most| (*most as f64) < one.calls.low) {
            return below(&places.calls, counted(calls, "call"), one.calls.low.ceil().to_string(), "");
        }
        let output = (answer as f64).max(one.tokens_out.low);
        let worst = one.tokens_in.low + output;
        let bound = format!(
            ", or bound the answer, of which {answer} tokens are set aside, by `max_tokens` in the provider's `config`"
        );
        if let Some(tokens) = budget.tokens.filter(|most| (*most as f64) < worst) {
            return below(&places.tokens, counted(tokens, "token"), format!("{:.0}", worst.ceil()), &bound);
        }
        let worst = price.map(|p| (p.input * one.tokens_in.low + p.output * output) / 1e6 + p.request);
        let least = one.usd.map(|usd| usd.low.max(worst.unwrap_or(0.0)));
        match (budget.usd, least) {
            (Some(most), Some(least)) if most < least => {
                // in the last place upwards: what is named must do
                let least = format!("{:.6}", (least * 1e6).ceil() / 1e6);
                below(&places.usd, format!("{most} USD"), least, &bound)
            }
            _ => None,
        }
    }
}

/// Estimates a run. `price` knows a model's price.
#[must_use]
pub fn estimate(loaded: &Loaded, price: &dyn Fn(&ModelSpec) -> Option<Price>) -> Estimate {
    let test_examples = test_examples(loaded);
    let builder = Builder { spec: &loaded.spec, profile: &loaded.profile, price, test_examples, unpriced: Vec::new() };
    let counts = loaded.dataset.counts();
    let of = |split: Split| match split {
        Split::Train => f64::from(counts.train),
        Split::Validation => f64::from(counts.validation),
        Split::Test => f64::from(counts.test),
    };
    builder.build([of(Split::Train), of(Split::Validation), of(Split::Test)])
}

/// How many test examples the evidence will rest on.
fn test_examples(loaded: &Loaded) -> u32 {
    let all = loaded.dataset.counts().test;
    match loaded.spec.optimize.budget.calls {
        Some(calls) if loaded.spec.mode == RunMode::Optimize => {
            let affordable = (calls / calls_per_test_example(loaded)).max(1);
            all.min(u32::try_from(affordable).unwrap_or(u32::MAX))
        }
        _ => all,
    }
}

/// The limit on calls that lets one more test example into the evidence: two prompts meet it, and a quarter of the calls
/// is kept for that.
#[must_use]
pub fn calls_per_test_example(loaded: &Loaded) -> u64 {
    4 * 2 * u64::from(loaded.spec.task_calls() + loaded.dataset.judge_calls) * u64::from(loaded.spec.options.repeat)
}

struct Builder<'a> {
    spec: &'a RunSpec,
    profile: &'a DataProfile,
    price: &'a dyn Fn(&ModelSpec) -> Option<Price>,
    test_examples: u32,
    unpriced: Vec<String>,
}

/// Low, likely and high.
type Three = [f64; 3];

impl Builder<'_> {
    fn build(mut self, [train, validation, test]: Three) -> Estimate {
        let repeat = f64::from(self.spec.options.repeat);
        let judge = self.profile.mean_judge_calls;
        let mut phases = Vec::new();
        let trials = if self.spec.mode == RunMode::Evaluate {
            let models = self.spec.models.task.len() as f64;
            let all = (train + validation + test) * repeat * self.spec.prompts.len() as f64;
            phases.push(self.task("evaluation", [all * models; 3]));
            [all * models; 3]
        } else {
            let per_trial = f64::from(self.spec.task_calls()) + judge;
            let limit = self.spec.optimize.budget.calls.map(|n| n as f64);
            // what choosing and proving keep back: at most a quarter of the calls each
            let share = |parts: f64, examples: f64| {
                let bound =
                    limit.map_or(f64::INFINITY, |calls| (calls / 4.0 / (per_trial * repeat) / parts).floor().max(1.0));
                examples.min(bound) * parts * repeat
            };
            let most = limit.map_or(f64::INFINITY, |calls| (SELECTION_SHARE * calls / per_trial).floor());
            let validation = (FINALISTS * validation * repeat).min(most);
            let test = share(2.0, test);
            let (search, written) = self.search(train, limit, (validation + test) * per_trial, per_trial);
            phases.push(self.task("search", search));
            phases.push(self.chat("reflection", ModelRole::Reflection, written, REFLECTION_FRAME, PROPOSAL_TOKENS));
            phases.push(self.task("validation", [validation * 0.5, validation, validation]));
            phases.push(self.task("test", [test; 3]));
            std::array::from_fn(|i| search[i] + validation + test)
        };
        if judge > 0.0 {
            let calls = trials.map(|n| n * judge);
            phases.push(self.chat("judge", ModelRole::Judge, calls, JUDGE_FRAME, VERDICT_TOKENS));
        }
        let sum = |of: fn(&PhaseEstimate) -> Range| {
            phases.iter().map(of).fold(Range::default(), |a, b| Range {
                low: a.low + b.low,
                likely: a.likely + b.likely,
                high: a.high + b.high,
            })
        };
        let (mut calls, tokens_in, tokens_out) = (sum(|p| p.calls), sum(|p| p.tokens_in), sum(|p| p.tokens_out));
        if let Some(most) = self.spec.optimize.budget.calls {
            calls = cap(calls, most as f64);
        }
        let mut usd = phases.iter().map(|p| p.usd).try_fold(Range::default(), |a, b| {
            b.map(|b| Range { low: a.low + b.low, likely: a.likely + b.likely, high: a.high + b.high })
        });
        if let (Some(range), Some(most)) = (usd, self.spec.optimize.budget.usd) {
            usd = Some(cap(range, most));
        }
        let concurrency = self.spec.options.max_concurrency.map_or(CONCURRENCY, f64::from);
        let pace = self.spec.options.delay_ms as f64 / 1000.0;
        let time = |calls: f64, seconds: f64| (calls * seconds / concurrency).max(calls * pace);
        let mut seconds = Range {
            low: time(calls.low, SECONDS[0]),
            likely: time(calls.likely, SECONDS[1]),
            high: time(calls.high, SECONDS[2]),
        };
        if let Some(minutes) = self.spec.optimize.budget.minutes {
            seconds = cap(seconds, minutes * 60.0);
        }
        let shortfall = Shortfall::of(&phases, &self.spec.optimize.budget);
        let evaluation = self.one_evaluation();
        self.unpriced.sort();
        self.unpriced.dedup();
        let Self { unpriced, test_examples, .. } = self;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
        let concurrency = concurrency as u32;
        Estimate {
            phases,
            calls,
            tokens_in,
            tokens_out,
            usd,
            seconds,
            concurrency,
            test_examples,
            unpriced,
            evaluation,
            shortfall,
        }
    }

    /// Task calls of the search, and proposals that a model writes.
    fn search(&self, train: f64, limit: Option<f64>, reserve: f64, per_trial: f64) -> (Three, Three) {
        let StrategySpec::Genetic(genetic) = &self.spec.optimize.strategy else {
            // proposals and trials in the proportion that such searches settle at; what is left of the calls bounds both
            let trials = match limit {
                Some(calls) => [0.3, 0.75, 0.95].map(|share| ((calls - reserve).max(0.0) * share / per_trial).floor()),
                None => [train, 10.0 * train, 40.0 * train],
            };
            return (trials, [0.05, 0.15, 0.4].map(|share| share * trials[1]));
        };
        let population = f64::from(genetic.population);
        let children = f64::from(genetic.population.saturating_sub(genetic.elite).max(1));
        let repeat = f64::from(self.spec.options.repeat);
        let room = limit.map(|calls| (calls - reserve).max(0.0));
        let block = match (genetic.examples, room) {
            (Some(examples), _) => f64::from(examples),
            (None, Some(room)) => (room / (8.0 * children * per_trial * repeat)).clamp(20.0, 60.0).floor(),
            (None, None) => 40.0,
        };
        let block = block.min(train);
        let first = population * block * repeat;
        // without a limit of calls or generations the other limits decide; eight generations are the usual length
        let generations: Three = match genetic.generations {
            Some(n) => [f64::from(n) * 0.5, f64::from(n), f64::from(n)],
            None if limit.is_some() => [2.0, f64::INFINITY, f64::INFINITY],
            None => [2.0, 8.0, 30.0],
        };
        let mut search = [0.0; 3];
        let mut written = [0.0; 3];
        for i in 0..3 {
            let generation = children * block * repeat * per_trial + children * WRITTEN[i];
            let start = first * per_trial + population * WRITTEN[i];
            let affordable = room.map_or(f64::INFINITY, |room| ((room - start) / generation).max(0.0));
            let generations = generations[i].min(affordable);
            let all = first + generations * children * block * repeat;
            search[i] = room.map_or(all, |room| all.min(room / per_trial));
            written[i] = (population + generations * children) * WRITTEN[i];
        }
        (search, written)
    }

    fn task(&mut self, phase: &'static str, trials: Three) -> PhaseEstimate {
        let calls = trials.map(|n| n * f64::from(self.spec.task_calls()));
        let answer = self.answer_tokens();
        let mean = self.profile.mean_input_tokens;
        // prompts grow on the way: up to half as long again
        let input = if phase == "evaluation" { [mean; 3] } else { [mean * 0.9, mean * 1.2, mean * 1.5] };
        self.phase(phase, ModelRole::Task, calls, input, answer)
    }

    fn chat(
        &mut self,
        phase: &'static str,
        role: ModelRole,
        calls: Three,
        frame: Three,
        output: Three,
    ) -> PhaseEstimate {
        let mean = self.profile.mean_input_tokens;
        self.phase(phase, role, calls, frame.map(|tokens| tokens + mean), output)
    }

    fn phase(
        &mut self,
        phase: &'static str,
        role: ModelRole,
        calls: Three,
        input: Three,
        output: Three,
    ) -> PhaseEstimate {
        let tokens_in: Three = std::array::from_fn(|i| calls[i] * input[i]);
        let tokens_out: Three = std::array::from_fn(|i| calls[i] * output[i]);
        let usd = self.price_of(role).map(|price| {
            range(std::array::from_fn(|i| {
                (tokens_in[i] * price.input + tokens_out[i] * price.output) / 1e6 + calls[i] * price.request
            }))
        });
        let usd = if calls[2] > 0.0 { usd } else { Some(Range::default()) };
        let rounded = |three: Three| range(three.map(f64::round));
        PhaseEstimate {
            phase,
            calls: rounded(calls),
            tokens_in: rounded(tokens_in),
            tokens_out: rounded(tokens_out),
            usd,
        }
    }

    fn one_evaluation(&mut self) -> PhaseEstimate {
        let answer = self.answer_tokens();
        let input = self.profile.mean_input_tokens;
        let calls = f64::from(self.spec.task_calls());
        let mut one =
            self.phase("one evaluation", ModelRole::Task, [calls; 3], [input; 3], [1.0, answer[1], answer[2]]);
        let judge = self.profile.mean_judge_calls;
        if judge > 0.0 {
            let judged = self.phase(
                "judge",
                ModelRole::Judge,
                [judge; 3],
                [input, input + JUDGE_FRAME[1], input + JUDGE_FRAME[2]],
                VERDICT_TOKENS,
            );
            let add =
                |a: Range, b: Range| Range { low: a.low + b.low, likely: a.likely + b.likely, high: a.high + b.high };
            one.calls = add(one.calls, judged.calls);
            one.tokens_in = add(one.tokens_in, judged.tokens_in);
            one.tokens_out = add(one.tokens_out, judged.tokens_out);
            one.usd = one.usd.zip(judged.usd).map(|(a, b)| add(a, b));
        }
        one
    }

    /// The mean price of a role's models; a role without one goes to the next as in a run.
    fn price_of(&mut self, role: ModelRole) -> Option<Price> {
        let models: Vec<&ModelSpec> = match role {
            ModelRole::Task if self.spec.mode == RunMode::Evaluate => self.spec.models.task.iter().collect(),
            // which check asks whom is not known here
            ModelRole::Judge => {
                self.spec.models.of(role, 0).into_iter().chain(self.spec.models.judges.values()).collect()
            }
            _ => self.spec.models.of(role, 0).into_iter().collect(),
        };
        let mut mean = Price::default();
        let share = 1.0 / models.len().max(1) as f64;
        for model in &models {
            match (self.price)(model) {
                Some(price) => {
                    mean.input += price.input * share;
                    mean.output += price.output * share;
                    mean.request += price.request * share;
                }
                None => self.unpriced.push(model.id.clone()),
            }
        }
        let known = models.iter().all(|model| !self.unpriced.contains(&model.id));
        known.then_some(mean)
    }

    /// Output tokens of an answer, bounded by the first task model's `max_tokens`.
    fn answer_tokens(&self) -> Three {
        let config = self.spec.models.task.first().map(|m| &m.config);
        let most = config.and_then(|c| {
            ["max_tokens", "max_completion_tokens", "maxTokens", "maxOutputTokens", "max_output_tokens"]
                .iter()
                .find_map(|key| c.get(*key)?.as_f64())
        });
        most.map_or(ANSWER_TOKENS, |most| ANSWER_TOKENS.map(|tokens| tokens.min(most)))
    }
}

fn counted(n: u64, noun: &str) -> String {
    count(usize::try_from(n).unwrap_or(usize::MAX), noun)
}

/// A range in order: where proposals take calls from trials, the figure with most proposals is not the highest.
fn range([low, likely, high]: Three) -> Range {
    Range { low: low.min(likely).min(high), likely, high: low.max(likely).max(high) }
}

fn cap(range: Range, most: f64) -> Range {
    Range { low: range.low.min(most), likely: range.likely.min(most), high: range.high.min(most) }
}
