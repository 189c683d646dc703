use clade_store::StoreError;

use crate::DynamoGenerations;

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
    /// Connects and looks at the table.
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
        let missing = ["by_generation", "by_fitness"].into_iter().filter(|name| !indices.contains(name));
        let warnings = missing
            .map(|name| format!("index `{name}` is missing; make the table anew with `clade migrate`, or add it as docs/backends/dynamodb.md says"))
            .collect();
        let items = table.and_then(|table| table.item_count()).unwrap_or(0);
        let version = format!("table `{}`, about {items} items", self.link.options.table);
        Ok(Report { server: self.link.server.clone(), version, warnings })
    }
}
