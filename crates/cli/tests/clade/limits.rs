//! Who counts as whom where `clade serve` counts requests: behind a proxy, and with credentials that nobody knows.

use std::net::Ipv4Addr;

use crate::common::{Place, Served};

/// Asks for the session from an address of this machine, with these headers. Gives the status.
fn asked(server: &Served, from: Ipv4Addr, headers: &[(&str, &str)]) -> u16 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().local_address(std::net::IpAddr::from(from)).build().unwrap();
        let mut request = client.get(format!("{}/api/v1/session", server.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().status().as_u16()
    })
}

#[test]
fn only_the_proxy_that_is_named_says_who_asks() {
    let here = Ipv4Addr::LOCALHOST;
    let beside = Ipv4Addr::new(127, 0, 0, 2);
    // one request each, and the next after four seconds
    let limit = ["--rate-limit", "0.25"];
    let through = |server: &Served, from, who| asked(server, from, &[("x-forwarded-for", who)]);

    let place = Place::new();
    let alone = Served::start(&place, &limit);
    assert_eq!(through(&alone, here, "198.51.100.1"), 200);
    assert_eq!(through(&alone, here, "198.51.100.2"), 429, "a header of anybody is not read");
    alone.stop();

    let place = Place::new();
    let behind = Served::start(&place, &[&limit[..], &["--trusted-proxy", "127.0.0.1"]].concat());
    assert_eq!(through(&behind, here, "198.51.100.1"), 200);
    assert_eq!(through(&behind, here, "198.51.100.2"), 200, "two people behind the proxy are two");
    assert_eq!(through(&behind, here, "203.0.113.7, 198.51.100.1"), 429, "what stands before is made up");
    assert_eq!(through(&behind, beside, "198.51.100.3"), 200);
    assert_eq!(through(&behind, beside, "198.51.100.4"), 429, "who is no proxy says nothing");
    behind.stop();
}

#[test]
fn forged_credentials_are_counted_for_who_sends_them() {
    let place = Place::new();
    // another token, or another link that shows a run, each time
    for name in ["authorization", "x-clade-share"] {
        let server = Served::start(&place, &["--rate-limit", "1"]);
        let forged = |n: u32| match name {
            "authorization" => format!("Bearer clade_{n:064x}"),
            _ => format!("{n:064x}"),
        };
        let answers: Vec<u16> = (0..8).map(|n| asked(&server, Ipv4Addr::LOCALHOST, &[(name, &forged(n))])).collect();
        assert_eq!(answers[..4], [401; 4], "{name}: {answers:?}");
        assert!(answers[4..].contains(&429), "{name}: {answers:?}");
        let known = format!("Bearer {}", server.token);
        assert_eq!(asked(&server, Ipv4Addr::LOCALHOST, &[("authorization", &known)]), 200, "others are not held up");
        server.stop();
    }
}
