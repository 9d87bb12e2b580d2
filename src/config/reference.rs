//! Documents written from the definitions of the keys, so that they cannot drift from what is read: the default file
//! and the page of all keys.

use std::fmt::Write;

use tandem_shards::keys::{Form, KeyInfo, items};

use super::keys::known;

/// A file with every key, its text, and its default commented out.
pub fn default_file() -> String {
    let mut out =
        String::from("# tandem: every key with its default. Each key is a flag of `tandem run` too.\n");
    let mut table = "";
    for key in known() {
        if key.table != table {
            table = key.table;
            let _ = writeln!(out, "\n[{table}]");
        }
        out.push('\n');
        for line in wrap(key.help, 90) {
            let _ = writeln!(out, "# {line}");
        }
        let _ = writeln!(out, "#{} = {}", key.name, default_as_toml(&key));
    }
    out
}

/// The page of all keys.
pub fn page() -> String {
    let mut page = String::from(
        "# Keys of the configuration\n\n\
         This page is written from the definitions of the keys (`src/config/keys.rs`, `shards/src/settings.rs`).\n\n\
         Each key is a flag of `tandem run` and `tandem check` too; flags win over the file. A list may be one text,\n\
         divided by `;`. `tandem config default` prints a file with all of them.\n",
    );
    let mut table = None;
    for key in known() {
        if table != Some(key.table) {
            table = Some(key.table);
            let title = if key.table.is_empty() { "Top".to_owned() } else { format!("`[{}]`", key.table) };
            let _ =
                write!(page, "\n## {title}\n\n| key | flag | values | default | |\n|---|---|---|---|---|\n");
        }
        let flag = match key.alias {
            Some(alias) => format!("`--{}`, `--{alias}`", key.flag()),
            None => format!("`--{}`", key.flag()),
        };
        let values = match key.shape.limits.as_str() {
            "" => key.shape.value_name,
            limits => limits,
        };
        let default = default_as_toml(&key);
        let _ = writeln!(page, "| `{}` | {flag} | {values} | `{default}` | {} |", key.name, key.help);
    }
    page
}

fn default_as_toml(key: &KeyInfo) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    match key.shape.form {
        Form::Switch | Form::Whole => key.default.to_owned(),
        Form::Decimal => format!("{}.0", key.default),
        Form::Text => quoted(key.default),
        Form::List => {
            let items = items(Form::List, key.default);
            format!("[{}]", items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "))
        }
    }
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
    use crate::config::{Config, Host, KeyFlags, file, validate::validate};

    #[test]
    fn the_default_file_is_the_defaults() {
        let host = Host { cpus: vec![0, 1], name: "rtp1".to_owned(), redis_password: None };
        let read = |text: &str| -> Config {
            let file = file::parse(Path::new("default.toml"), text);
            validate(file, &KeyFlags::default(), &host).expect(text)
        };
        let text = default_file();
        let uncommented: String = text
            .lines()
            .filter(|line| !line.starts_with("# "))
            .map(|line| format!("{}\n", line.trim_start_matches('#')))
            .collect();
        assert_eq!(uncommented.matches(" = ").count(), known().len(), "every key can be uncommented");
        assert_eq!(read(&text), read(""));
        assert_eq!(read(&uncommented), read(""));
    }
}
