//! The mint as an edge worker.
