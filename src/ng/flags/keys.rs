//! Keys, with their values.

use std::net::IpAddr;
use std::time::Duration;

use tandem_shards::call::signal::Options;
use tandem_shards::names::{Branch, CallId, Family, InterfaceName, Tag, Text};
use tandem_shards::sdp::MediaType;
use tandem_shards::settings::Learning;

use super::attributes::{attribute_edits, attribute_flag};
use super::codecs::codec_flag;
use super::not_done::Feature;
use super::table::{Effect, Flag, Key, Outcome, Values, Word};
use super::{Fields, Given, Written, address};

/// All keys that are not in `not_done.rs`.
pub const KEYS: &[Key] = &[
    read(&["command"], "the command", "a word", |f, g| set(&mut f.command, g.bytes().map(<[u8]>::to_vec))),
    read(&["sdp", "SDP"], "the SDP", "a text", |f, g| set(&mut f.sdp, g.bytes().map(<[u8]>::to_vec))),
    read(&["call-id", "call-ID"], "the call", "a text", |f, g| {
        set(&mut f.call_id, g.bytes().map(CallId::from))
    }),
    read(&["from-tag"], "the party that made the offer", "a text", |f, g| {
        set(&mut f.from_tag, g.bytes().map(Tag::from))
    }),
    read(&["to-tag"], "the other party", "a text", |f, g| set(&mut f.to_tag, g.bytes().map(Tag::from))),
    read(
        &["via-branch"],
        "the branch of a forked offer; in `rtpp-flags` it is for the proxy",
        "a text",
        |f, g| {
            match g.written {
                // A script's `via-branch=auto` tells the proxy to compute a branch; the word itself is none.
                Written::FlagText => Outcome::Taken,
                Written::Dictionary => set(&mut f.branch, g.bytes().map(Branch::from)),
            }
        },
    ),
    read(&["flags"], "flags", "a list of flags", |f, g| {
        for flag in f.words(g.value) {
            f.flag(&flag);
        }
        Outcome::Taken
    }),
    read(&["rtpp-flags"], "flags and keys as one text, divided by blanks", "a text", |f, g| {
        match g.written {
            Written::Dictionary => f.flag_text(g.value),
            Written::FlagText => Outcome::Unknown,
        }
    }),
    read(&["limit"], "most calls that `list` shows", "a number", |f, g| set(&mut f.limit, g.value.integer())),
    read(&["address"], "the party of a media command, by its media address", "an address", |f, g| {
        set(&mut f.address, g.bytes().map(<[u8]>::to_vec))
    }),
    read(&["body"], "the line of the command `cli`", "a text", |f, g| {
        set(&mut f.body, g.bytes().map(<[u8]>::to_vec))
    }),
    read(&["delete-delay"], "time from `delete` to the end of the call", "seconds", |f, g| {
        let seconds = g.value.integer().and_then(|seconds| u64::try_from(seconds).ok());
        set(&mut f.delete_delay, seconds.map(Duration::from_secs))
    }),
    Key {
        names: &["supports"],
        help: "replies that the proxy knows",
        values: Values::List(&[word(&["load-limit"], "limits are told from other errors", |f| {
            f.load_limit = true;
        })]),
        flag: Flag::None,
    },
    read(&["received-from"], "the address that the SIP message came from", "family and address", |f, g| {
        let words = f.words(g.value);
        let found: Option<IpAddr> = words.iter().rev().find_map(|word| address(word));
        set(&mut f.received_from, found)
    }),
    read(
        &["sip-code", "SIP-code", "sip-response-code", "SIP-response-code"],
        "the code of the SIP response: from 200 on it settles the dialogue",
        "a number",
        |f, g| set(&mut f.sip_code, g.value.integer()),
    ),
    Key {
        names: &["sip-message-type", "SIP-message-type"],
        help: "the kind of the SIP message",
        values: Values::One(&[
            always(&["sip-request", "SIP-request", "request"], "a request"),
            word(
                &["sip-reply", "SIP-reply", "reply", "sip-response", "SIP-response", "response"],
                "a response: `sip-code` counts",
                |f| f.sip_reply = true,
            ),
        ]),
        flag: Flag::None,
    },
    Key {
        names: &["replace"],
        help: "parts of the SDP's session that are replaced",
        values: Values::List(REPLACE),
        flag: Flag::Word,
    },
    Key {
        names: &["rtcp-mux", "RTCP-mux"],
        help: "RTCP on the port of RTP (RFC 5761)",
        values: Values::List(&[
            word(&["offer"], "offers it even if the source did not", |f| f.options.mux.offer = true),
            word(&["require"], "offers it, and takes nothing else", |f| f.options.mux.require = true),
            word(&["demux"], "takes it from the source, and does not offer it on", |f| {
                f.options.mux.demux = true;
            }),
            word(&["accept"], "takes it from the source", |f| f.options.mux.accept = true),
            word(&["reject"], "does not take it from the source", |f| f.options.mux.reject = true),
        ]),
        flag: Flag::Word,
    },
    read(
        &["direction"],
        "the interfaces toward the sender of the message and toward its receiver",
        "two names of interfaces",
        |f, g| {
            let names = f.words(g.value);
            f.direction.extend(names.into_iter().map(InterfaceName::from));
            Outcome::Taken
        },
    ),
    read(&["from-interface", "interface"], "the interface toward the sender", "a name", |f, g| {
        set(&mut f.options.interface_from, g.bytes().map(InterfaceName::from))
    }),
    read(&["to-interface"], "the interface toward the receiver", "a name", |f, g| {
        set(&mut f.options.interface_to, g.bytes().map(InterfaceName::from))
    }),
    Key {
        names: &["address-family"],
        help: "the family of the outgoing SDP's addresses",
        values: Values::One(&[
            word(&["IP4", "ip4"], "IPv4", |f| f.options.address_family = Some(Family::Ip4)),
            word(&["IP6", "ip6"], "IPv6", |f| f.options.address_family = Some(Family::Ip6)),
        ]),
        flag: Flag::None,
    },
    read(
        &["media-address"],
        "the address that the SDP shows instead of the interface's",
        "an address",
        |f, g| set(&mut f.options.media_address, g.bytes().and_then(address)),
    ),
    read(
        &["transport-protocol"],
        "the protocol of the outgoing SDP; `accept` is no change",
        "a protocol",
        |f, g| match g.bytes() {
            Some(b"accept") => Outcome::Taken,
            other => set(&mut f.options.transport_protocol, other.map(Text::from)),
        },
    ),
    Key {
        names: &["endpoint-learning"],
        help: "the way to the endpoint of a party behind NAT",
        values: Values::One(&[
            word(&["off"], "the SDP's endpoint is used", |f| f.options.learning = Some(Learning::Off)),
            word(&["immediate"], "the first packet decides", |f| {
                f.options.learning = Some(Learning::Immediate);
            }),
            word(&["delayed"], "the source after three seconds decides", |f| {
                f.options.learning = Some(Learning::Delayed);
            }),
            word(&["heuristic"], "the source nearest to the SDP's endpoint decides", |f| {
                f.options.learning = Some(Learning::Heuristic);
            }),
        ]),
        flag: Flag::Word,
    },
    Key {
        names: &["generate-RTCP", "generate-rtcp"],
        help: "reports of the relay's own",
        values: Values::One(&[
            word(ON, "as the flag", |f| f.options.generate_rtcp = Some(true)),
            word(OFF, "the parties' RTCP passes", |f| f.options.generate_rtcp = Some(false)),
        ]),
        flag: Flag::None,
    },
    Key {
        names: &["drop-traffic"],
        help: "all media of the call",
        values: Values::One(&[
            word(&["start"], "is dropped", |f| f.options.drop_traffic = Some(true)),
            word(&["stop"], "passes again", |f| f.options.drop_traffic = Some(false)),
        ]),
        flag: Flag::None,
    },
    Key {
        names: &["passthrough", "passthru"],
        help: "addresses and ports of the SDP",
        values: Values::One(&[
            word(ON, "stay as they are", |f| f.options.passthrough = Some(true)),
            word(OFF, "are the relay's", |f| f.options.passthrough = Some(false)),
        ]),
        flag: Flag::None,
    },
    read(
        &["TOS", "tos"],
        "the DSCP byte of what is sent; negative leaves the call's, 256 and more goes back to the setting",
        "a number",
        |f, g| match g.value.integer() {
            None => Outcome::BadValue,
            Some(number) if number < 0 => Outcome::Taken,
            Some(number) => set(&mut f.options.tos, Some(u8::try_from(number).ok())),
        },
    ),
    read(&["label", "from-label", "set-label"], "the label of the party that speaks", "a text", |f, g| {
        set(&mut f.options.label, g.text())
    }),
    read(&["to-label"], "the label of the other party", "a text", |f, g| {
        set(&mut f.options.to_label, g.text())
    }),
    read(&["metadata"], "a text that is stored with the call", "a text", |f, g| {
        set(&mut f.options.metadata, g.text())
    }),
    read(
        &["sdp-media-remove", "SDP-media-remove"],
        "sections that are taken out; `other` is every type without a name",
        "media types",
        |f, g| {
            for word in f.words(g.value) {
                match MediaType::parse(&word) {
                    Some(kind) => f.options.media_remove.push(kind),
                    None => f.ignored.values += 1,
                }
            }
            Outcome::Taken
        },
    ),
    Key {
        names: &["sdp-attr", "SDP-attr"],
        help: "attribute lines that are added, removed or substituted, by section",
        values: Values::Read("a dictionary", |f, g| match attribute_edits(g.value, g.escapes()) {
            Some(read) => {
                f.options.attributes.extend(read.edits);
                f.ignored.values += read.unreadable;
                Outcome::Taken
            }
            None => Outcome::BadValue,
        }),
        flag: Flag::Read(|f, rest| {
            let edit = attribute_flag(rest);
            let outcome = if edit.is_some() { Outcome::Taken } else { Outcome::BadValue };
            f.options.attributes.extend(edit);
            outcome
        }),
    },
    Key {
        names: &["codec", "codecs"],
        help: "the payload types that pass; each word is also a key, as `codec-strip`",
        values: Values::Names(CODECS),
        flag: Flag::Read(|f, rest| match codec_flag(rest) {
            Some((operation, codec)) => f.names(CODECS, operation, vec![codec]),
            None => Outcome::Unknown,
        }),
    },
    Key {
        names: &["extmap"],
        help: "header extensions that are left out of the SDP",
        // Packets pass as they are, so what is masked may still come from the one who listed it.
        values: Values::Names(&[names(&["strip", "mask"], "leaves these out", |options| {
            &mut options.extensions_left_out
        })]),
        flag: Flag::None,
    },
    Key {
        names: &["ICE", "ice"],
        help: "candidates of the relay's own: there are none",
        values: Values::One(&[
            always(&["remove", "default"], "ICE is taken out"),
            Word {
                names: &["force", "optional", "force-relay"],
                help: "would offer the relay's candidates",
                effect: Effect::NotDone(Feature::Ice),
            },
        ]),
        flag: Flag::None,
    },
    Key {
        names: &["all"],
        help: "the parties of a media command",
        values: Values::One(&[
            word(&["all"], "all of them", |f| f.all = true),
            always(&["none"], "those that are named otherwise"),
            Word {
                names: &[
                    "offer-answer",
                    "except-offer-answer",
                    "not-offer-answer",
                    "non-offer-answer",
                    "flows",
                ],
                help: "single flows of a party",
                effect: Effect::NotDone(Feature::Subscriptions),
            },
        ]),
        flag: Flag::None,
    },
];

