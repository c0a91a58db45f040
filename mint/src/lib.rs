//! The mint.
