use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use clade_models::{HostNames, Unreachable};
use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

/// Where webhooks, and the addresses that a workspace lets its runs call, may lead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reachable {
    /// To addresses of the internet alone.
    #[default]
    Public,
    /// To this machine and its networks, too.
    Private,
}

/// Says where webhooks and the `base_urls` of workspaces may lead: before anything is sent, and again to whoever connects. A name may lead elsewhere by
/// then, so a connection goes to numbers that were looked at for it.
#[derive(Debug, Clone)]
pub(crate) struct Reach {
    pub reachable: Reachable,
    pub names: HostNames,
}

/// Why a name brings no numbers.
enum Nowhere {
    /// It has none.
    Unknown(String),
    /// One of them is none that may be connected to.
    Refused(String),
}

impl Reach {
    /// Whether an address is one that a webhook may have, as far as that is seen without resolving it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_url(&self, url: &str) -> Result<Url, String> {
        let url: Url =
            url.parse().map_err(|_| "this is no address; write it as https://example.org/hook".to_owned())?;
        if url.as_str().len() > 2_000 || url.host_str().is_none() {
            return Err("the address has no host, or is too long".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("an address holds no password; check the signature instead".to_owned());
        }
        match (url.scheme(), self.reachable) {
            ("https", _) | ("http", Reachable::Private) => {}
            _ => return Err("a webhook's address begins with https://".to_owned()),
        }
        match host(&url).parse() {
            Ok(ip) => self.allowed(ip)?,
            Err(_) if is_this_machine(host(&url)) => self.allowed(Ipv4Addr::LOCALHOST.into())?,
            Err(_) => {}
        }
        Ok(url)
    }

    /// Whether the runs of a workspace may call an address, seen with what its host's name leads to now.
    ///
    /// # Errors
    /// What is wrong with it. A name that leads nowhere yet is none of it.
    pub async fn callable(&self, url: &str) -> Result<(), String> {
        let url: Url = url.parse().map_err(|_| format!("`{url}` is no address; write it as https://example.org/v1"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "an address holds no password, which every member could read; set a key in the workspace".to_owned()
            );
        }
        match self.look_up(host(&url)).await {
            Err(Nowhere::Refused(why)) => Err(why),
            Ok(_) | Err(Nowhere::Unknown(_)) => Ok(()),
        }
    }

    /// The numbers behind the host of an address, each of which may be connected to.
    ///
    /// # Errors
    /// Where it has none, or one that is not of the internet.
    pub async fn resolved(&self, url: &Url) -> Result<Vec<SocketAddr>, String> {
        let host = host(url);
        let found = self.look_up(host).await.map_err(|nowhere| match nowhere {
            Nowhere::Unknown(why) => format!("cannot resolve {host}: {why}"),
            Nowhere::Refused(why) => why,
        })?;
        let port = url.port_or_known_default().unwrap_or(443);
        Ok(found.into_iter().map(|ip| SocketAddr::new(ip, port)).collect())
    }

    async fn look_up(&self, host: &str) -> Result<Vec<IpAddr>, Nowhere> {
        let found: Vec<IpAddr> = match host.parse() {
            Ok(ip) => vec![ip],
            Err(_) if is_this_machine(host) => vec![Ipv4Addr::LOCALHOST.into()],
            Err(_) => {
                let unknown = |error: &dyn std::fmt::Display| Nowhere::Unknown(error.to_string());
                let name: Name = host.parse().map_err(|_| unknown(&"this is no name of a host"))?;
                let found = self.names.0.resolve(name).await.map_err(|error| unknown(&error))?;
                found.map(|address| address.ip()).collect()
            }
        };
        if found.is_empty() {
            return Err(Nowhere::Unknown("it has no address".to_owned()));
        }
        // one private number among public ones is a way in as well
        found.iter().try_for_each(|ip| self.allowed(*ip)).map_err(Nowhere::Refused)?;
        Ok(found)
    }

