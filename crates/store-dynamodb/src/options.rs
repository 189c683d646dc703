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
        let wrong = || StoreError::Denied {
            server: "DynamoDB".into(),
            detail: "its address cannot be understood".into(),
            remedy: "write dynamodb://REGION/TABLE, such as dynamodb://eu-central-1/clade".into(),
        };
        let place = url.strip_prefix("dynamodb://").ok_or_else(wrong)?;
        let (place, query) = place.split_once('?').unwrap_or((place, ""));
        let (region, table) = place.split_once('/').ok_or_else(wrong)?;
        let named = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if region.is_empty() || table.len() < 3 || !table.chars().all(named) || !region.chars().all(named) {
            return Err(wrong());
        }
        let endpoint = match query {
            "" => None,
            query => Some(query.strip_prefix("endpoint=").ok_or_else(wrong)?.to_owned()),
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
        for wrong in
            ["dynamodb://clade", "redis://x/y", "dynamodb:///clade", "dynamodb://r/t!", "dynamodb://r/clade?x=1"]
        {
            assert!(DynamoOptions::parse(wrong).is_err(), "{wrong}");
        }
    }
}
