//! Keys and flags that say how an offer or answer is to be done.

use tandem_shards::call::signal::RtcpAttributeOption;
use tandem_shards::names::{Family, InterfaceName, Text};
use tandem_shards::sdp::MediaType;
use tandem_shards::settings::Learning;

use super::attributes::{attribute_edits, attribute_flag};
use super::codecs::{Escapes, add_codecs, codec_flag};
use super::not_done::{Feature, is_declined};
use super::{Fields, Outcome, Written, address, set};
use crate::ng::value::Value;

/// A transport protocol that was put together from words (`SRTP AVPF`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Profile {
    given: bool,
    secure: bool,
    feedback: bool,
    dtls: bool,
}

impl Profile {
    /// As an `m=` line says it.
    pub(super) fn protocol(self) -> Option<Text> {
        let text = match (self.dtls, self.secure, self.feedback) {
            (true, _, false) => "UDP/TLS/RTP/SAVP",
            (true, _, true) => "UDP/TLS/RTP/SAVPF",
            (false, true, false) => "RTP/SAVP",
            (false, true, true) => "RTP/SAVPF",
            (false, false, false) => "RTP/AVP",
            (false, false, true) => "RTP/AVPF",
        };
        self.given.then(|| Text::from(text))
    }
}

impl Fields {
    pub(super) fn option_key(&mut self, name: &[u8], value: &Value<'_>, written: Written) -> Outcome {
        let bytes = value.bytes();
        let text = bytes.map(Text::from);
        match name {
            b"replace" => self.each(value, Fields::replace),
            b"rtcp-mux" => self.each(value, Fields::rtcp_mux),
            b"direction" => {
                let names = self.words(value);
                self.direction.extend(names.into_iter().map(InterfaceName::from));
                Outcome::Taken
            }
            b"from-interface" | b"interface" => {
                set(&mut self.options.interface_from, bytes.map(InterfaceName::from))
            }
            b"to-interface" => set(&mut self.options.interface_to, bytes.map(InterfaceName::from)),
            b"address-family" => set(&mut self.options.address_family, bytes.and_then(family)),
            b"media-address" => set(&mut self.options.media_address, bytes.and_then(address)),
            b"transport-protocol" => match bytes {
                Some(b"accept") => Outcome::Taken,
                _ => set(&mut self.options.transport_protocol, text),
            },
            b"endpoint-learning" => set(&mut self.options.learning, bytes.and_then(learning)),
            b"generate-RTCP" | b"generate-rtcp" => {
                set(&mut self.options.generate_rtcp, bytes.and_then(|word| switch(word, b"on", b"off")))
            }
            b"drop-traffic" => {
                set(&mut self.options.drop_traffic, bytes.and_then(|word| switch(word, b"start", b"stop")))
            }
            b"passthrough" => {
                set(&mut self.options.passthrough, bytes.and_then(|word| switch(word, b"on", b"off")))
            }
            b"TOS" | b"tos" => self.tos(value),
            b"label" | b"from-label" | b"set-label" => set(&mut self.options.label, text),
            b"to-label" => set(&mut self.options.to_label, text),
            b"metadata" => set(&mut self.options.metadata, text),
            b"sdp-media-remove" => {
                for word in self.words(value) {
                    match MediaType::parse(&word) {
                        Some(kind) => self.options.media_remove.push(kind),
                        None => self.ignored.values += 1,
                    }
                }
                Outcome::Taken
            }
            b"sdp-attr" => match attribute_edits(value, escapes(written)) {
                Some(read) => {
                    self.options.attributes.extend(read.edits);
                    self.ignored.values += read.unreadable;
                    Outcome::Taken
                }
                None => Outcome::BadValue,
            },
            b"codec" => self.codec(value, written),
            b"extmap" => self.extmap(value, written),
            b"ICE" | b"ice" => ice(bytes),
            b"all" => self.all(bytes),
            _ if let Some(feature) = Feature::of_key(name) => match bytes {
                Some(value) if is_declined(value) => Outcome::Taken,
                _ => Outcome::NotDone(feature),
            },
            _ => match name.strip_prefix(b"codec-") {
                Some(operation) => {
                    let names = self.texts(value, escapes(written));
                    add_codecs(&mut self.options.codecs, operation, names)
                }
                None => Outcome::Unknown,
            },
        }
    }

