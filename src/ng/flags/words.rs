//! Flags besides the switches: those that say how the request as a whole is meant, and those that have two sides.

use tandem_shards::call::signal::RtcpAttributeOption;
use tandem_shards::names::{InterfaceName, Text};

use super::Fields;
use super::table::{Effect, Word};

/// All flags that are no switches.
pub const FLAGS: &[Word] = &[
    set(&["fatal"], "an unknown call is an error of `delete`, not a warning", |f| f.fatal = true),
    set(&["fast"], "`delete` answers without statistics", |f| f.fast = true),
    set(&["to-tag"], "the key `to-tag` counts in `delete`", |f| f.to_tag_counts = true),
    set(&["directional"], "the key `from-tag` counts in media commands", |f| f.directional = true),
    set(&["all"], "a media command is about all parties", |f| f.all = true),
    set(&["provisional"], "the message is no final response: another to-tag may follow", |f| {
        f.provisional = true;
    }),
    set(
        &["SIP-source-address", "sip-source-address"],
        "takes the address of `received-from` instead of the SDP's",
        |f| f.sip_source = true,
    ),
    set(&["trust-address"], "takes the SDP's addresses (default)", |f| f.sip_source = false),
    set(&["debug", "debugging"], "raises the log level of the call to debug", |f| f.debug = true),
    set(&["source-guard"], "drops what is no plausible continuation of the confirmed source", |f| {
        f.options.guard = Some(true);
    }),
    set(&["no-source-guard"], "switches `source-guard` off for the call", |f| f.options.guard = Some(false)),
    set(&["port-latching"], "keeps local ports when the peer's port changes", |f| {
        f.options.port_latching = Some(true);
    }),
    set(
        &["no-port-latching"],
        "takes new local ports when the peer's port changes, whatever speaks for keeping",
        |f| {
            f.options.port_latching = Some(false);
        },
    ),
    set(&["no-rtcp-attribute", "no-RTCP-attribute"], "leaves `a=rtcp` out", |f| {
        f.options.rtcp_attribute = RtcpAttributeOption::Omit;
    }),
    set(&["full-rtcp-attribute", "full-RTCP-attribute"], "writes `a=rtcp` with the address", |f| {
        f.options.rtcp_attribute = RtcpAttributeOption::Full;
    }),
    set(&["generate-RTCP", "generate-rtcp"], "takes the parties' RTCP and sends reports of its own", |f| {
        f.options.generate_rtcp = Some(true);
    }),
    set(&["passthrough"], "leaves addresses and ports of the SDP alone", |f| {
        f.options.passthrough = Some(true);
    }),
    set(&["no-passthrough"], "switches `passthrough` off", |f| f.options.passthrough = Some(false)),
    set(&["single-codec"], "keeps the first codec of an answer alone, and telephone-events", |f| {
        f.options.codecs.single = true;
    }),
    set(&["allow-no-codec-media"], "rejects a section of which the codec filter leaves nothing", |f| {
        f.options.codecs.none_rejects = true;
    }),
    set(&["strip-extmap"], "leaves all header extensions out of the SDP", |f| {
        f.options.extensions_left_out.push(Text::from("all"));
    }),
    set(&["internal"], "names the interface `internal`, as `direction` does", |f| {
        f.direction.push(InterfaceName::from("internal"));
    }),
    set(&["external"], "names the interface `external`, as `direction` does", |f| {
        f.direction.push(InterfaceName::from("external"));
    }),
    set(&["RTP", "AVP"], "sends RTP/AVP on, with `AVPF`, `SRTP` and `DTLS` what they add up to", |f| {
        f.profile.given = true;
    }),
    set(&["AVPF"], "sends a profile with feedback on", |f| {
        (f.profile.given, f.profile.feedback) = (true, true);
    }),
    set(&["SRTP"], "sends an encrypted profile on", |f| (f.profile.given, f.profile.secure) = (true, true)),
    set(&["DTLS"], "sends a profile with DTLS on", |f| (f.profile.given, f.profile.dtls) = (true, true)),
    set(&["RTP/AVP"], "`transport-protocol` of this value", |f| protocol(f, "RTP/AVP")),
    set(&["RTP/AVPF"], "`transport-protocol` of this value", |f| protocol(f, "RTP/AVPF")),
    set(&["RTP/SAVP"], "`transport-protocol` of this value", |f| protocol(f, "RTP/SAVP")),
    set(&["RTP/SAVPF"], "`transport-protocol` of this value", |f| protocol(f, "RTP/SAVPF")),
    set(&["UDP/TLS/RTP/SAVP"], "`transport-protocol` of this value", |f| protocol(f, "UDP/TLS/RTP/SAVP")),
    set(&["UDP/TLS/RTP/SAVPF"], "`transport-protocol` of this value", |f| protocol(f, "UDP/TLS/RTP/SAVPF")),
    always(&["symmetric"], "sends to where packets come from (default)"),
    always(&["discard-recording", "exclude-recording", "pause"], "nothing is recorded"),
    always(&["no-jitter-buffer"], "packets pass as they come"),
    always(&["no-tls-id"], "`a=tls-id` is never added"),
    always(&["reject-ICE", "reject-ice", "ICE-reject", "ice-reject"], "ICE is taken out"),
    always(&["reorder-codecs", "symmetric-codecs"], "obsolete: codecs keep their order"),
];

const fn set(names: &'static [&'static str], help: &'static str, effect: fn(&mut Fields)) -> Word {
    Word { names, help, effect: Effect::Set(effect) }
}

const fn always(names: &'static [&'static str], help: &'static str) -> Word {
    Word { names, help, effect: Effect::Always }
}

fn protocol(fields: &mut Fields, protocol: &str) {
    fields.options.transport_protocol = Some(Text::from(protocol));
}
