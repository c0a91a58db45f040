//! Standard output: only what was asked for, and a broken pipe is no crash.

use std::io::{self, Write as _};

use crate::{
    home::lower,
    refusal::{Plain, Refusal},
};

/// Writes text as it is.
pub fn text(text: &str) -> Result<(), Refusal> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| failed(&error))
}

/// Writes rows in columns, as kubectl does; the last column is not padded.
pub fn table<const N: usize>(rows: &[[String; N]]) -> Result<(), Refusal> {
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let mut lines = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let cell = Plain(cell).to_string();
            line.push_str(&format!("{cell:<width$}   ", width = width(column)));
        }
        lines.push_str(line.trim_end());
        lines.push('\n');
    }
    text(&lines)
}

/// The refusal for output that cannot be written.
pub fn failed(error: &io::Error) -> Refusal {
    Refusal::new("output-failed", format!("the output cannot be written: {}", lower(error)))
}
