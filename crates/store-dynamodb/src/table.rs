use std::time::Duration;

use aws_sdk_dynamodb::{
    error::BuildError,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
        ScalarAttributeType, TableDescription, TableStatus,
    },
};
use clade_store::StoreError;

use crate::DynamoGenerations;

/// The two indices: their names and keys.
pub(crate) const INDICES: [(&str, &str, &str); 2] = [("by_generation", "g1pk", "g1sk"), ("by_fitness", "g2pk", "g2sk")];

impl DynamoGenerations {
    /// Creates the table with its indices where it is not there, and waits until it can be used. Returns whether it was created.
    ///
    /// # Errors
    /// Where DynamoDB cannot be reached or refuses.
    pub async fn create_table(&self) -> Result<bool, StoreError> {
        let (client, table) = (self.link.client().await, &self.link.options.table);
        let wrong = |error: BuildError| StoreError::Backend { doing: "describe the table", detail: error.to_string() };
        let mut create = client
            .create_table()
            .table_name(table)
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(keys("pk", "sk").map_err(wrong)?));
        for name in ["pk", "sk"].into_iter().chain(INDICES.iter().flat_map(|(_, pk, sk)| [*pk, *sk])) {
            let attribute = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
            create = create.attribute_definitions(attribute.build().map_err(wrong)?);
        }
        for (name, pk, sk) in INDICES {
            let index = GlobalSecondaryIndex::builder()
                .index_name(name)
                .set_key_schema(Some(keys(pk, sk).map_err(wrong)?))
                .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build());
            create = create.global_secondary_indexes(index.build().map_err(wrong)?);
        }
        let created = match create.send().await {
            Ok(_) => true,
            Err(error) if error.as_service_error().is_some_and(|it| it.is_resource_in_use_exception()) => false,
            Err(error) => return Err(self.link.fault("create the table", &error)),
        };
        for _ in 0..120 {
            let described = client.describe_table().table_name(table).send().await;
            let described = described.map_err(|error| self.link.fault("look at the table", &error))?;
            if let Some(table) = described.table().filter(|table| table.table_status() == Some(&TableStatus::Active)) {
                return self.is_as_made(table).map(|()| created);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Err(StoreError::Unreachable {
            server: self.link.server.clone(),
            detail: "the table is still being made".into(),
        })
    }
}

impl DynamoGenerations {
    /// Refuses a table with other keys, or without an index.
    pub(crate) fn is_as_made(&self, table: &TableDescription) -> Result<(), StoreError> {
        let name = &self.link.options.table;
        let denied =
            |detail: String, remedy: String| StoreError::Denied { server: self.link.server.clone(), detail, remedy };
        if !is_keyed(table.key_schema(), "pk", "sk") {
            return Err(denied(
                format!(
                    "the keys of table `{name}` are {}, not pk and sk: it is another program's",
                    named(table.key_schema())
                ),
                "name another table in its address; `clade migrate` makes it".into(),
            ));
        }
        let is_there = |(index, pk, sk): &(&str, &str, &str)| {
            let mut there = table.global_secondary_indexes().iter();
            there.any(|it| it.index_name() == Some(index) && is_keyed(it.key_schema(), pk, sk))
        };
        let missing: Vec<String> = INDICES
            .iter()
            .filter(|index| !is_there(index))
            .map(|(index, pk, sk)| format!("`{index}` with keys {pk} and {sk}"))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(denied(
            format!("table `{name}` lacks the index {}", missing.join(", and ")),
            "add it (keys only, both of type S), in place of one of that name with other keys, as the table in docs/backends/dynamodb.md \
             has it; or remove the table, then `clade migrate` and `clade rebuild generations` make it anew"
                .into(),
        ))
    }
}

/// Whether these are the keys, both of them and no other.
fn is_keyed(keys: &[KeySchemaElement], pk: &str, sk: &str) -> bool {
    let has = |name: &str, kind: &KeyType| keys.iter().any(|it| it.attribute_name() == name && it.key_type() == kind);
    keys.len() == 2 && has(pk, &KeyType::Hash) && has(sk, &KeyType::Range)
}

fn named(keys: &[KeySchemaElement]) -> String {
    keys.iter().map(KeySchemaElement::attribute_name).collect::<Vec<_>>().join(" and ")
}

fn keys(pk: &str, sk: &str) -> Result<Vec<KeySchemaElement>, BuildError> {
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    Ok(vec![key(pk, KeyType::Hash)?, key(sk, KeyType::Range)?])
}
