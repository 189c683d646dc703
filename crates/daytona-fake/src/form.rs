use bytes::Bytes;

/// A part of a form: its name and its content.
pub(crate) type Part = (String, Bytes);

/// The parts of a `multipart/form-data` body (RFC 7578).
pub(crate) fn parts(kind: &str, body: &Bytes) -> Option<Vec<Part>> {
    let boundary = kind.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?.trim_matches('"');
    let mark = format!("--{boundary}");
    let mut found = Vec::new();
    let mut at = find(body, mark.as_bytes(), 0)? + mark.len();
    while !body.get(at..)?.starts_with(b"--") {
        let head_ends = find(body, b"\r\n\r\n", at)?;
        let head = String::from_utf8_lossy(body.get(at..head_ends)?).into_owned();
        let name = head.split("name=\"").nth(1)?.split('"').next()?.to_owned();
        let ends = find(body, format!("\r\n{mark}").as_bytes(), head_ends + 2)?;
        found.push((name, body.slice(head_ends + 4..ends.max(head_ends + 4))));
        at = ends + 2 + mark.len();
    }
    Some(found)
}

/// The body of a form of files by their paths, as the toolbox answers a bulk download, and its content type.
pub(crate) fn of_files(files: Vec<(String, Vec<u8>)>) -> (String, Vec<u8>) {
    const BOUNDARY: &str = "daytona-fake-5f0e7b1c";
    let mut body = Vec::new();
    for (path, content) in files {
        body.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{path}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(&content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

fn find(body: &[u8], mark: &[u8], from: usize) -> Option<usize> {
    body.get(from..)?.windows(mark.len()).position(|window| window == mark).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_it_writes() {
        let content = b"\0\r\n--almost\r\n\xff".to_vec();
        let (kind, body) = of_files(vec![("/a b".into(), content.clone()), ("/c".into(), Vec::new())]);
        let found = parts(&kind, &Bytes::from(body)).unwrap();
        assert_eq!(found, [("file".to_owned(), Bytes::from(content)), ("file".to_owned(), Bytes::new())]);
        assert_eq!(parts("multipart/form-data; boundary=x", &Bytes::from_static(b"no form")), None);
    }
}
