//! In which form a bundle has its configuration.

/// In which form a bundle has its configuration. The proxy tells the forms of its own file by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A text that somebody has written, and the same text with what the control plane adds.
    Text,
    /// A document of the configuration model, and the proxy's configuration as JSON: the proxy's own text form loses settings.
    Document,
}

impl Form {
    /// Both.
    pub const ALL: [Form; 2] = [Form::Text, Form::Document];

    /// The file that a node renders for its proxy.
    pub const fn compiled(self) -> &'static str {
        match self {
            Form::Text => "zentinel.kdl",
            Form::Document => "zentinel.json",
        }
    }

    /// The file with what the user wrote.
    pub const fn source(self) -> &'static str {
        match self {
            Form::Text => "source.kdl",
            Form::Document => "model.json",
        }
    }

    /// The form of a configuration of the proxy: no text of the other form begins with a brace.
    pub fn of(compiled: &str) -> Form {
        if compiled.trim_start().starts_with('{') { Form::Document } else { Form::Text }
    }
}
