use std::io::{self, Read, Write};

use clade_bundle::{BundleError, Data, Limits, check};
use clade_domain::ContentHash;
use clade_store::Texts;
use serde_json::json;
use tar::EntryType;

use crate::common::{bundle, compressed, file, header, imported, packed, refusal, tarred, unpacked, with_manifest};

#[tokio::test]
async fn names_links_and_odd_entries_are_refused() {
    let files = unpacked(&bundle(Data::Included).await);
    let renamed = |name: &str| {
        let mut files = files.clone();
        files[2].0 = name.to_owned();
        compressed(&tarred(&files))
    };
    for name in [
        "../../evil",
        "/etc/passwd",
        "texts/../texts/000000.jsonl",
        "texts\\000000.jsonl",
        "texts/000001.jsonl",
        "",
        "a\u{0}b",
    ] {
        let said = refusal(&renamed(name)).await;
        assert!(said.contains("stands in its place"), "{name}: {said}");
    }
    for path in ["../../evil", "/etc/passwd", "journal/7.jsonl", "answers/000000.jsonl"] {
        let said = refusal(&with_manifest(|manifest| manifest["parts"][1]["path"] = json!(path)).await).await;
        assert!(said.contains("not where a bundle has its files"), "{path}: {said}");
    }
    for kind in [
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Char,
        EntryType::Fifo,
        EntryType::GNULongName,
        EntryType::GNUSparse,
        EntryType::XHeader,
        EntryType::Directory,
    ] {
        let mut bytes = tarred(&files[..1]);
        bytes.truncate(bytes.len() - 1024);
        bytes.extend(header(b"examples/000000.jsonl", 0, kind).as_bytes());
        let said = refusal(&compressed(&bytes)).await;
        assert!(said.contains("is no plain file"), "{kind:?}: {said}");
    }
}

#[tokio::test]
async fn sizes_are_held_to_what_is_declared() {
    let files = unpacked(&bundle(Data::Included).await);
    let too_large = |error: Result<_, BundleError>| matches!(error, Err(BundleError::TooLarge { .. }));
    // declared: one file, all files, the manifest itself
    let huge = with_manifest(|manifest| manifest["parts"][0]["bytes"] = json!(1_u64 << 40)).await;
    assert!(too_large(imported(&huge, Limits::default()).await.map(drop)));
    let many = with_manifest(|manifest| {
        let part = |n: usize| json!({ "kind": "examples", "path": format!("examples/{n:06}.jsonl"), "bytes": 64 << 20, "blake3": "00".repeat(16) });
        manifest["parts"] = (0..600).map(part).collect();
    })
    .await;
    assert!(too_large(imported(&many, Limits::default()).await.map(drop)));
    assert!(too_large(imported(&packed(files.clone()), Limits { bytes: 1_000 }).await.map(drop)));
    let manifest = compressed(header(b"manifest.json", 1 << 35, EntryType::Regular).as_bytes());
    assert!(too_large(imported(&manifest, Limits::default()).await.map(drop)));
    // real: another size in the archive than in the manifest, and an archive that never ends
    let mut longer = files.clone();
    longer[1].1.extend(b"{}\n");
    assert!(refusal(&compressed(&tarred(&longer))).await.contains("size is not the one"));
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.write_all(&tarred(&files)).unwrap();
    io::copy(&mut io::repeat(0).take(1 << 26), &mut encoder).unwrap();
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1 << 17, "64 MiB in {} bytes", bomb.len());
    assert!(refusal(&bomb).await.contains("behind the end"));
    // a frame that asks for a window of 2 GB before anything is read: RFC 8878, 3.1.1.1.2
    let window = [&[0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3][..], &[0; 64]].concat();
    assert!(refusal(&window).await.contains("no Promptclade bundle"));
}

