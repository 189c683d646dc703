use reqwest::Url;

/// Where an address leads, as whoever connects reads it.
///
/// What an address says and where it leads differ where it goes back by `..`, hides that behind `%2e`, or has signs in it that some readers drop.
/// Such an address is refused, so that there is nothing to read in two ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    scheme: String,
    host: String,
    port: Option<u16>,
    path: Vec<String>,
}

impl Place {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(address: &str) -> Result<Self, String> {
        let plain = "write it without `..`, `\\`, `%2e`, `%2f`, `%5c` and signs that are not seen";
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let escaped = path.to_ascii_lowercase();
        let hides = ["%2e", "%2f", "%5c", "%25"].iter().any(|escape| escaped.contains(escape));
        let unseen = address.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\');
        if hides || unseen || path.split('/').any(|part| part == "." || part == "..") {
            return Err(format!("the address leads elsewhere than it says; {plain}"));
        }
        let url =
            Url::parse(address).map_err(|_| "this is no address; write it as https://example.org/v1".to_owned())?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "an address holds no password, which every member could read; set a key in the workspace".to_owned()
            );
        }
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or("the address has no host; write it as https://example.org/v1")?;
        Ok(Self {
            scheme: url.scheme().to_owned(),
            host: host.to_owned(),
            port: url.port_or_known_default(),
            path: url.path().split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        })
    }

    /// Whether it is another place, or lies below it.
    pub fn is_below(&self, known: &Self) -> bool {
        (&self.scheme, &self.host, self.port) == (&known.scheme, &known.host, known.port)
            && self.path.starts_with(&known.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_below_one_that_is_known_and_not_beside_it() {
        let table = [
            ("https://llm.example.org/v1", "https://llm.example.org", true),
            ("https://llm.example.org/v1", "https://llm.example.org/v1/", true),
            ("https://LLM.example.org:443/v1/team", "https://llm.example.org/v1", true),
            ("https://llm.example.org/v1/team?version=2", "https://llm.example.org/v1", true),
            ("https://llm.example.org.evil.example/v1", "https://llm.example.org", false),
            ("http://llm.example.org/v1", "https://llm.example.org", false),
            ("https://llm.example.org:8443/v1", "https://llm.example.org/v1", false),
            ("https://llm.example.org/v11", "https://llm.example.org/v1", false),
            ("https://llm.example.org/", "https://llm.example.org/v1", false),
            ("https://llm.example.org?/v1", "https://llm.example.org/v1", false),
            ("https://llm.example.org/V1", "https://llm.example.org/v1", false),
        ];
        for (url, known, expected) in table {
            let [place, of] = [url, known].map(|address| Place::read(address).unwrap());
            assert_eq!(place.is_below(&of), expected, "{url} {known}");
        }
    }

    #[test]
    fn an_address_that_could_be_read_in_two_ways_is_none() {
        let refused = [
            "https://llm.example.org/v1/../admin",
            "https://llm.example.org/v1/./x",
            "https://llm.example.org/v1/%2e%2E/admin",
            "https://llm.example.org/v1/.%2e/admin",
            "https://llm.example.org/v1/..%2fadmin",
            "https://llm.example.org/v1/%252e%252e/admin",
            "https://llm.example.org/v1/..%5cadmin",
            "https://llm.example.org/v1/..\\admin",
            "https://llm.example.org/v1/.\t./admin",
            "https://llm.example.org/v1 ",
            "https://me@llm.example.org/v1",
            "https://me:secret@llm.example.org/v1",
            "https://llm.example.org\\@evil.example/v1",
            "nonsense",
        ];
        for address in refused {
            assert!(Place::read(address).is_err(), "{address}");
        }
    }
}
