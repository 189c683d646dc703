use serde::{Deserialize, Serialize};

/// What a sample of the data says of the size of calls; the ground of estimates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct DataProfile {
    /// How many examples were looked at: the first ones, at most [`DataProfile::SAMPLE`].
    pub sampled: u32,
    /// Mean estimated input tokens of a task call with the first prompt.
    pub mean_input_tokens: f64,
    /// The most of them.
    pub max_input_tokens: u32,
    /// Mean judge calls of a trial, over all examples.
    pub mean_judge_calls: f64,
}

impl DataProfile {
    /// Most examples that are rendered for the profile.
    pub const SAMPLE: u32 = 512;
}
