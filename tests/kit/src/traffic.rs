//! A client that never stops: it asks every proxy all the time and writes down every answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;

/// Pause between two requests to one proxy.
const PAUSE: Duration = Duration::from_millis(10);

/// What one proxy answered.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Number of answers by status and body.
    pub by_answer: BTreeMap<(u16, String), u64>,
    /// Requests without an answer, with the cause.
    pub lost: Vec<String>,
    /// The newest answer.
    pub last: Option<(u16, String)>,
}

impl Answers {
    /// Answers with this status.
    pub fn with_status(&self, status: u16) -> u64 {
        self.by_answer.iter().filter(|((found, _), _)| *found == status).map(|(_, count)| count).sum()
    }

    /// Answers with this body, whatever the status.
    pub fn with_body(&self, body: &str) -> u64 {
        self.by_answer.iter().filter(|((_, found), _)| found == body).map(|(_, count)| count).sum()
    }

    /// All answers.
    pub fn total(&self) -> u64 {
        self.by_answer.values().sum()
    }
}

/// See the module.
pub struct Traffic {
    answers: Vec<Arc<Mutex<Answers>>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Traffic {
    /// Begins to ask `http://ADDRESS/` of each address.
    pub fn start(addresses: &[String]) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(10))
            .build()
            .expect("an HTTP client");
        let answers: Vec<_> = addresses.iter().map(|_| Arc::new(Mutex::new(Answers::default()))).collect();
        let tasks = addresses
            .iter()
            .zip(&answers)
            .map(|(address, answers)| {
                let (url, http, answers) = (format!("http://{address}/"), http.clone(), Arc::clone(answers));
                tokio::spawn(async move {
                    loop {
                        let answer = ask(&http, &url).await;
                        note(&answers, answer);
                        tokio::time::sleep(PAUSE).await;
                    }
                })
            })
            .collect();
        Self { answers, tasks }
    }

    /// What each proxy answered so far.
    pub fn answers(&self) -> Vec<Answers> {
        self.answers
            .iter()
            .map(|answers| answers.lock().unwrap_or_else(PoisonError::into_inner).clone())
            .collect()
    }

    /// Forgets everything so far.
    pub fn reset(&self) {
        for answers in &self.answers {
            *answers.lock().unwrap_or_else(PoisonError::into_inner) = Answers::default();
        }
    }

    /// Panics when any request was lost or answered with a 5xx or 404.
    pub fn assert_flawless(&self) {
        for (index, answers) in self.answers().into_iter().enumerate() {
            assert!(answers.lost.is_empty(), "proxy {index} lost requests: {:?}", answers.lost);
            let bad: Vec<_> = answers.by_answer.iter().filter(|((status, _), _)| *status >= 400).collect();
            assert!(bad.is_empty(), "proxy {index} answered with errors: {bad:?}");
            assert!(answers.total() > 0, "proxy {index} was never asked");
        }
    }
}

fn note(answers: &Mutex<Answers>, answer: reqwest::Result<(u16, String)>) {
    let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
    match answer {
        Ok(answer) => {
            *answers.by_answer.entry(answer.clone()).or_default() += 1;
            answers.last = Some(answer);
        }
        Err(error) => answers.lost.push(format!("{error:?}")),
    }
}

async fn ask(http: &reqwest::Client, url: &str) -> reqwest::Result<(u16, String)> {
    let response = http.get(url).send().await?;
    Ok((response.status().as_u16(), response.text().await?))
}

impl Drop for Traffic {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
