use clade_domain::ContentHash;

use crate::{StoreError, Texts};

pub(super) async fn stores_once_by_content(store: &impl Texts) -> Result<(), StoreError> {
    let put = |texts: &[&str]| store.put_texts(texts.iter().map(|text| (*text).to_owned()).collect());
    let hashes = put(&["one", "two", "one"]).await?;
    assert_eq!(hashes, ["one", "two", "one"].map(|text| ContentHash::of(text.as_bytes())));
    assert_eq!(put(&["two"]).await?, hashes[1..2], "a known text costs nothing and is found by the same hash");
    assert_eq!(store.texts(vec![hashes[1], hashes[0], hashes[1]]).await?, ["two", "one", "two"]);
    assert!(put(&[]).await?.is_empty());
    assert!(store.texts(Vec::new()).await?.is_empty());
    let missing = store.texts(vec![hashes[0], ContentHash::of(b"three")]).await;
    assert!(matches!(&missing, Err(StoreError::NotFound { what: "text", .. })), "{missing:?}");
    Ok(())
}

pub(super) async fn keeps_odd_and_large_texts(store: &impl Texts) -> Result<(), StoreError> {
    let mut odd: Vec<String> =
        ["", " ", "\u{0}", "a\u{0}b", "'; DROP TABLE texts; --", "🧬 é e\u{301} \u{202e}", "\r\n\t", "null"]
            .map(String::from)
            .to_vec();
    odd.extend((0..300).map(|n| format!("text {n}")));
    odd.push("ünï 🧬 ".repeat(5 * 1024 * 1024 / 13));
    let hashes = store.put_texts(odd.clone()).await?;
    // not `assert_eq`: it would print megabytes
    assert!(store.texts(hashes).await? == odd, "every text comes back as it was");
    Ok(())
}
