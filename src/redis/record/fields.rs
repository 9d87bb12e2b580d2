//! The small forms inside a record: escapes, endpoints, times, flag bits, payload types, interfaces.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use tandem_shards::call::state::{MediaFlags, MediaState, PayloadType};
use tandem_shards::interfaces::Interfaces;
use tandem_shards::names::{Family, InterfaceName, Text};
use tandem_shards::time::Timestamp;

/// Number that rtpengine writes for a pointer to nothing.
pub(super) const NOTHING: u64 = u32::MAX as u64;

/// Bits that streams and media have in common.
pub(super) mod common {
    /// The RTCP address was not given, but follows from that of RTP.
    pub(in super::super) const IMPLICIT_RTCP: u64 = 1 << 0;
    pub(in super::super) const ASYMMETRIC: u64 = 1 << 1;
    /// The relay sends to the party: the party receives.
    pub(in super::super) const SEND: u64 = 1 << 2;
    /// The relay receives from the party: the party sends.
    pub(in super::super) const RECV: u64 = 1 << 3;
    pub(in super::super) const RTCP_MUX: u64 = 1 << 4;
    pub(in super::super) const STRICT_SOURCE: u64 = 1 << 8;
    pub(in super::super) const MEDIA_HANDOVER: u64 = 1 << 9;
    pub(in super::super) const UNIDIRECTIONAL: u64 = 1 << 12;
}

/// Bits of `ps_flags`.
pub(super) mod stream {
    pub(in super::super) const RTP: u64 = 1 << 16;
    pub(in super::super) const RTCP: u64 = 1 << 17;
    /// The RTCP flow that stands back while RTCP is multiplexed.
    pub(in super::super) const FALLBACK_RTCP: u64 = 1 << 18;
    pub(in super::super) const RECEIVED: u64 = 1 << 19;
    /// Flag of a stream that has an endpoint.
    pub(in super::super) const FILLED: u64 = 1 << 20;
    /// Only before version 11.
    pub(in super::super) const CONFIRMED: u64 = 1 << 21;
    pub(in super::super) const PIERCE_NAT: u64 = 1 << 27;
    pub(in super::super) const NAT_WAIT: u64 = 1 << 28;
}

/// Bits of `media_flags`.
pub(super) mod media {
    pub(in super::super) const INITIALIZED: u64 = 1 << 16;
    pub(in super::super) const LOOP_CHECK: u64 = 1 << 22;
    pub(in super::super) const RTCP_GENERATED: u64 = 1 << 27;
    /// Set on all ordinary media by rtpengine 13; older ones read 32 bits.
    pub(in super::super) const PUBLIC: u64 = 1 << 38;
}

/// Bits of `ml_flags` (rtpengine 12 and later).
pub(super) mod party {
    pub(in super::super) const FINAL_RESPONSE: u64 = 1 << 21;
    pub(in super::super) const BLOCK_SHORT: u64 = 1 << 22;
    pub(in super::super) const BLOCK_MEDIA: u64 = 1 << 23;
    pub(in super::super) const SILENCE_MEDIA: u64 = 1 << 24;
}

/// Bits of `call_flags` (rtpengine 12 and later).
pub(super) mod call {
    pub(in super::super) const DROP_TRAFFIC: u64 = 1 << 23;
    pub(in super::super) const BLOCK_MEDIA: u64 = 1 << 28;
    pub(in super::super) const SILENCE_MEDIA: u64 = 1 << 29;
}

/// The flags of a media that have a bit in `media_flags`.
pub(super) fn media_flags(flags: u64) -> MediaFlags {
    let set = |bit: u64| flags & bit != 0;
    MediaFlags {
        rtcp_mux: set(common::RTCP_MUX),
        asymmetric: set(common::ASYMMETRIC),
        unidirectional: set(common::UNIDIRECTIONAL),
        strict_source: set(common::STRICT_SOURCE),
        media_handover: set(common::MEDIA_HANDOVER),
        generate_rtcp: set(media::RTCP_GENERATED),
        loop_check: set(media::LOOP_CHECK),
        ..MediaFlags::default()
    }
}

/// Appends text so that JSON needs no escapes of its own, as rtpengine 10.5 does. All versions undo it.
pub(super) fn escape(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        match byte {
            b'%' | b'\\' | b'\'' | b'"' | ..=0x1f | 0x7f.. => {
                write!(out, "%{byte:02x}").expect("a string takes all");
            }
            _ => out.push(char::from(*byte)),
        }
    }
}

/// Undoes [`escape`]. A `%` that starts no escape stays: rtpengine 13 writes some texts unescaped.
pub(super) fn unescape(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high << 4 | low).expect("two hexadecimal digits"));
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    bytes
}

/// An endpoint; empty for none.
pub(super) fn endpoint_text(endpoint: Option<SocketAddr>) -> String {
    match endpoint {
        // Without the scope that `Display` would show: nobody else can read that.
        Some(SocketAddr::V6(v6)) => format!("[{}]:{}", v6.ip(), v6.port()),
        Some(SocketAddr::V4(v4)) => v4.to_string(),
        None => String::new(),
    }
}

