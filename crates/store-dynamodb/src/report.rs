use aws_sdk_dynamodb::operation::put_item::PutItemError;
use clade_store::StoreError;

use crate::{DynamoGenerations, store::key, table::INDICES};

/// What a table is and what to know of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Which server.
    pub server: String,
    /// The table, with its items by DynamoDB's own count, which it renews every six hours.
    pub version: String,
    /// What is missing, with what to do.
    pub warnings: Vec<String>,
}

impl DynamoGenerations {
    /// Connects, looks at the table, and tries whether it may be read and written. Nothing is changed.
    ///
    /// # Errors
    /// Where it cannot be reached or refuses.
    pub async fn report(&self) -> Result<Report, StoreError> {
        let described = self.link.client().await.describe_table().table_name(&self.link.options.table).send().await;
        let described = described.map_err(|error| self.link.fault("look at the table", &error))?;
        let table = described.table();
        let indices: Vec<&str> = table
            .map(|table| table.global_secondary_indexes().iter().filter_map(|index| index.index_name()).collect())
            .unwrap_or_default();
        let missing = INDICES.into_iter().map(|(name, ..)| name).filter(|name| !indices.contains(name));
        let warnings = missing
            .map(|name| format!("index `{name}` is missing; make the table anew with `clade migrate`, or add it as docs/backends/dynamodb.md says"))
            .collect();
        self.tried(&indices).await?;
        let items = table.and_then(|table| table.item_count()).unwrap_or(0);
        let version = format!("table `{}`, about {items} items", self.link.options.table);
        Ok(Report { server: self.link.server.clone(), version, warnings })
    }

    /// Each of the requests that a run needs, about an item that there never is.
    async fn tried(&self, indices: &[&str]) -> Result<(), StoreError> {
        let nobody = key("DOCTOR", "DOCTOR");
        self.link.get(nobody.clone()).await?;
        self.link.get_all(vec![nobody.clone()]).await?;
        self.link.query(None, ("pk", "DOCTOR"), None, None, 1).await?;
        for (index, partition, _) in INDICES.into_iter().filter(|(index, ..)| indices.contains(index)) {
            self.link.query(Some(index), (partition, "DOCTOR"), None, None, 1).await?;
        }
        self.link.delete_all(vec![nobody.clone()]).await?;
        let put = self.link.client().await.put_item().table_name(&self.link.options.table).set_item(Some(nobody));
        match put.condition_expression("attribute_exists(pk)").send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                Ok(())
            }
            Err(error) => Err(self.link.fault("try to write", &error)),
        }
    }
}
