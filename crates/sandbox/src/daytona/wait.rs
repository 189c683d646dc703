use std::time::Duration;

use reqwest::header::HeaderMap;

/// The longest single wait where nobody says how long.
const LONGEST: Duration = Duration::from_secs(60);
/// The first wait where nobody says how long.
const FIRST: Duration = Duration::from_millis(250);

/// How long to wait before a request is repeated for the `n`th time, from 0. Daytona puts the name of the limit behind the usual
/// headers, as in `Retry-After-sandbox-create`; where several are there the longest counts.
pub(super) fn before_repeat(headers: Option<&HeaderMap>, n: u32) -> Duration {
    let told = headers.and_then(|headers| told(headers, "retry-after").or_else(|| told(headers, "x-ratelimit-reset")));
    told.unwrap_or_else(|| FIRST.saturating_mul(1 << n.min(8)).min(LONGEST))
}

/// The longest time, in seconds, under a header of this name or of this name and a suffix.
fn told(headers: &HeaderMap, name: &str) -> Option<Duration> {
    let of_name = |header: &str| header.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    let seconds = headers
        .iter()
        .filter(|(header, _)| of_name(header.as_str()))
        .filter_map(|(_, value)| value.to_str().ok()?.trim().parse::<f64>().ok())
        .filter(|seconds| (0.0..1e6).contains(seconds));
    seconds.reduce(f64::max).map(Duration::from_secs_f64)
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn waits_as_long_as_the_suffixed_headers_say() {
        // headers, which repeat it is, and milliseconds
        type Case = (&'static [(&'static str, &'static str)], u32, u64);
        let cases: [Case; 7] = [
            (&[("retry-after", "2")], 0, 2_000),
            (&[("retry-after-sandbox-create", "3")], 5, 3_000),
            (&[("retry-after-sandbox-create", "3"), ("retry-after-authenticated", "7")], 0, 7_000),
            (
                &[("x-ratelimit-reset-sandbox-lifecycle", "1.5"), ("x-ratelimit-limit-sandbox-lifecycle", "300")],
                0,
                1_500,
            ),
            (&[("retry-after-sandbox-create", "soon")], 1, 500),
            (&[("retry-after", "86400")], 0, 86_400_000),
            (&[], 3, 2_000),
        ];
        for (headers, n, millis) in cases {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_static(value));
            }
            assert_eq!(before_repeat(Some(&map), n), Duration::from_millis(millis), "{headers:?}");
        }
    }
}
