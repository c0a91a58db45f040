//! The JSON Schema of the document, for editors and for tools that know no more than it says.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::Value;

use super::Document;

impl Document {
    /// Its schema, draft 2020-12, derived from the types that read it. What a type cannot say, it
    /// does not say either: [`Document::check`] has the last word.
    #[must_use]
    pub fn schema() -> Value {
        SchemaGenerator::new(SchemaSettings::draft2020_12()).into_root_schema_for::<Self>().to_value()
    }
}