    fn allowed(&self, ip: IpAddr) -> Result<(), String> {
        if self.reachable == Reachable::Private || is_public(ip) {
            return Ok(());
        }
        Err(format!(
            "{ip} is no address of the internet; whoever keeps the server allows such with --allow-private-addresses"
        ))
    }
}

/// For whoever connects.
impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.clone();
        Box::pin(async move {
            match reach.look_up(name.as_str()).await {
                // the port is the address's own
                Ok(found) => Ok(Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs),
                Err(Nowhere::Refused(why)) => Err(Unreachable(why).into()),
                Err(Nowhere::Unknown(why)) => Err(why.into()),
            }
        })
    }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default().trim_matches(['[', ']'])
}

/// Whether a name leads to this machine, by RFC 6761, whatever a server of names says.
fn is_this_machine(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
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
    use std::sync::Arc;

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

    fn reach(reachable: Reachable) -> Reach {
        Reach { reachable, names: HostNames::default() }
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
            ("https://localhost/hook", false),
            ("https://LOCALHOST./hook", false),
            ("https://here.localhost/hook", false),
            ("https://localhost.example.org/hook", true),
            ("https://me:secret@example.org/", false),
            ("ftp://example.org/", false),
            ("file:///etc/passwd", false),
            ("nonsense", false),
        ];
        for (url, fits) in table {
            assert_eq!(reach(Reachable::Public).check_url(url).is_ok(), fits, "{url}");
        }
        assert!(reach(Reachable::Private).check_url("http://127.0.0.1:9/hook").is_ok());
    }

    /// Says what it is to say, whatever is asked.
    struct Says(Vec<IpAddr>);

    impl Resolve for Says {
        fn resolve(&self, _: Name) -> Resolving {
            let found: Vec<SocketAddr> = self.0.iter().map(|ip| SocketAddr::new(*ip, 0)).collect();
            Box::pin(std::future::ready(Ok(Box::new(found.into_iter()) as Addrs)))
        }
    }

    #[tokio::test]
    async fn a_name_is_as_good_as_every_number_behind_it() {
        let (public, private) = ("8.8.8.8".parse().unwrap(), "10.0.0.1".parse().unwrap());
        // name, what is said of it, whether it may be reached
        let table = [
            ("llm.example.org", vec![public], true),
            ("llm.example.org", vec![private], false),
            ("llm.example.org", vec![public, private], false),
            ("localhost", vec![public], false),
            ("here.localhost", vec![public], false),
            ("8.8.8.8", vec![private], true),
            ("[::1]", vec![public], false),
        ];
        for (name, said, fits) in table {
            let names = HostNames(Arc::new(Says(said.clone())));
            let reach = Reach { reachable: Reachable::Public, names };
            let url = format!("https://{name}/v1");
            assert_eq!(reach.callable(&url).await.is_ok(), fits, "{name} {said:?}");
            let resolved = reach.resolved(&url.parse().unwrap()).await;
            assert_eq!(resolved.is_ok(), fits, "{name} {said:?}");
            assert!(resolved.is_ok() || resolved.unwrap_err().contains("no address of the internet"));
            let asked = reach.resolve(name.trim_matches(['[', ']']).parse().unwrap()).await;
            assert_eq!(asked.is_ok(), fits, "{name} {said:?}");
        }
        assert!(reach(Reachable::Private).callable("https://me:secret@example.org/v1").await.is_err());
        // who has none may have some later
        let none = Reach { reachable: Reachable::Public, names: HostNames(Arc::new(Says(Vec::new()))) };
        assert!(none.callable("https://llm.example.org/v1").await.is_ok());
        assert!(none.resolved(&"https://llm.example.org/v1".parse().unwrap()).await.is_err());
        assert!(reach(Reachable::Private).callable("http://localhost:1/v1").await.is_ok());
    }
}