/// Endpoint that packets can be sent to: none for nothing, and for the zero address of a held party.
pub(super) fn reachable(endpoint: Option<SocketAddr>) -> Option<SocketAddr> {
    endpoint.filter(|endpoint| !endpoint.ip().is_unspecified())
}

/// A time in seconds (rtpengine before 13.4, in most fields) or microseconds, told apart by its magnitude.
pub(super) fn time(number: u64) -> Timestamp {
    // In seconds this is the year three million, in microseconds March 1973.
    const SMALLEST_MICROSECONDS: u64 = 100_000_000_000_000;
    match number {
        0 => Timestamp::ZERO,
        SMALLEST_MICROSECONDS.. => Timestamp::from_micros(number),
        // Written again, an earlier time would be taken for seconds.
        _ => Timestamp::from_secs(number).max(Timestamp::from_micros(SMALLEST_MICROSECONDS)),
    }
}

/// rtpengine 13 cuts longer list entries off when it writes them; shorter ones are safe with all.
const PAYLOAD_ENTRY_BYTES_MAX: usize = 126;

/// One entry of `payload_types-N`, already escaped: `number/name/rate/parameters/bitrate/ptime/fmtp/options`.
///
/// This is the order that all versions expect, whatever they write. A text that does not fit is left out, and
/// so is one with a slash, which would be taken for the end of the field.
pub(super) fn payload_entry(payload: &PayloadType, ptime: u32) -> String {
    let PayloadType { number, clock_rate, .. } = payload;
    let mut room = PAYLOAD_ENTRY_BYTES_MAX - format!("{number}//{clock_rate}//0/{ptime}//").len();
    let mut fitting = |text: &Text| {
        let mut escaped = String::new();
        escape(text.as_bytes(), &mut escaped);
        if escaped.len() > room || escaped.contains('/') {
            escaped.clear();
        }
        room -= escaped.len();
        escaped
    };
    let (name, parameters, format) =
        (fitting(&payload.name), fitting(&payload.parameters), fitting(&payload.format));
    format!("{number}/{name}/{clock_rate}/{parameters}/0/{ptime}/{format}/")
}

/// The packet time that stands in payload entries: what the party said, or what the codecs do by default.
pub(super) fn entry_ptime(media: &MediaState) -> u32 {
    media.ptime.unwrap_or(if media.kind == *b"audio".as_slice() { 20 } else { 0 })
}

/// The formats of a media in one text.
pub(super) fn format_text(media: &MediaState) -> Vec<u8> {
    let formats: Vec<&[u8]> = media.formats.iter().map(Text::as_bytes).collect();
    formats.join(&b' ')
}

/// Undoes [`format_text`].
pub(super) fn read_formats(text: &Text) -> Vec<Text> {
    let formats = text.as_bytes().split(|byte| *byte == b' ').filter(|format| !format.is_empty());
    formats.map(Text::from).collect()
}

/// Reads an entry of `payload_types-N` in either order; the options that come last show which one it is.
pub(super) fn read_payload_entry(entry: &[u8]) -> Option<PayloadType> {
    let parts: Vec<&[u8]> = entry.split(|byte| *byte == b'/').collect();
    let number = |part: &[u8]| std::str::from_utf8(part).ok()?.parse::<u32>().ok();
    let [pt, name, rate, parameters, rest @ ..] = parts.as_slice() else {
        return None;
    };
    // `fmtp/bitrate/ptime`, and the fmtp may hold slashes; or `bitrate/ptime/fmtp/options`.
    let format = match rest {
        [] => Vec::new(),
        [_, _, format @ .., _] if rest.len() >= 4 && number(rest[0]).is_some() => format.join(&b'/'),
        [format @ .., _, _] => format.join(&b'/'),
        [format] => format.to_vec(),
    };
    Some(PayloadType {
        number: u8::try_from(number(pt)?).ok().filter(|number| *number < 128)?,
        name: Text::from(*name),
        clock_rate: number(rate)?,
        parameters: Text::from(*parameters),
        format: Text::from(format),
    })
}

/// An address of a logical interface as rtpengine counts them: by family, those of the other family last.
pub(super) fn unique_id(interfaces: &Interfaces, name: &InterfaceName, position: u16) -> (Family, u64) {
    let Some(address) = interfaces.at(name, position).map(|id| interfaces.address(id)) else {
        return (Family::Ip4, u64::from(position));
    };
    let family = Family::of(address.ip);
    let alike = interfaces.addresses().iter().filter(|a| a.interface == *name && Family::of(a.ip) == family);
    let before = alike.take_while(|a| a.position < position).count();
    (family, before as u64)
}