#[tokio::test]
async fn what_was_changed_or_cut_is_refused() {
    let bytes = bundle(Data::Included).await;
    let files = unpacked(&bytes);
    for number in 1..files.len() {
        let mut changed = files.clone();
        let at = changed[number].1.len() / 2;
        changed[number].1[at] ^= 1;
        let said = refusal(&compressed(&tarred(&changed))).await;
        assert!(said.contains("checksum does not fit"), "{}: {said}", files[number].0);
        let mut without = files.clone();
        without.remove(number);
        let said = refusal(&compressed(&tarred(&without))).await;
        assert!(said.contains("stands in its place") || said.contains("it is missing"), "{said}");
    }
    let mut more = files.clone();
    more.push(("journal/000001.jsonl".into(), b"{}\n".to_vec()));
    assert!(refusal(&compressed(&tarred(&more))).await.contains("more files than the manifest lists"));
    let mut header = tarred(&files);
    header[100] ^= 1;
    assert!(refusal(&compressed(&header)).await.contains("no Promptclade bundle"));
    for cut in (0..bytes.len()).step_by(bytes.len() / 40) {
        let said = refusal(&bytes[..cut]).await;
        assert!(said.contains("nothing was imported") || said.contains("cannot open"), "{cut}: {said}");
    }
    let whole = zstd::decode_all(&*bytes).unwrap();
    for at in (0..bytes.len()).step_by(bytes.len() / 60) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        // there are bits that mean nothing, and what is told by such a file is what was written
        if zstd::decode_all(&*flipped).is_ok_and(|read| read == whole) {
            continue;
        }
        let said = refusal(&flipped).await;
        assert!(said.contains("nothing was imported") || said.contains("update `clade`"), "{at}: {said}");
    }
}

#[tokio::test]
async fn newer_and_other_files_are_told_apart() {
    let newer = with_manifest(|manifest| *manifest = json!({ "clade_bundle": 2, "everything": "else" })).await;
    assert!(matches!(imported(&newer, Limits::default()).await, Err(BundleError::Newer { found: 2, known: 1 })));
    let zip = b"PK\x03\x04 no bundle at all".to_vec();
    let lines = b"{\"clade_bundle\":1}\n".to_vec();
    let table = [
        zip,
        lines,
        Vec::new(),
        compressed(b""),
        compressed(b"hello"),
        compressed(&tarred(&[("x".into(), b"y".to_vec())])),
    ];
    for other in table {
        let said = refusal(&other).await;
        assert!(said.contains("no Promptclade bundle"), "{said}");
    }
    let nowhere = check(&file(b"").path.with_file_name("nothing"), Limits::default()).unwrap_err();
    assert!(matches!(nowhere, BundleError::Io { doing: "open", .. }), "{nowhere}");
}

#[tokio::test]
async fn a_manifest_that_does_not_fit_is_refused() {
    type Change = fn(&mut serde_json::Value);
    let table: [(&str, Change); 7] = [
        ("what its manifest says", |m| m["entries"] = json!(5)),
        ("what its manifest says", |m| m["examples"] = json!(5)),
        ("what its manifest says", |m| m["examples"] = json!(null)),
        ("no snapshot of this run", |m| m["snapshots"][0]["length"] = json!(9999)),
        ("no snapshot of this run", |m| m["snapshots"][0]["name"] = json!("a@b")),
        ("no snapshot of this run", |m| m["snapshots"] = json!([m["snapshots"][0], m["snapshots"][0]])),
        ("run id", |m| m["summary"]["run"] = json!("../../x")),
    ];
    for (words, change) in table {
        let said = refusal(&with_manifest(change).await).await;
        assert!(said.contains(words), "{words}: {said}");
    }
}

/// A bundle that somebody else has made leaves nothing behind but what its run reads.
#[tokio::test]
async fn texts_that_no_trial_names_are_not_kept() {
    let mut files = unpacked(&bundle(Data::Included).await);
    let texts = files.iter_mut().find(|(name, _)| name.starts_with("texts/")).unwrap();
    texts.1.extend(b"\"nobody asked for this\"\n");
    let store = imported(&packed(files), Limits::default()).await.unwrap();
    let hash = |text: &str| vec![ContentHash::of(text.as_bytes())];
    assert!(store.texts(hash("nobody asked for this")).await.is_err());
    assert_eq!(store.texts(hash("answer 130")).await.unwrap(), ["answer 130"]);
}

#[test]
fn what_a_small_file_may_unpack_to_is_little() {
    assert!(Limits::of_upload(43_401).bytes < 80 << 20);
    assert!(Limits::of_upload(100 << 20).bytes > 10 << 30 && Limits::of_upload(u64::MAX).bytes == 16 << 30);
}