    fn all(&mut self, which: Option<&[u8]>) -> Outcome {
        match which {
            Some(b"all") => {
                self.all = true;
                Outcome::Taken
            }
            Some(b"none") => Outcome::Taken,
            Some(b"offer-answer" | b"except-offer-answer" | b"flows") => {
                Outcome::NotDone(Feature::Subscriptions)
            }
            _ => Outcome::BadValue,
        }
    }

    /// A flag of an offer or answer, by its plain name; names inside it are taken from the raw flag.
    pub(super) fn option_flag(&mut self, name: &[u8], raw: &[u8]) -> Outcome {
        let options = &mut self.options;
        match name {
            b"asymmetric" => options.asymmetric = true,
            b"strict-source" => options.strict_source = true,
            b"media-handover" => options.media_handover = true,
            b"unidirectional" => options.unidirectional = true,
            b"source-guard" => options.guard = Some(true),
            b"no-source-guard" => options.guard = Some(false),
            b"port-latching" => options.port_latching = Some(true),
            b"no-port-latching" => options.port_latching = Some(false),
            b"no-rtcp-attribute" => options.rtcp_attribute = RtcpAttributeOption::Omit,
            b"full-rtcp-attribute" => options.rtcp_attribute = RtcpAttributeOption::Full,
            b"generate-RTCP" | b"generate-rtcp" => options.generate_rtcp = Some(true),
            b"loop-protect" => options.loop_protect = true,
            b"original-sendrecv" => options.original_direction = true,
            b"pierce-NAT" | b"pierce-nat" => options.pierce_nat = true,
            b"NAT-wait" | b"nat-wait" => options.nat_wait = true,
            b"block-short" => options.block_short = true,
            b"no-redis-update" => options.no_redis_update = true,
            b"debug" | b"debugging" => self.debug = true,
            b"strip-extmap" => options.extensions_left_out.push(Text::from("all")),
            b"generate-mid" => options.generate_mid = true,
            b"new-branch" => options.new_branch = true,
            b"single-codec" => options.codecs.single = true,
            b"allow-no-codec-media" => options.codecs.none_rejects = true,
            // The default, and what is done by doing nothing.
            b"symmetric" | b"discard-recording" | b"exclude-recording" | b"pause" | b"no-jitter-buffer"
            | b"no-tls-id" | b"reject-ICE" => {}
            b"internal" | b"external" => self.direction.push(InterfaceName::from(name)),
            _ => return self.compound_flag(name, raw),
        }
        Outcome::Taken
    }

    /// Flags that are made of a key and a value.
    fn compound_flag(&mut self, name: &[u8], raw: &[u8]) -> Outcome {
        if let Some(word) = name.strip_prefix(b"replace-") {
            return self.replace(word);
        }
        if let Some(word) = name.strip_prefix(b"rtcp-mux-") {
            return self.rtcp_mux(word);
        }
        if let Some(word) = name.strip_prefix(b"endpoint-learning-") {
            return set(&mut self.options.learning, learning(word));
        }
        if name.starts_with(b"codec-") {
            return match codec_flag(&raw[b"codec-".len()..]) {
                Some((operation, codec)) => add_codecs(&mut self.options.codecs, operation, vec![codec]),
                None => Outcome::Unknown,
            };
        }
        if name.starts_with(b"sdp-attr-") {
            let edit = attribute_flag(&raw[b"sdp-attr-".len()..]);
            let outcome = if edit.is_some() { Outcome::Taken } else { Outcome::BadValue };
            self.options.attributes.extend(edit);
            return outcome;
        }
        if self.transport_word(name) {
            return Outcome::Taken;
        }
        match Feature::of_flag(name) {
            Some(_) if name.rsplit(|byte| *byte == b'-').next().is_some_and(is_declined) => Outcome::Taken,
            Some(feature) => Outcome::NotDone(feature),
            None => Outcome::Unknown,
        }
    }

    /// `RTP`, `SRTP`, `AVP`, `AVPF`, `DTLS`, which add up, or a whole protocol.
    fn transport_word(&mut self, name: &[u8]) -> bool {
        let profile = &mut self.profile;
        match name {
            b"RTP" | b"AVP" => {}
            b"SRTP" => profile.secure = true,
            b"AVPF" => profile.feedback = true,
            b"DTLS" => profile.dtls = true,
            b"RTP/AVP" | b"RTP/SAVP" | b"RTP/AVPF" | b"RTP/SAVPF" | b"UDP/TLS/RTP/SAVP"
            | b"UDP/TLS/RTP/SAVPF" => {
                self.options.transport_protocol = Some(Text::from(name));
                return true;
            }
            _ => return false,
        }
        profile.given = true;
        true
    }

