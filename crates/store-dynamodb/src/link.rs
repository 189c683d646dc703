use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig, timeout::TimeoutConfig},
    types::{AttributeValue, DeleteRequest, KeysAndAttributes, WriteRequest},
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use clade_store::StoreError;
use tokio::sync::OnceCell;

use crate::{DynamoOptions, fault::fault, items::Item, unprocessed::Tries};

/// Most keys of a batch that reads, and of one that writes, by DynamoDB's limits.
const READ: usize = 100;
const WRITE: usize = 25;

/// The way to DynamoDB.
pub(crate) struct Link {
    pub options: DynamoOptions,
    pub server: String,
    client: OnceCell<Client>,
}

impl Link {
    pub fn new(options: DynamoOptions) -> Self {
        let place = options.endpoint.as_deref().unwrap_or(&options.region);
        let server = format!("DynamoDB at {}", place.split_once("://").map_or(place, |(_, host)| host));
        Self { options, server, client: OnceCell::new() }
    }

    /// The client, made by the first call: it reads certificates and looks for keys.
    pub async fn client(&self) -> &Client {
        let make = || async {
            let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
            let timeouts = TimeoutConfig::builder()
                .operation_timeout(self.options.patience)
                .operation_attempt_timeout(self.options.patience / 2)
                .build();
            let mut shared = aws_config::defaults(BehaviorVersion::latest())
                .region(Region::new(self.options.region.clone()))
                .http_client(http)
                .retry_config(RetryConfig::standard().with_max_attempts(4))
                .timeout_config(timeouts);
            if let Some(endpoint) = &self.options.endpoint {
                shared = shared.endpoint_url(endpoint);
            }
            if let Some((name, key)) = &self.options.keys {
                shared = shared.credentials_provider(Credentials::new(name, key, None, None, "given"));
            }
            Client::new(&shared.load().await)
        };
        self.client.get_or_init(make).await
    }

    /// An error in our words.
    pub fn fault<E>(
        &self,
        doing: &'static str,
        error: &aws_sdk_dynamodb::error::SdkError<E, aws_sdk_dynamodb::config::http::HttpResponse>,
    ) -> StoreError
    where
        E: aws_sdk_dynamodb::error::ProvideErrorMetadata + std::error::Error + 'static,
    {
        fault(&self.server, &self.options.table, doing, error)
    }

    /// An item as it is now.
    pub async fn get(&self, key: Item) -> Result<Option<Item>, StoreError> {
        let get = self.client().await.get_item().table_name(&self.options.table).set_key(Some(key));
        let found = get.consistent_read(true).send().await.map_err(|error| self.fault("read an item", &error))?;
        Ok(found.item)
    }

    /// The items of these keys as they are now, in any order; each key once.
    pub async fn get_all(&self, keys: Vec<Item>) -> Result<Vec<Item>, StoreError> {
        let (client, table) = (self.client().await, &self.options.table);
        let mut items = Vec::with_capacity(keys.len());
        for part in keys.chunks(READ) {
            let (mut keys, mut tries) = (part.to_vec(), Tries::new("read items"));
            while !keys.is_empty() {
                let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
                let wanted =
                    wanted.map_err(|error| StoreError::Backend { doing: "read items", detail: error.to_string() })?;
                let answer = client.batch_get_item().request_items(table, wanted).send().await;
                let answer = answer.map_err(|error| self.fault("read items", &error))?;
                items.extend(answer.responses.and_then(|mut tables| tables.remove(table)).unwrap_or_default());
                let left = answer.unprocessed_keys.and_then(|mut tables| tables.remove(table));
                keys = left.map(|left| left.keys).unwrap_or_default();
                tries.wait(keys.len()).await?;
            }
        }
        Ok(items)
    }

    /// Removes the items of these keys.
    pub async fn delete_all(&self, keys: Vec<Item>) -> Result<(), StoreError> {
        let (client, table) = (self.client().await, &self.options.table);
        for part in keys.chunks(WRITE) {
            let mut requests = Vec::with_capacity(part.len());
            for key in part {
                let delete = DeleteRequest::builder().set_key(Some(key.clone())).build();
                let delete =
                    delete.map_err(|error| StoreError::Backend { doing: "drop items", detail: error.to_string() })?;
                requests.push(WriteRequest::builder().delete_request(delete).build());
            }
            let mut tries = Tries::new("drop items");
            while !requests.is_empty() {
                let answer = client.batch_write_item().request_items(table, requests).send().await;
                let answer = answer.map_err(|error| self.fault("drop items", &error))?;
                requests = answer.unprocessed_items.and_then(|mut tables| tables.remove(table)).unwrap_or_default();
                tries.wait(requests.len()).await?;
            }
        }
        Ok(())
    }

    /// All items of a partition, as far as `most` goes; from the table itself as it is now, or from an index.
    pub async fn query(
        &self,
        index: Option<&str>,
        partition: (&str, &str),
        beginning: Option<&str>,
        fields: Option<&str>,
        most: usize,
    ) -> Result<Vec<Item>, StoreError> {
        let (mut items, mut from) = (Vec::new(), None::<HashMap<String, AttributeValue>>);
        loop {
            let left = i32::try_from(most.saturating_sub(items.len())).unwrap_or(i32::MAX);
            let mut ask = self
                .client()
                .await
                .query()
                .table_name(&self.options.table)
                .set_index_name(index.map(str::to_owned))
                .consistent_read(index.is_none())
                .expression_attribute_names("#p", partition.0)
                .expression_attribute_values(":p", AttributeValue::S(partition.1.to_owned()))
                .limit(left)
                .set_projection_expression(fields.map(str::to_owned))
                .set_exclusive_start_key(from.take());
            ask = match beginning {
                Some(beginning) => ask
                    .key_condition_expression("#p = :p AND begins_with(sk, :b)")
                    .expression_attribute_values(":b", AttributeValue::S(beginning.to_owned())),
                None => ask.key_condition_expression("#p = :p"),
            };
            let answer = ask.send().await.map_err(|error| self.fault("read items", &error))?;
            items.extend(answer.items.unwrap_or_default());
            from = answer.last_evaluated_key;
            if from.is_none() || items.len() >= most {
                return Ok(items);
            }
        }
    }
}
