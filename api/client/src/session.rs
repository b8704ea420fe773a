//! Signing in and out.

use sentinel_api_types::session::{PasswordChange, Session, SessionCreate};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// Signs in. Ask for `SessionKind::Token`: this client keeps no cookies.
    ///
    /// # Errors
    /// [`ClientError`]; 401 when address or password are wrong, 429 after too many attempts.
    pub async fn create_session(&self, request: &SessionCreate) -> Result<Session, ClientError> {
        self.ask(Call::post(&["session"]).json(request)).await
    }

    /// Who is signed in, and where they belong.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn session(&self) -> Result<Session, ClientError> {
        self.ask(Call::get(&["session"])).await
    }

    /// Changes the password of the person who is signed in. Their other sessions end.
    ///
    /// # Errors
    /// [`ClientError`]; 422 when the current password is wrong, 429 after too many attempts.
    pub async fn change_password(&self, request: &PasswordChange) -> Result<(), ClientError> {
        self.tell(Call::put(&["session", "password"]).json(request)).await
    }

    /// Signs out.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete_session(&self) -> Result<(), ClientError> {
        self.tell(Call::delete(&["session"])).await
    }
}
