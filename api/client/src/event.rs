//! The event stream: server-sent events, read line by line.

use std::collections::VecDeque;

use reqwest::Response;
use reqwest::header::{ACCEPT, HeaderName};
use sentinel_api_types::event::{Compacted, Event, EventsQuery};

use crate::call::{Call, causes, member_of};
use crate::client::Client;
use crate::error::ClientError;

/// Longest event, in bytes.
const EVENT_MAX: usize = 1 << 20;
/// Name of the event that tells of a gap.
const COMPACTED: &str = "compacted";

/// What comes along the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamItem {
    /// Something changed.
    Event(Event),
    /// Some events are not there any more: read what you show anew.
    Compacted(Compacted),
}

/// Events as they arrive over one connection. When it ends, ask again with [`EventStream::last_event_id`].
#[derive(Debug)]
pub struct EventStream {
    response: Response,
    parser: Parser,
    items: VecDeque<StreamItem>,
    last_event_id: Option<String>,
}

impl EventStream {
    /// The next item; `None` when the member ends the stream.
    ///
    /// # Errors
    /// [`ClientError`] when the connection breaks, or something arrives that is not an event.
    pub async fn next(&mut self) -> Result<Option<StreamItem>, ClientError> {
        loop {
            if let Some(item) = self.items.pop_front() {
                self.last_event_id = Some(match &item {
                    StreamItem::Event(event) => event.id.clone(),
                    StreamItem::Compacted(compacted) => compacted.resumes_after.clone(),
                });
                return Ok(Some(item));
            }
            let member = member_of(&self.response);
            let unreadable = |reason: String| ClientError::Unreadable { member: member.clone(), reason };
            match self.response.chunk().await {
                Ok(Some(chunk)) => {
                    for frame in self.parser.feed(&chunk).map_err(unreadable)? {
                        self.items.extend(frame.item().map_err(unreadable)?);
                    }
                }
                Ok(None) => return Ok(None),
                Err(error) => return Err(unreadable(causes(&error))),
            }
        }
    }

    /// Where the stream stands, for going on after it ended.
    pub fn last_event_id(&self) -> Option<&str> {
        self.last_event_id.as_deref()
    }
}

impl Client {
    /// Events of a project, or of everything the caller may see, from now on or behind a place.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn events(
        &self,
        project: Option<&str>,
        after: Option<&str>,
    ) -> Result<EventStream, ClientError> {
        let query = EventsQuery { project: project.map(str::to_owned), last_event_id: None };
        let mut call = Call::get(&["events"]).query(&query).within(None);
        call = call.header(ACCEPT, "text/event-stream".to_owned());
        if let Some(after) = after {
            call = call.header(HeaderName::from_static("last-event-id"), after.to_owned());
        }
        let response = self.send(call).await?;
        let last_event_id = after.map(str::to_owned);
        Ok(EventStream { response, parser: Parser::default(), items: VecDeque::new(), last_event_id })
    }
}

/// One server-sent event.
#[derive(Debug, Default, PartialEq, Eq)]
struct Frame {
    event: String,
    data: String,
}

impl Frame {
    fn item(self) -> Result<Option<StreamItem>, String> {
        let read = |error: serde_json::Error| format!("not an event: {error}");
        if self.data.is_empty() {
            return Ok(None);
        }
        if self.event == COMPACTED {
            return serde_json::from_str(&self.data).map(StreamItem::Compacted).map(Some).map_err(read);
        }
        serde_json::from_str(&self.data).map(StreamItem::Event).map(Some).map_err(read)
    }
}

/// Puts frames together from bytes that arrive in any portions.
#[derive(Debug, Default)]
struct Parser {
    line: Vec<u8>,
    frame: Frame,
}

impl Parser {
    fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Frame>, String> {
        let mut frames = Vec::new();
        for byte in bytes {
            if *byte != b'\n' {
                self.line.push(*byte);
                if self.line.len() + self.frame.data.len() > EVENT_MAX {
                    return Err(format!("an event is larger than {EVENT_MAX} bytes"));
                }
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let line = std::str::from_utf8(&line).map_err(|_| "an event is not text".to_owned())?;
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.is_empty() {
                frames.push(std::mem::take(&mut self.frame));
            } else {
                self.field(line);
            }
        }
        Ok(frames)
    }

    fn field(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => value.clone_into(&mut self.frame.event),
            "data" => {
                if !self.frame.data.is_empty() {
                    self.frame.data.push('\n');
                }
                self.frame.data.push_str(value);
            }
            // The id is inside the data as well; everything else is a comment or a hint.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEXT: &str = ": hello\r\n\r\nid: 4-0\nevent: node.online\ndata: {\"id\":\"4-0\",\ndata: \"x\":1}\n\nevent: compacted\ndata: {\"resumes_after\":\"9-1\"}\n\n";

    #[test]
    fn frames_are_put_together_from_any_portions() {
        let mut whole = Parser::default();
        let expected = whole.feed(TEXT.as_bytes()).unwrap();
        assert_eq!(expected.len(), 3);
        assert_eq!(expected[1].event, "node.online");
        assert_eq!(expected[1].data, "{\"id\":\"4-0\",\n\"x\":1}");
        for size in 1..TEXT.len() {
            let mut parser = Parser::default();
            let frames: Vec<Frame> =
                TEXT.as_bytes().chunks(size).flat_map(|part| parser.feed(part).unwrap()).collect();
            assert_eq!(frames, expected, "in portions of {size}");
        }
    }

    #[test]
    fn comments_are_nothing_and_a_gap_is_told() {
        let mut parser = Parser::default();
        let items: Vec<_> = parser
            .feed(b": keep-alive\n\nevent: compacted\ndata: {\"resumes_after\":\"9-1\"}\n\n")
            .unwrap()
            .into_iter()
            .filter_map(|frame| frame.item().unwrap())
            .collect();
        assert_eq!(items, [StreamItem::Compacted(Compacted { resumes_after: "9-1".to_owned() })]);
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut parser = Parser::default();
        assert!(parser.feed(&vec![b'x'; EVENT_MAX + 2]).is_err());
    }
}
