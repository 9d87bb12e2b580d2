//! Files that are written from the tables of the program: each is what would be written now.
//!
//! `TANDEM_WRITE=1 cargo test --test generated` writes them.

use std::path::Path;

use tandem::reference;

#[test]
fn generated_files_are_up_to_date() {
    let documents = [("deploy/doc/ng.md", reference::ng())];
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
