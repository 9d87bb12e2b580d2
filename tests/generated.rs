//! Files that are written from the tables of the program: each is what would be written now.
//!
//! `TANDEM_WRITE=1 cargo test --test generated` writes them.

use std::path::Path;

use clap_complete::Shell;
use clap_mangen::Man;
use tandem::reference;

#[test]
fn generated_files_are_up_to_date() {
    let documents = [
        ("deploy/completions/_tandem", completions(Shell::Zsh)),
        ("deploy/completions/tandem.bash", completions(Shell::Bash)),
        ("deploy/completions/tandem.fish", completions(Shell::Fish)),
        ("deploy/default.toml", reference::default_file()),
        ("deploy/doc/keys.md", reference::keys()),
        ("deploy/doc/ng.md", reference::ng()),
        ("deploy/doc/reasons.md", reference::reasons()),
        ("deploy/tandem.8", man_page()),
    ];
    let mut stale = Vec::new();
    for (path, text) in documents {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        if std::env::var_os("TANDEM_WRITE").is_some() {
            std::fs::create_dir_all(file.parent().expect("a directory")).expect("writable");
            std::fs::write(&file, &text).expect("writable");
        }
        if std::fs::read_to_string(&file).unwrap_or_default() != text {
            stale.push(path);
        }
    }
    assert!(stale.is_empty(), "write them with TANDEM_WRITE=1 cargo test --test generated: {stale:?}");
}

fn completions(shell: Shell) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut reference::command(), "tandem", &mut text);
    String::from_utf8(text).expect("texts of the command line")
}

/// The written sections of `deploy/man/`, and between them those that are made of tables.
fn man_page() -> String {
    let mut page = include_str!("../deploy/man/head.roff").to_owned();
    page += &options("run", "OPTIONS OF TANDEM RUN AND TANDEM CHECK");
    page += &options("ctl", "OPTIONS OF TANDEM CTL");
    page += ".SH COMMANDS OF TANDEM CTL\n";
    for (usage, help) in reference::ctl_commands() {
        page += &format!(".TP\n\\fB{}\\fR\n{}\n", escaped(&usage), escaped(help));
    }
    page += include_str!("../deploy/man/tail.roff");
    page += ".SH EXIT STATUS\n";
    for (code, meaning) in reference::exit_codes() {
        page += &format!(".TP\n.B {code}\n{}\n", escaped(meaning));
    }
    page
}

fn options(verb: &str, title: &str) -> String {
    let command = reference::command();
    let verb = command.find_subcommand(verb).expect("a verb of the command line").clone();
    let mut text = Vec::new();
    Man::new(verb).render_options_section(&mut text).expect("memory");
    let text = String::from_utf8(text).expect("texts of the command line");
    text.replacen(".SH OPTIONS", &format!(".SH {title}"), 1)
}

/// A text that roff shows as it is.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('-', "\\-")
}
