//! Pieces of the texts for people.

use std::fmt::Display;
use std::time::Duration;

/// A name for a terminal: UTF-8 as it is, control characters escaped, since a terminal would obey them.
pub fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for c in String::from_utf8_lossy(bytes).chars() {
        if c.is_control() {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
    }
    text
}

/// A time before now; [`Duration::MAX`] is never.
pub fn ago(time: Duration) -> String {
    if time == Duration::MAX { "never".to_owned() } else { format!("{:.1} s ago", time.as_secs_f64()) }
}

/// A time span in its two largest units.
pub fn age(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {}s", seconds / 60, seconds % 60),
        3600..86400 => format!("{}h {}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d {}h", seconds / 86400, seconds / 3600 % 24),
    }
}

/// A load in percent.
pub fn percent(permille: u64) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}

/// Columns as wide as their widest cell, two blanks apart.
#[derive(Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub fn new(headings: &[&str]) -> Self {
        Table { rows: vec![headings.iter().map(ToString::to_string).collect()] }
    }

    /// Adds a row, with one cell for each heading.
    pub fn row<const N: usize>(&mut self, cells: [impl Display; N]) {
        assert_eq!(N, self.rows[0].len(), "one cell for each heading");
        self.rows.push(cells.iter().map(ToString::to_string).collect());
    }

    /// The text.
    pub fn finish(self) -> String {
        let columns = self.rows[0].len();
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        let mut text = String::new();
        for row in &self.rows {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(c, w)| format!("{c:<w$}")).collect();
            text.push_str(cells.join("  ").trim_end());
            text.push('\n');
        }
        text
    }
}
