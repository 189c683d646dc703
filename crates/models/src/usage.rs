use clade_domain::ChatRequest;

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
