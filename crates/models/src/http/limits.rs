use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, HeaderName, RETRY_AFTER};

use crate::layers::{Pacer, ToldLimit};

/// The longest wait that is believed.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// The three headers of one limit.
struct Names {
    limit: HeaderName,
    remaining: HeaderName,
    reset: HeaderName,
}

macro_rules! names {
    ($limit:literal, $remaining:literal, $reset:literal) => {
        Names {
            limit: HeaderName::from_static($limit),
            remaining: HeaderName::from_static($remaining),
            reset: HeaderName::from_static($reset),
        }
    };
}

/// OpenAI's and Anthropic's, requests first, tokens second.
static OPENAI: [Names; 2] = [
    names!("x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    names!("x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
];
static ANTHROPIC: [Names; 2] = [
    names!(
        "anthropic-ratelimit-requests-limit",
        "anthropic-ratelimit-requests-remaining",
        "anthropic-ratelimit-requests-reset"
    ),
    names!(
        "anthropic-ratelimit-tokens-limit",
        "anthropic-ratelimit-tokens-remaining",
        "anthropic-ratelimit-tokens-reset"
    ),
];

/// How long to wait before the next try by `retry-after-ms` or `retry-after` (seconds or an HTTP date).
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(ms) = text(&RETRY_AFTER_MS).and_then(|ms| ms.parse::<f64>().ok()) {
        return seconds(ms / 1e3);
    }
    let told = text(&RETRY_AFTER)?;
    match told.parse::<f64>() {
        Ok(number) => seconds(number),
        Err(_) => {
            let at = httpdate::parse_http_date(told).ok()?;
            Some(at.duration_since(SystemTime::now()).unwrap_or_default().min(LONGEST))
        }
    }
}

/// The wait of a refused request: `retry-after`, else the reset of the limit that is exhausted.
pub(crate) fn told_wait(headers: &HeaderMap) -> Option<Duration> {
    retry_after(headers).or_else(|| {
        let (requests, tokens) = read(headers)?;
        let exhausted = [requests, tokens].into_iter().flatten().filter(|told| told.remaining < 1.0);
        exhausted.map(|told| told.reset).max()
    })
}

/// Tells the pacer what an answer's headers say.
pub(crate) fn tell_limits(headers: &HeaderMap, pacer: &Pacer) {
    if let Some((requests, tokens)) = read(headers) {
        pacer.told_limits(requests, tokens);
    }
}

fn read(headers: &HeaderMap) -> Option<(Option<ToldLimit>, Option<ToldLimit>)> {
    // most servers send neither: two look-ups then
    let names = [&OPENAI, &ANTHROPIC]
        .into_iter()
        .find(|names| names.iter().any(|name| headers.contains_key(&name.remaining)))?;
    let one = |names: &Names| {
        let text = |name: &HeaderName| headers.get(name)?.to_str().ok();
        let limit = text(&names.limit)?.parse().ok()?;
        let remaining = text(&names.remaining)?.parse().ok()?;
        let reset = duration(text(&names.reset)?)?;
        Some(ToldLimit { limit, remaining, reset })
    };
    Some((one(&names[0]), one(&names[1])))
}

/// A wait as providers write it: `6m0s`, `20ms`, `1h2m3.5s`, `12` (seconds), or a moment in RFC 3339.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return seconds(number);
    }
    if text.contains('T') {
        let at: jiff::Timestamp = text.parse().ok()?;
        let wait = at.duration_since(jiff::Timestamp::now());
        return Some(Duration::try_from(wait).unwrap_or_default().min(LONGEST));
    }
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let amount: f64 = rest[..end].parse().ok()?;
        let unit_end = rest[end..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| end + at);
        total += amount
            * match &rest[end..unit_end] {
                "d" => 86_400.0,
                "h" => 3_600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
        rest = &rest[unit_end..];
    }
    (!text.is_empty()).then(|| seconds(total)).flatten()
}

fn seconds(number: f64) -> Option<Duration> {
    (number >= 0.0).then(|| Duration::from_secs_f64(number.min(LONGEST.as_secs_f64())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, String)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn reads_waits_as_providers_write_them() {
        let cases = [
            ("6m0s", Some(360.0)),
            ("20ms", Some(0.02)),
            ("1h2m3.5s", Some(3723.5)),
            ("1m26.4s", Some(86.4)),
            ("12", Some(12.0)),
            ("0.5", Some(0.5)),
            ("900us", Some(0.0009)),
            ("1e99", Some(86_400.0)),
            ("-1", None),
            ("", None),
            ("soon", None),
            ("5 parsecs", None),
            ("2001-01-01T00:00:00Z", Some(0.0)),
        ];
        for (text, expected) in cases {
            let found = duration(text).map(|wait| (wait.as_secs_f64() * 1e6).round() / 1e6);
            assert_eq!(found, expected, "{text}");
        }
        let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(90);
        assert!((80.0..=90.0).contains(&duration(&soon.to_string()).unwrap().as_secs_f64()));
    }

    #[test]
    fn reads_retry_after_in_every_form() {
        let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(60));
        let cases = [
            (vec![("retry-after", "3".to_owned())], 3.0..=3.0),
            (vec![("retry-after", "0.25".to_owned())], 0.25..=0.25),
            (vec![("retry-after", date)], 50.0..=60.0),
            (vec![("retry-after", "9".to_owned()), ("retry-after-ms", "40".to_owned())], 0.04..=0.04),
        ];
        for (pairs, expected) in cases {
            let wait = retry_after(&headers(&pairs)).unwrap().as_secs_f64();
            assert!(expected.contains(&wait), "{pairs:?}: {wait}");
        }
        assert_eq!(retry_after(&headers(&[("retry-after", "later".to_owned())])), None);
    }

    #[test]
    fn a_refusal_without_retry_after_waits_for_the_exhausted_limit() {
        let told = headers(&[
            ("x-ratelimit-limit-requests", "100".to_owned()),
            ("x-ratelimit-remaining-requests", "7".to_owned()),
            ("x-ratelimit-reset-requests", "1h0m0s".to_owned()),
            ("x-ratelimit-limit-tokens", "1000".to_owned()),
            ("x-ratelimit-remaining-tokens", "0".to_owned()),
            ("x-ratelimit-reset-tokens", "6m0s".to_owned()),
        ]);
        assert_eq!(told_wait(&told), Some(Duration::from_secs(360)));
        let (requests, _) = read(&told).unwrap();
        assert_eq!(requests, Some(ToldLimit { limit: 100.0, remaining: 7.0, reset: Duration::from_secs(3600) }));
    }
}
