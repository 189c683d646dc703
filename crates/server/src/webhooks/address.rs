use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;

/// Where webhooks, and the addresses that a workspace lets its runs call, may lead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reachable {
    /// To addresses of the internet alone.
    #[default]
    Public,
    /// To this machine and its networks, too.
    Private,
}

/// Whether an address is one that a webhook may have, as far as that is seen without resolving it.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check_url(url: &str, reach: Reachable) -> Result<Url, String> {
    let url: Url = url.parse().map_err(|_| "this is no address; write it as https://example.org/hook".to_owned())?;
    if url.as_str().len() > 2_000 || url.host_str().is_none() {
        return Err("the address has no host, or is too long".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address holds no password; check the signature instead".to_owned());
    }
    match (url.scheme(), reach) {
        ("https", _) | ("http", Reachable::Private) => {}
        _ => return Err("a webhook's address begins with https://".to_owned()),
    }
    check_host(&url, reach)?;
    Ok(url)
}

/// Whether the host of an address is one that may be reached, as far as that is seen without resolving it.
fn check_host(url: &Url, reach: Reachable) -> Result<(), String> {
    match url.host_str().unwrap_or_default().trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(ip) => allowed(ip, reach),
        Err(_) => Ok(()),
    }
}

/// Whether the runs of a workspace may call an address, seen with what its host's name leads to now.
///
/// # Errors
/// What is wrong with it. A name that leads nowhere yet is none of it.
pub(crate) async fn callable(url: &str, reach: Reachable) -> Result<(), String> {
    let parsed: Url = url.parse().map_err(|_| format!("`{url}` is no address; write it as https://example.org/v1"))?;
    check_host(&parsed, reach)?;
    let host = parsed.host_str().unwrap_or_default().trim_matches(['[', ']']);
    match tokio::net::lookup_host((host, parsed.port_or_known_default().unwrap_or(443))).await {
        Ok(mut found) => found.try_for_each(|address| allowed(address.ip(), reach)),
        Err(_) => Ok(()),
    }
}

/// The addresses behind a host's name, each of which may be connected to.
///
/// # Errors
/// Where it has none, or one that is not of the internet.
pub(crate) async fn resolved(url: &Url, reach: Reachable) -> Result<Vec<SocketAddr>, String> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(443);
    let found =
        tokio::net::lookup_host((host, port)).await.map_err(|error| format!("cannot resolve {host}: {error}"))?;
    let found: Vec<SocketAddr> = found.collect();
    if found.is_empty() {
        return Err(format!("{host} has no address"));
    }
    // one private number among public ones is a way in as well
    found.iter().try_for_each(|address| allowed(address.ip(), reach))?;
    Ok(found)
}

fn allowed(ip: IpAddr, reach: Reachable) -> Result<(), String> {
    if reach == Reachable::Private || is_public(ip) {
        return Ok(());
    }
    Err(format!(
        "{ip} is no address of the internet; whoever keeps the server allows such with --allow-private-addresses"
    ))
}

/// Whether a number is one of the internet: neither this machine's, a private network's, link-local (169.254.169.254 is where clouds keep
/// secrets), shared, reserved, for documents, nor for many at once (the registries of RFC 6890).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let parts = ip.segments();
    // an IPv4 address in another dress: mapped, compatible, by NAT64, 6to4
    let inner = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match parts {
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] => return is_public_v4(inner(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => return is_public_v4(inner(high, low)),
        [0x2002, high, low, ..] => return is_public_v4(inner(high, low)),
        _ => {}
    }
    // what is given out as addresses of the internet is 2000::/3, less documents, Teredo and benchmarks
    (0x2000..0x4000).contains(&parts[0])
        && !(parts[0] == 0x2001 && (parts[1] < 0x200 || parts[1] == 0xdb8))
        && parts[0] != 0x3fff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_of_the_internet_are_public() {
        let private = [
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "203.0.113.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
        ];
        for ip in private {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in
            ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
        {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn an_address_is_looked_at_before_anything_is_sent() {
        let table = [
            ("https://example.org/hook", true),
            ("http://example.org/hook", false),
            ("https://169.254.169.254/latest/meta-data", false),
            ("https://[::1]/", false),
            ("https://2130706433/", false),
            ("https://0x7f.1/", false),
            ("https://me:secret@example.org/", false),
            ("ftp://example.org/", false),
            ("file:///etc/passwd", false),
            ("nonsense", false),
        ];
        for (url, fits) in table {
            assert_eq!(check_url(url, Reachable::Public).is_ok(), fits, "{url}");
        }
        assert!(check_url("http://127.0.0.1:9/hook", Reachable::Private).is_ok());
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_refused() {
        let url = check_url("https://localhost/hook", Reachable::Public).unwrap();
        let refused = resolved(&url, Reachable::Public).await.unwrap_err();
        assert!(refused.contains("no address of the internet"), "{refused}");
        assert!(resolved(&url, Reachable::Private).await.is_ok());
    }
}
