use clade_domain::{ContentHash, ExampleId};

use super::samples;
use crate::{Datasets, StoreError};

pub(super) async fn is_whole_when_sealed(store: &impl Datasets) -> Result<(), StoreError> {
    let set = samples::dataset("sums", 4);
    assert!(!store.has_dataset(set.hash).await?);
    store.put_examples(set.hash, vec![samples::example(0), samples::example(1)]).await?;
    assert!(!store.has_dataset(set.hash).await?, "a part is not the whole");
    store.put_examples(set.hash, vec![samples::example(2), samples::example(3)]).await?;
    store.put_examples(set.hash, vec![samples::example(1), samples::example(2)]).await?;
    store.seal_dataset(set.clone()).await?;
    assert!(store.has_dataset(set.hash).await?);
    store.seal_dataset(set.clone()).await?;
    assert!(!store.has_dataset(ContentHash::of(b"another")).await?);
    Ok(())
}

pub(super) async fn gives_examples_by_id(store: &impl Datasets) -> Result<(), StoreError> {
    let (set, other) = (samples::dataset("one", 300), samples::dataset("two", 1));
    store.put_examples(set.hash, (0..300).map(samples::example).collect()).await?;
    store.put_examples(other.hash, vec![samples::example(7)]).await?;
    let ids: Vec<ExampleId> = (0..300).rev().chain([5, 5]).map(ExampleId).collect();
    let expected: Vec<_> = ids.iter().map(|id| samples::example(id.0)).collect();
    assert_eq!(store.examples(set.hash, ids).await?, expected, "in the order asked for");
    assert_eq!(store.examples(other.hash, vec![ExampleId(7)]).await?, [samples::example(7)]);
    assert!(store.examples(set.hash, Vec::new()).await?.is_empty());
    for (set, id) in [(set.hash, 300), (other.hash, 0), (ContentHash::of(b"none"), 0)] {
        let missing = store.examples(set, vec![ExampleId(id)]).await;
        assert!(matches!(&missing, Err(StoreError::NotFound { what: "example", .. })), "{set}/{id}: {missing:?}");
    }
    Ok(())
}