    fn each(&mut self, value: &Value<'_>, take: fn(&mut Fields, &[u8]) -> Outcome) -> Outcome {
        for word in self.words(value) {
            if take(self, &super::plain_name(&word)) != Outcome::Taken {
                self.ignored.values += 1;
            }
        }
        Outcome::Taken
    }

    fn replace(&mut self, word: &[u8]) -> Outcome {
        let replace = &mut self.options.replace;
        match word {
            b"origin" => replace.origin = true,
            b"origin-full" => replace.origin_full = true,
            b"SDP-version" | b"sdp-version" => replace.sdp_version = true,
            b"force-increment-sdp-ver" | b"force-increment-SDP-ver" => replace.force_increment = true,
            b"username" => replace.username = true,
            b"session-name" => replace.session_name = true,
            b"zero-address" => replace.zero_address = true,
            // Always done.
            b"session-connection" => {}
            _ => return Outcome::BadValue,
        }
        Outcome::Taken
    }

    fn rtcp_mux(&mut self, word: &[u8]) -> Outcome {
        let mux = &mut self.options.mux;
        match word {
            b"offer" => mux.offer = true,
            b"require" => mux.require = true,
            b"demux" => mux.demux = true,
            b"accept" => mux.accept = true,
            b"reject" => mux.reject = true,
            _ => return Outcome::BadValue,
        }
        Outcome::Taken
    }

    /// Negative leaves what the call has; 256 and more goes back to the default.
    fn tos(&mut self, value: &Value<'_>) -> Outcome {
        match value.integer() {
            None => return Outcome::BadValue,
            Some(number) if number < 0 => {}
            Some(number) => self.options.tos = Some(u8::try_from(number).ok()),
        }
        Outcome::Taken
    }

    /// Packets pass as they are, so what is masked may still come from the one who listed it.
    fn extmap(&mut self, value: &Value<'_>, written: Written) -> Outcome {
        if !matches!(value, Value::Dictionary(_)) {
            return Outcome::BadValue;
        }
        for (operation, names) in value.entries() {
            match operation {
                b"strip" | b"mask" => {
                    let names = self.texts(names, escapes(written));
                    self.options.extensions_left_out.extend(names);
                }
                _ => self.ignored.values += 1,
            }
        }
        Outcome::Taken
    }

    fn codec(&mut self, value: &Value<'_>, written: Written) -> Outcome {
        if !matches!(value, Value::Dictionary(_)) {
            return Outcome::BadValue;
        }
        for (operation, names) in value.entries() {
            let names = self.texts(names, escapes(written));
            match add_codecs(&mut self.options.codecs, operation, names) {
                Outcome::Taken => {}
                Outcome::NotDone(feature) => self.note_not_done(feature, operation),
                Outcome::Unknown | Outcome::BadValue => self.ignored.values += 1,
            }
        }
        Outcome::Taken
    }
}

/// There are no candidates of its own to offer: what takes ICE out is done anyway.
fn ice(wish: Option<&[u8]>) -> Outcome {
    match wish {
        Some(b"remove" | b"default") => Outcome::Taken,
        Some(b"force" | b"optional" | b"force-relay" | b"force_relay") => Outcome::NotDone(Feature::Ice),
        _ => Outcome::BadValue,
    }
}

fn escapes(written: Written) -> Escapes {
    match written {
        Written::Dictionary => Escapes::None,
        Written::FlagText => Escapes::Undo,
    }
}

fn switch(word: &[u8], on: &[u8], off: &[u8]) -> Option<bool> {
    match word {
        word if word == on => Some(true),
        word if word == off => Some(false),
        _ => None,
    }
}

fn family(word: &[u8]) -> Option<Family> {
    match word {
        b"IP4" | b"ip4" => Some(Family::Ip4),
        b"IP6" | b"ip6" => Some(Family::Ip6),
        _ => None,
    }
}

fn learning(word: &[u8]) -> Option<Learning> {
    match word {
        b"off" => Some(Learning::Off),
        b"immediate" => Some(Learning::Immediate),
        b"delayed" => Some(Learning::Delayed),
        b"heuristic" => Some(Learning::Heuristic),
        _ => None,
    }
}
