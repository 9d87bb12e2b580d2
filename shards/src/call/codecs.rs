//! Formats of a section that the codec options leave.

use super::signal::{CodecOptions, Role};
use crate::names::Text;
use crate::sdp::{Codec, MediaDescription};

/// The formats that the codec options leave, or `None` if they leave all as they are. An empty list stands for
/// a section that is to be rejected.
pub(crate) fn formats(role: Role, options: &CodecOptions, section: &MediaDescription) -> Option<Vec<Text>> {
    if *options == CodecOptions::default() || !section.protocol.is_rtp() {
        return None;
    }
    let kept = |codec: &&Codec| {
        !any(&options.strip, codec) || any(&options.except, codec) || any(&options.offer, codec)
    };
    let place = |codec: &&Codec| {
        let wanted = options.offer.iter().position(|name| names(name, codec));
        wanted.unwrap_or(options.offer.len())
    };
    let mut codecs: Vec<&Codec> = section.codecs.iter().filter(kept).collect();
    codecs.sort_by_key(place);
    if codecs.is_empty() && !options.none_rejects {
        // As in rtpengine: a call with a codec too many is better than none.
        return None;
    }
    if options.single && role == Role::Answer {
        keep_first(&mut codecs);
    }
    Some(codecs.iter().map(|codec| Text::from(codec.payload_type.to_string().as_str())).collect())
}

/// Keeps the first codec that carries sound or pictures, and telephone-events.
fn keep_first(codecs: &mut Vec<&Codec>) {
    let is = |codec: &Codec, name: &[u8]| codec.name.as_bytes().eq_ignore_ascii_case(name);
    let mut first = true;
    codecs.retain(|codec| {
        is(codec, b"telephone-event") || (!is(codec, b"CN") && std::mem::replace(&mut first, false))
    });
}

fn any(names_given: &[Text], codec: &Codec) -> bool {
    names_given.iter().any(|name| names(name, codec))
}

/// True if `NAME[/RATE[/CHANNELS]]` means a codec; `all` and `full` mean every one.
fn names(name: &Text, codec: &Codec) -> bool {
    let mut parts = name.as_bytes().split(|byte| *byte == b'/');
    let encoding = parts.next().unwrap_or_default();
    if encoding == b"all" || encoding == b"full" {
        return true;
    }
    let rate = parts.next().is_none_or(|rate| rate == codec.clock_rate.to_string().as_bytes());
    let channels = parts.next().is_none_or(|channels| {
        let own = codec.parameters.as_bytes();
        channels == own || (channels == b"1" && own.is_empty())
    });
    encoding.eq_ignore_ascii_case(codec.name.as_bytes()) && rate && channels
}
