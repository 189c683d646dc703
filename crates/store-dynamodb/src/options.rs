use std::time::Duration;

use clade_store::StoreError;

/// How DynamoDB is used. Keys and roles are found as every program of AWS finds them: variables, profiles, the machine's role.
#[derive(Clone, PartialEq)]
pub struct DynamoOptions {
    /// Such as `eu-central-1`.
    pub region: String,
    /// The table's name.
    pub table: String,
    /// Another address than the region's, such as DynamoDB Local's.
    pub endpoint: Option<String>,
    /// The key's name and the key, where they are not to be found in the way of AWS.
    pub keys: Option<(String, String)>,
    /// How long a call may take, tries included.
    pub patience: Duration,
}

impl DynamoOptions {
    /// From `dynamodb://REGION/TABLE`, with `?endpoint=http://HOST:PORT` for a server of one's own.
    ///
    /// # Errors
    /// Where the address cannot be understood.
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        let wrong = |what: &str| {
            StoreError::Denied {
            server: "DynamoDB".into(),
            detail: format!("`{url}`: {what}"),
            remedy: "write dynamodb://REGION/TABLE, such as dynamodb://eu-central-1/clade, with ?endpoint=http://HOST:PORT for a \
                     server of your own"
                .into(),
        }
        };
        let place = url.strip_prefix("dynamodb://").ok_or_else(|| wrong("it begins otherwise"))?;
        let (place, query) = place.split_once('?').unwrap_or((place, ""));
        let (region, table) = place.split_once('/').ok_or_else(|| wrong("it names no table"))?;
        let named = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if region.is_empty() || !region.chars().all(named) {
            return Err(wrong(&format!("`{region}` is no region")));
        }
        if !(3..=255).contains(&table.len()) || !table.chars().all(named) {
            return Err(wrong(&format!("`{table}` is no table: 3 to 255 letters, digits, `-`, `_` and `.`")));
        }
        let endpoint = match query {
            "" => None,
            query => {
                let endpoint = query.strip_prefix("endpoint=");
                Some(endpoint.ok_or_else(|| wrong(&format!("`{query}` is no setting of it")))?.to_owned())
            }
        };
        Ok(Self { region: region.into(), table: table.into(), endpoint, keys: None, patience: Duration::from_secs(15) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_understood_or_refused() {
        let all = DynamoOptions::parse("dynamodb://eu-central-1/clade?endpoint=http://127.0.0.1:8000").unwrap();
        assert_eq!((all.region.as_str(), all.table.as_str()), ("eu-central-1", "clade"));
        assert_eq!(all.endpoint.as_deref(), Some("http://127.0.0.1:8000"));
        for (wrong, says) in [
            ("dynamodb://clade", "names no table"),
            ("redis://x/y", "begins otherwise"),
            ("dynamodb:///clade", "`` is no region"),
            ("dynamodb://r/t!", "`t!` is no table"),
            ("dynamodb://r/clade?x=1", "`x=1` is no setting"),
        ] {
            let refused = DynamoOptions::parse(wrong).map(drop).unwrap_err().to_string();
            assert!(refused.contains(says) && refused.contains("dynamodb://REGION/TABLE"), "{refused}");
        }
    }
}
