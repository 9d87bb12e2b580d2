//! The key `codec`: which payload types pass.

use tandem_shards::names::Text;

use super::text::unescape;

/// A flag `codec-OPERATION-NAME` (without the first part): the operation, and the name without escapes.
pub fn codec_flag(rest: &[u8]) -> Option<(&[u8], Text)> {
    let at = rest.iter().position(|byte| *byte == b'-')?;
    let (operation, name) = (&rest[..at], &rest[at + 1..]);
    (!name.is_empty()).then(|| (operation, Text::from(unescape(name))))
}

/// Escapes of flag values in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// Present: undone.
    Undo,
    /// Absent.
    None,
}

impl Escapes {
    /// A text as it was meant.
    pub fn text(self, bytes: &[u8]) -> Text {
        match self {
            Escapes::Undo => Text::from(unescape(bytes)),
            Escapes::None => Text::from(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codec_flags_keep_dashes_in_names() {
        assert_eq!(
            codec_flag(b"strip-telephone-event"),
            Some((&b"strip"[..], Text::from("telephone-event")))
        );
        assert_eq!(codec_flag(b"strip-"), None);
        assert_eq!(codec_flag(b"strip"), None);
    }
}
