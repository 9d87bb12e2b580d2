//! Documents that are written from the tables of the program, for `tests/generated.rs` and for packages.

/// The page of ng.
pub fn ng() -> String {
    crate::ng::reference::page()
}
