use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig, timeout::TimeoutConfig},
    error::BuildError,
    types::{AttributeValue, DeleteRequest, KeysAndAttributes, PutRequest, WriteRequest},
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use clade_store::StoreError;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::OnceCell;

use crate::{DynamoOptions, fault::fault, items::Item, unprocessed::Tries};

/// Most keys of a batch that reads, and of one that writes, by DynamoDB's limits.
const READ: usize = 100;
const WRITE: usize = 25;
/// Requests that are under way at once for one call.
pub(crate) const AT_ONCE: usize = 16;

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
        let parts: Vec<_> = keys.chunks(READ).map(<[_]>::to_vec).collect();
        let parts = stream::iter(parts).map(|part| self.get_part(part));
        let parts: Vec<Vec<Item>> = parts.buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(parts.concat())
    }

    async fn get_part(&self, mut keys: Vec<Item>) -> Result<Vec<Item>, StoreError> {
        let (client, table) = (self.client().await, &self.options.table);
        let (mut items, mut tries) = (Vec::with_capacity(keys.len()), Tries::new("read items"));
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
        Ok(items)
    }

    /// Writes items, whatever is there; each key once.
    pub async fn put_all(&self, items: Vec<Item>) -> Result<(), StoreError> {
        let put = |item| PutRequest::builder().set_item(Some(item)).build();
        let requests = items.into_iter().map(|item| Ok(WriteRequest::builder().put_request(put(item)?).build()));
        self.write_all("write items", requests.collect()).await
    }

    /// Removes the items of these keys.
    pub async fn delete_all(&self, keys: Vec<Item>) -> Result<(), StoreError> {
        let delete = |key| DeleteRequest::builder().set_key(Some(key)).build();
        let requests = keys.into_iter().map(|key| Ok(WriteRequest::builder().delete_request(delete(key)?).build()));
        self.write_all("drop items", requests.collect()).await
    }

    async fn write_all(
        &self,
        doing: &'static str,
        requests: Result<Vec<WriteRequest>, BuildError>,
    ) -> Result<(), StoreError> {
        let requests = requests.map_err(|error| StoreError::Backend { doing, detail: error.to_string() })?;
        let parts: Vec<_> = requests.chunks(WRITE).map(<[_]>::to_vec).collect();
        let parts = stream::iter(parts).map(|part| self.write_part(doing, part));
        parts.buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn write_part(&self, doing: &'static str, mut requests: Vec<WriteRequest>) -> Result<(), StoreError> {
        let (client, table) = (self.client().await, &self.options.table);
        let mut tries = Tries::new(doing);
        while !requests.is_empty() {
            let answer = client.batch_write_item().request_items(table, requests).send().await;
            let answer = answer.map_err(|error| self.fault(doing, &error))?;
            requests = answer.unprocessed_items.and_then(|mut tables| tables.remove(table)).unwrap_or_default();
            tries.wait(requests.len()).await?;
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
