use std::time::Duration;

use aws_sdk_dynamodb::{
    error::BuildError,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
        ScalarAttributeType, TableStatus,
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
            if described.table().is_some_and(|table| table.table_status() == Some(&TableStatus::Active)) {
                return Ok(created);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Err(StoreError::Unreachable {
            server: self.link.server.clone(),
            detail: "the table is still being made".into(),
        })
    }
}

fn keys(pk: &str, sk: &str) -> Result<Vec<KeySchemaElement>, BuildError> {
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    Ok(vec![key(pk, KeyType::Hash)?, key(sk, KeyType::Range)?])
}
