//! The commented default file: the keys' own texts, so that it cannot drift from what is read.

use super::keys::{Keys, known};

/// A file with every key, its text, and its default commented out.
pub fn default_file() -> String {
    let defaults = toml::Table::try_from(Keys::default()).expect("keys are plain values");
    let mut out =
        String::from("# tandem: every key with its default. Each key is a flag of `tandem run` too.\n");
    let mut section = None;
    for key in known() {
        let (table, name) = match key.path.split_once('.') {
            Some((table, name)) => (Some(table.to_owned()), name),
            None => (None, key.path.as_str()),
        };
        if table != section {
            out.push_str(&format!("\n[{}]\n", table.as_deref().unwrap_or_default()));
        }
        let value = match &table {
            Some(table) => defaults.get(table).and_then(|table| table.get(name)),
            None => defaults.get(name),
        };
        section = table;
        out.push('\n');
        for line in wrap(&key.help, 90) {
            out.push_str(&format!("# {line}\n"));
        }
        match value {
            Some(value) => out.push_str(&format!("#{name} = {value}\n")),
            None => out.push_str(&format!("#{name} =\n")),
        }
    }
    out
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("begins with one");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::file;

    #[test]
    fn the_default_file_is_the_defaults() {
        let text = default_file();
        let uncommented: String = text
            .lines()
            .filter(|line| !line.starts_with("# ") && !line.ends_with(" ="))
            .map(|line| format!("{}\n", line.trim_start_matches('#')))
            .collect();
        for text in [text, uncommented] {
            let file = file::parse(Path::new("default.toml"), &text);
            assert_eq!(file.problems, [], "{text}");
            assert_eq!(file.keys, Keys::default());
        }
    }
}
