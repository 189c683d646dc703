use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, header};

/// The names under which this server answers.
///
/// A page of another site can make a browser believe that its own name leads here (DNS rebinding); the `Host` header then
/// still has that name. Numeric addresses cannot be rebound.
#[derive(Debug)]
pub(crate) struct Hosts {
    public: Option<String>,
}

impl Hosts {
    pub fn new(public: Option<String>) -> Self {
        Self { public: public.map(|url| url.trim_end_matches('/').to_owned()) }
    }

    /// Whether browsers come over https.
    pub fn secure(&self) -> bool {
        self.public.as_ref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Whether a request's `Host` is one of ours.
    pub fn knows(&self, host: &str) -> bool {
        if self.is_public(host) {
            return true;
        }
        let numeric = host.parse::<SocketAddr>().is_ok() || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        numeric || name.eq_ignore_ascii_case("localhost")
    }

    /// Whether a name is the public one: in any case, and with the port that its scheme has anyway.
    fn is_public(&self, host: &str) -> bool {
        let Some((scheme, name)) = self.public.as_deref().and_then(|url| url.split_once("://")) else { return false };
        let port = if scheme == "https" { ":443" } else { ":80" };
        let bare = |host: &str| host.strip_suffix(port).unwrap_or(host).to_ascii_lowercase();
        bare(host) == bare(name)
    }

    /// Whether a request comes from a page of this server, or from no page.
    pub fn same_origin(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
        if text(header::HeaderName::from_static("sec-fetch-site")).is_some_and(|site| site == "cross-site") {
            return false;
        }
        match (text(header::ORIGIN), text(header::HOST)) {
            // who comes by the public name comes by its scheme
            (Some(origin), Some(host)) if self.is_public(host) => {
                self.public.as_deref().is_some_and(|public| origin.eq_ignore_ascii_case(public))
            }
            (Some(origin), Some(host)) => {
                Some(origin) == self.public.as_deref()
                    || origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
            }
            (Some(_), None) => false,
            (None, _) => true,
        }
    }

    /// Where a page of this server is, for links in answers.
    pub fn link(&self, headers: &HeaderMap, path: &str) -> String {
        let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("localhost");
        let base = self.public.clone().unwrap_or_else(|| format!("http://{host}"));
        format!("{base}{path}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_server_are_known() {
        let hosts = Hosts::new(Some("https://clade.example.org/".into()));
        let table = [
            ("clade.example.org", true),
            ("CLADE.Example.org", true),
            ("clade.example.org:443", true),
            ("clade.example.org:80", false),
            ("clade.example.org:8443", false),
            ("localhost:8400", true),
            ("127.0.0.1:8400", true),
            ("[::1]:8400", true),
            ("evil.example", false),
            ("evil.example:8400", false),
            ("clade.example.org.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("", false),
        ];
        for (host, known) in table {
            assert_eq!(hosts.knows(host), known, "{host}");
        }
    }

    #[test]
    fn a_page_of_another_site_is_of_another_origin() {
        let hosts = Hosts::new(None);
        let headers = |pairs: &[(&'static str, &str)]| {
            pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap())).collect()
        };
        let table: [(&[(&str, &str)], bool); 5] = [
            (&[("host", "localhost:1"), ("origin", "http://localhost:1")], true),
            (&[("host", "localhost:1")], true),
            (&[("host", "localhost:1"), ("origin", "http://evil.example")], false),
            (&[("host", "localhost:1"), ("origin", "null")], false),
            (&[("host", "localhost:1"), ("sec-fetch-site", "cross-site")], false),
        ];
        for (pairs, same) in table {
            assert_eq!(hosts.same_origin(&headers(pairs)), same, "{pairs:?}");
        }
        // behind a proxy that speaks https, a page that came over http is none of ours
        let hosts = Hosts::new(Some("https://clade.example.org".into()));
        let table = [
            ("https://clade.example.org", "clade.example.org", true),
            ("https://clade.example.org", "clade.example.org:443", true),
            ("http://clade.example.org", "clade.example.org", false),
            ("http://localhost:1", "localhost:1", true),
        ];
        for (origin, host, same) in table {
            assert_eq!(hosts.same_origin(&headers(&[("host", host), ("origin", origin)])), same, "{origin} {host}");
        }
    }
}
