//! The simulated model served over HTTP in OpenAI's and Anthropic's wire formats