/// Undoes [`unique_id`]. For an interface that does not exist here the number is kept as it is.
pub(super) fn position(interfaces: &Interfaces, name: &InterfaceName, family: Family, unique_id: u16) -> u16 {
    let of_name = |wanted: bool| {
        let all = interfaces.addresses().iter();
        all.filter(move |a| a.interface == *name && (Family::of(a.ip) == family) == wanted)
    };
    let in_order = of_name(true).chain(of_name(false));
    in_order.map(|a| a.position).nth(usize::from(unique_id)).unwrap_or(unique_id)
}

/// The address of an interface here.
pub(super) fn local_ip(interfaces: &Interfaces, name: &InterfaceName, position: u16) -> Option<IpAddr> {
    interfaces.at(name, position).map(|id| interfaces.address(id).ip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_stray_percent_signs_stay() {
        let cases: [(&[u8], &str); 4] = [
            (b"a%41b", "a%2541b"),
            (b"\"q\" \\ '\n", "%22q%22 %5c %27%0a"),
            ("ä".as_bytes(), "%c3%a4"),
            (b"", ""),
        ];
        for (plain, escaped) in cases {
            let mut out = String::new();
            escape(plain, &mut out);
            assert_eq!(out, escaped);
            assert_eq!(unescape(out.as_bytes()), plain);
        }
        assert_eq!(unescape(b"100%, %4, %C3%a4 %"), "100%, %4, ä %".as_bytes());
    }

    #[test]
    fn times_are_told_apart_by_magnitude() {
        assert_eq!(time(1_795_414_780), Timestamp::from_secs(1_795_414_780));
        assert_eq!(time(1_795_414_780_150_512), Timestamp::from_micros(1_795_414_780_150_512));
        assert_eq!(time(0), Timestamp::ZERO);
        assert_eq!(time(time(1).as_micros()), time(1), "what is written is read again");
    }

    #[test]
    fn payload_entries_are_read_in_both_orders() {
        let cases: [(&str, &str, &str); 8] = [
            ("101/telephone-event/8000//0/20/0-15/", "telephone-event", "0-15"),
            ("101/telephone-event/8000//0-15/0/20", "telephone-event", "0-15"),
            ("101/telephone-event/8000///0/-1", "telephone-event", ""),
            (
                "96/H264/90000//profile-level-id=42e01f;packetization-mode=1/0/0",
                "H264",
                "profile-level-id=42e01f;packetization-mode=1",
            ),
            ("0/PCMU/8000//0/20//", "PCMU", ""),
            ("96/x/8000//a/b/0/20", "x", "a/b"),
            ("0/PCMU/8000/", "PCMU", ""),
            ("96//0///0/0", "", ""),
        ];
        for (entry, name, format) in cases {
            let read = read_payload_entry(entry.as_bytes()).expect(entry);
            assert_eq!((read.name, read.format), (Text::from(name), Text::from(format)), "{entry}");
        }
        for entry in ["", "x/PCMU/8000/", "200/PCMU/8000/", "0/PCMU", "0/PCMU/fast/"] {
            assert_eq!(read_payload_entry(entry.as_bytes()), None, "{entry}");
        }
    }

    #[test]
    fn long_formats_are_left_out_of_the_entry() {
        let mut payload = PayloadType {
            number: 96,
            name: Text::from("H264"),
            clock_rate: 90_000,
            parameters: Text::default(),
            format: Text::from("p=1"),
        };
        assert_eq!(payload_entry(&payload, 0), "96/H264/90000//0/0/p=1/");
        for format in ["a/b".to_owned(), "x".repeat(127), "%".repeat(50)] {
            payload.format = Text::from(format.as_str());
            assert_eq!(payload_entry(&payload, 0), "96/H264/90000//0/0//");
        }
        payload.name = Text::from("n".repeat(130).as_str());
        assert_eq!(payload_entry(&payload, 0), "96//90000//0/0//");
    }

    #[test]
    fn interface_addresses_are_counted_by_family() {
        let ip = |text: &str| -> IpAddr { text.parse().expect("an address") };
        let list =
            [("a", "127.0.0.2"), ("a", "fd11::2"), ("b", "127.0.0.9"), ("a", "fd11::3"), ("a", "127.0.0.3")];
        let interfaces =
            Interfaces::new(list.map(|(name, text)| (InterfaceName::from(name), ip(text), ip(text))));
        let name = InterfaceName::from("a");
        let expected = [(Family::Ip4, 0), (Family::Ip6, 0), (Family::Ip6, 1), (Family::Ip4, 1)];
        for (at, (family, id)) in (0..).zip(expected) {
            assert_eq!(unique_id(&interfaces, &name, at), (family, id));
            assert_eq!(position(&interfaces, &name, family, u16::try_from(id).expect("small")), at);
        }
        assert_eq!(position(&interfaces, &name, Family::Ip6, 2), 0, "those of the other family come last");
        assert_eq!(position(&interfaces, &InterfaceName::from("c"), Family::Ip6, 7), 7);
    }
}
