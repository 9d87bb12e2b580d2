//! The key `codec`: which payload types pass.

use tandem_shards::call::signal::CodecOptions;
use tandem_shards::names::Text;

use super::Outcome;
use super::not_done::Feature;
use super::text::unescape;

/// Adds codec names to what an operation of the key `codec` works on.
pub fn add_codecs(options: &mut CodecOptions, operation: &[u8], names: Vec<Text>) -> Outcome {
    let list = match operation {
        // What is masked may be transcoded to and from, and is not offered to the other side.
        b"strip" | b"mask" => &mut options.strip,
        b"except" => &mut options.except,
        b"offer" => &mut options.offer,
        // What is not to be transcoded passes.
        b"ignore" => return Outcome::Taken,
        // These make codecs that the source does not have: that takes a transcoder.
        b"transcode" | b"set" | b"accept" | b"consume" => return Outcome::NotDone(Feature::Transcoding),
        _ => return Outcome::Unknown,
    };
    list.extend(names);
    Outcome::Taken
}

/// A flag `codec-OPERATION-NAME` (without the first part): the operation, and the name without escapes.
pub fn codec_flag(rest: &[u8]) -> Option<(&[u8], Text)> {
    let at = rest.iter().position(|byte| *byte == b'-')?;
    let (operation, name) = (&rest[..at], &rest[at + 1..]);
    (!name.is_empty()).then(|| (operation, Text::from(unescape(name))))
}

/// Whether texts come with the escapes of flag values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// They do.
    Undo,
    /// They do not.
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
