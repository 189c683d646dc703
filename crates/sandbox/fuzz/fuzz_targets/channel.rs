//! What comes out of a sandbox, read as the host reads it. The first byte chooses the longest line; every message that is read is one
//! that the inside could have written, and nothing is kept beyond the limit.

#![no_main]

use clade_sandbox::channel::{FromInside, Lines};
use futures::FutureExt;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let longest = 16 * (usize::from(*first) + 1);
    let mut lines = Lines::new(bytes, longest);
    let mut read = 0;
    while let Some(Ok(Some(message))) = lines.next::<FromInside>().now_or_never() {
        read += 1;
        let text = serde_json::to_vec(&message).expect("what was read can be written");
        let again: FromInside = serde_json::from_slice(&text).expect("and read again");
        assert_eq!(again, message);
    }
    let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
    assert!(read <= ends, "{read} messages of {ends} lines");
});
