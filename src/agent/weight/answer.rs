//! What a load balancer is told: HAProxy's agent-check in one line, or JSON.
//!
//! `down` is the answer as long as the proxy has proven nothing, whatever the weight: traffic goes only to what is known to serve.

use serde_json::json;

use crate::agent::board::Serving;

/// Longest reason told, in characters.
const REASON_MAX: usize = 100;

/// What is told now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It serves, and shall get so much of its share.
    Ready(u8),
    /// It serves, and shall get nothing new.
    Drain,
    /// It does not serve, in words.
    Down(u8, String),
}

impl Answer {
    /// The answer for a proxy that serves or not, at this weight.
    pub fn new(serving: &Serving, percent: u8) -> Self {
        match serving {
            Serving::Proven if percent == 0 => Answer::Drain,
            Serving::Proven => Answer::Ready(percent),
            Serving::Nothing => Answer::Down(percent, "nothing runs yet".to_owned()),
            Serving::No(words) => Answer::Down(percent, one_line(words)),
        }
    }

    /// One line of the agent-check protocol. `up` is said each time, because the load balancer remembers an earlier `down`.
    pub fn agent_check(&self) -> String {
        match self {
            Answer::Ready(percent) => format!("up ready {percent}%\n"),
            Answer::Drain => "up drain\n".to_owned(),
            Answer::Down(_, reason) => format!("down #{reason}\n"),
        }
    }

    /// Status and body of an HTTP answer: whoever only looks at the status does the right thing as well.
    pub fn http(&self) -> (u16, String) {
        let (status, state, percent, reason) = match self {
            Answer::Ready(percent) => (200, "ready", *percent, None),
            Answer::Drain => (200, "drain", 0, None),
            Answer::Down(percent, reason) => (503, "down", *percent, Some(reason)),
        };
        (status, json!({"weight": percent, "state": state, "reason": reason}).to_string())
    }
}

fn one_line(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(REASON_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weight_is_told_only_of_a_proxy_that_has_proven_itself() {
        let no = |words: &str| Serving::No(words.to_owned());
        for (serving, percent, line) in [
            (Serving::Proven, 100, "up ready 100%\n"),
            (Serving::Proven, 50, "up ready 50%\n"),
            (Serving::Proven, 0, "up drain\n"),
            (Serving::Nothing, 50, "down #nothing runs yet\n"),
            (no("it ended"), 0, "down #it ended\n"),
            (no("one\r\nup ready 100%"), 10, "down #one  up ready 100%\n"),
        ] {
            assert_eq!(Answer::new(&serving, percent).agent_check(), line);
        }
        let long = Answer::new(&no(&"ä".repeat(5_000)), 1).agent_check();
        assert_eq!(long.chars().count(), "down #\n".len() + REASON_MAX);
    }

    #[test]
    fn over_http_the_status_says_whether_it_serves() {
        let told = |serving, percent| Answer::new(&serving, percent).http();
        assert_eq!(
            told(Serving::Proven, 50),
            (200, r#"{"reason":null,"state":"ready","weight":50}"#.to_owned())
        );
        assert_eq!(
            told(Serving::Proven, 0),
            (200, r#"{"reason":null,"state":"drain","weight":0}"#.to_owned())
        );
        assert_eq!(
            told(Serving::No("it \"ended\"".to_owned()), 50),
            (503, r#"{"reason":"it \"ended\"","state":"down","weight":50}"#.to_owned())
        );
    }
}
