//! JSON objects as a forger writes them: raw members in any order, doubled, escaped or missing.

/// Members by raw name and raw value.
#[derive(Clone, Debug)]
pub struct Members(Vec<(String, String)>);

impl Members {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// Sets a member where it stands, or at the end.
    pub fn set(&self, name: &str, raw: impl Into<String>) -> Self {
        let mut members = self.clone();
        match members.0.iter_mut().find(|(n, _)| n == name) {
            Some((_, value)) => *value = raw.into(),
            None => members.0.push((name.into(), raw.into())),
        }
        members
    }

    /// Sets a member to a string.
    pub fn text(&self, name: &str, text: &str) -> Self {
        self.set(name, quoted(text))
    }

    /// Adds a member at the end though it may stand there already.
    pub fn add(&self, name: &str, raw: impl Into<String>) -> Self {
        let mut members = self.clone();
        members.0.push((name.into(), raw.into()));
        members
    }

    /// Adds it before all others.
    pub fn add_first(&self, name: &str, raw: impl Into<String>) -> Self {
        let mut members = self.clone();
        members.0.insert(0, (name.into(), raw.into()));
        members
    }

    pub fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(n, _)| n != name).cloned().collect())
    }

    /// The raw value of a member.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str()).expect("a member of the base token")
    }

    /// The object; names are written as they are, escapes included.
    pub fn render(&self) -> String {
        let members: Vec<String> = self.0.iter().map(|(name, raw)| format!("\"{name}\":{raw}")).collect();
        format!("{{{}}}", members.join(","))
    }

    /// The values alone, as an array: what a careless reader of structs takes for the object.
    pub fn as_array(&self) -> String {
        let values: Vec<&str> = self.0.iter().map(|(_, raw)| raw.as_str()).collect();
        format!("[{}]", values.join(","))
    }
}

/// A JSON string.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The same name with its first character written as an escape.
pub fn escaped(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!("\\u{:04x}{rest}", first.as_bytes()[0])
}
