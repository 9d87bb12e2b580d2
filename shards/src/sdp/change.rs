//! Changes of single lines.

use super::print::NewLine;

/// The change of a line, and the line inserted behind it.
pub(super) struct Edit<'a> {
    pub(super) change: Change<'a>,
    pub(super) after: Option<NewLine<'a>>,
}

/// The change of a line.
pub(super) enum Change<'a> {
    Keep,
    Drop,
    Replace(NewLine<'a>),
}

impl<'a> Change<'a> {
    pub(super) fn drop_if(condition: bool) -> Self {
        if condition { Change::Drop } else { Change::Keep }
    }

    pub(super) fn replace_by(new: Option<NewLine<'a>>) -> Self {
        new.map_or(Change::Keep, Change::Replace)
    }
}

impl<'a> From<Change<'a>> for Edit<'a> {
    fn from(change: Change<'a>) -> Self {
        Edit { change, after: None }
    }
}