const ON: &[&str] = &["on", "yes", "enable", "enabled", "true"];
const OFF: &[&str] = &["off", "no", "disable", "disabled", "false"];

const REPLACE: &[Word] = &[
    word(&["origin"], "the address in `o=`", |f| f.options.replace.origin = true),
    word(&["origin-full"], "all of `o=`, which stays as first sent", |f| {
        f.options.replace.origin_full = true;
    }),
    word(&["SDP-version", "sdp-version"], "the version in `o=`: counts the texts sent", |f| {
        f.options.replace.sdp_version = true;
    }),
    word(
        &["force-increment-sdp-ver", "force-increment-SDP-ver"],
        "the version in `o=`: counts up with each SDP, even of the same text",
        |f| f.options.replace.force_increment = true,
    ),
    word(&["username"], "the user name in `o=`, which stays as first sent", |f| {
        f.options.replace.username = true;
    }),
    word(&["session-name"], "`s=`, which stays as first sent", |f| f.options.replace.session_name = true),
    word(&["zero-address"], "`0.0.0.0` of a party on hold by the real address", |f| {
        f.options.replace.zero_address = true;
    }),
    always(&["session-connection"], "`c=` of the session"),
];

const CODECS: &[Word] = &[
    names(&["strip", "mask"], "takes these out", |options| &mut options.codecs.strip),
    names(&["except"], "keeps these although `strip` has them", |options| &mut options.codecs.except),
    names(&["offer"], "keeps these, and lists them first", |options| &mut options.codecs.offer),
    always(&["ignore"], "never transcodes these"),
    Word {
        names: &["transcode", "set", "accept", "consume"],
        help: "would make codecs that the source does not have",
        effect: Effect::NotDone(Feature::Transcoding),
    },
];

const fn read(
    names: &'static [&'static str],
    help: &'static str,
    value: &'static str,
    read: fn(&mut Fields, &Given<'_>) -> Outcome,
) -> Key {
    Key { names, help, values: Values::Read(value, read), flag: Flag::None }
}

const fn word(names: &'static [&'static str], help: &'static str, effect: fn(&mut Fields)) -> Word {
    Word { names, help, effect: Effect::Set(effect) }
}

const fn always(names: &'static [&'static str], help: &'static str) -> Word {
    Word { names, help, effect: Effect::Always }
}

const fn names(
    names: &'static [&'static str],
    help: &'static str,
    list: fn(&mut Options) -> &mut Vec<Text>,
) -> Word {
    Word { names, help, effect: Effect::Names(list) }
}

/// Sets a field if the value is right.
fn set<T>(field: &mut Option<T>, value: Option<T>) -> Outcome {
    match value {
        Some(value) => {
            *field = Some(value);
            Outcome::Taken
        }
        None => Outcome::BadValue,
    }
}
