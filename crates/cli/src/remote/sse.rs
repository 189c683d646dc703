/// A server-sent event.
#[derive(Debug, Default, PartialEq)]
pub struct Event {
    /// Its number; empty where it has none.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// What it brings.
    pub data: String,
}

/// Takes a stream of server-sent events apart, however it is cut into pieces
/// (<https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>).
#[derive(Debug, Default)]
pub struct Parser {
    rest: Vec<u8>,
    event: Event,
}

impl Parser {
    /// Takes a piece in, and gives the events that are whole now.
    pub fn take(&mut self, piece: &[u8]) -> Vec<Event> {
        self.rest.extend_from_slice(piece);
        let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') else { return Vec::new() };
        let lines: Vec<u8> = self.rest.drain(..=end).collect();
        let mut events = Vec::new();
        for line in lines[..end].split(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(line);
            let line = line.trim_end_matches('\r');
            if line.is_empty() {
                let event = std::mem::take(&mut self.event);
                // comments alone make no event
                if event != Event::default() {
                    events.push(event);
                }
                continue;
            }
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "id" => value.clone_into(&mut self.event.id),
                "event" => value.clone_into(&mut self.event.kind),
                "data" => {
                    if !self.event.data.is_empty() {
                        self.event.data.push('\n');
                    }
                    self.event.data.push_str(value);
                }
                _ => {}
            }
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_the_same_however_they_are_cut() {
        let text =
            ": \n\nid: 4\nevent: entry\ndata: {\"a\":\"é: b\"}\n\nevent: end\r\ndata: one\r\ndata: two\r\n\r\nid: 5\n";
        let event = |id: &str, kind: &str, data: &str| Event { id: id.into(), kind: kind.into(), data: data.into() };
        let expected = vec![event("4", "entry", "{\"a\":\"é: b\"}"), event("", "end", "one\ntwo")];
        for size in 1..text.len() {
            let mut parser = Parser::default();
            let found: Vec<Event> = text.as_bytes().chunks(size).flat_map(|piece| parser.take(piece)).collect();
            assert_eq!(found, expected, "in pieces of {size}");
        }
    }
}
