//! The REST API as a test sees it: paths and JSON, no types of ours in between.

use anyhow::{Context, Result, bail};
use reqwest::Method;
use serde_json::{Value, json};

/// One member's API with one credential.
#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Api {
    /// Without a credential.
    pub fn new(base: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
        Self { http, base: base.to_owned(), token: None }
    }

    /// Signs in and keeps the token.
    pub async fn login(base: &str, email: &str, password: &str) -> Result<Self> {
        let mut api = Self::new(base);
        let body = json!({"email": email, "password": password, "as": "token"});
        let session = api.post("/api/v1/session", &body).await?;
        api.token = session["token"].as_str().map(str::to_owned);
        Ok(api)
    }

    /// The credential.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The same credential at another member.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// Another credential at the same member.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Status and body of any request.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<(u16, Value)> {
        let request = self.http.request(method, format!("{}{path}", self.base));
        self.finish(request, path, body).await
    }

    /// Status and body of a POST that may be repeated: the same key stands for the same request.
    pub async fn post_keyed(&self, path: &str, body: &Value, key: &str) -> Result<(u16, Value)> {
        let request = self.http.post(format!("{}{path}", self.base)).header("idempotency-key", key);
        self.finish(request, path, Some(body)).await
    }

    async fn finish(
        &self,
        mut request: reqwest::RequestBuilder,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Value)> {
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.with_context(|| format!("{}{path}", self.base))?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// GET, or an error with the body.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.expect(Method::GET, path, None).await
    }

    /// POST, or an error with the body.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.expect(Method::POST, path, Some(body)).await
    }

    /// DELETE, which must succeed.
    pub async fn delete(&self, path: &str) -> Result<()> {
        let (status, body) = self.send(Method::DELETE, path, None).await?;
        anyhow::ensure!((200..300).contains(&status), "DELETE {path}: {status} {body}");
        Ok(())
    }

    /// The bytes behind a path.
    pub async fn bytes(&self, path: &str) -> Result<Vec<u8>> {
        let mut request = self.http.get(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await?.error_for_status()?;
        Ok(response.bytes().await?.to_vec())
    }

    async fn expect(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let (status, value) = self.send(method.clone(), path, body).await?;
        if !(200..300).contains(&status) {
            bail!("{method} {path}: {status} {value}");
        }
        Ok(value)
    }
}
