use clade_domain::{ChatRequest, Usage};

use crate::layers::Counters;

/// More tokens than any model takes or writes in one call.
const MOST_TOKENS: u64 = 1_000_000_000;

/// About how many tokens a text has: one for four bytes of UTF-8, which is right within some 30 % for English and on the
/// high side elsewhere. Used for reservations and where a provider reports no usage.
#[must_use]
pub(crate) fn estimate_tokens(text: &str) -> u64 {
    (text.len() as u64).div_ceil(4)
}

/// About how many tokens a request has, with 4 for the frame of each message.
#[must_use]
pub(crate) fn estimate_request(request: &ChatRequest) -> u64 {
    request.messages.iter().map(|message| estimate_tokens(&message.content) + 4).sum()
}

/// What an answer took: as its provider counted, or estimated where it gives no count or one that cannot be.
pub(crate) fn account(counted: Option<Usage>, request: &ChatRequest, text: &str, counters: &Counters) -> Usage {
    let can_be = |usage: &Usage| {
        let Usage { input, output, cache_read, cache_write } = *usage;
        input.max(output) > 0 && [input, output, cache_read, cache_write].iter().all(|tokens| *tokens <= MOST_TOKENS)
    };
    counted.filter(can_be).unwrap_or_else(|| {
        Counters::add(&counters.estimated_usage);
        Usage { input: estimate_request(request), output: estimate_tokens(text), ..Usage::default() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_that_cannot_be_are_estimated() {
        let request = ChatRequest::user("What is two and two?");
        let usage = |input, output, cache_read| Usage { input, output, cache_read, cache_write: 0 };
        let estimate = usage(9, 2, 0);
        for (counted, expected) in [
            (Some(usage(12, 0, 8)), usage(12, 0, 8)),
            (Some(usage(0, 3, 0)), usage(0, 3, 0)),
            (Some(usage(0, 0, 0)), estimate),
            (Some(usage(12, u64::MAX, 0)), estimate),
            (Some(usage(u64::MAX - 3, 1, u64::MAX)), estimate),
            (None, estimate),
        ] {
            assert_eq!(account(counted, &request, "It is 4", &Counters::default()), expected, "{counted:?}");
        }
    }
}
