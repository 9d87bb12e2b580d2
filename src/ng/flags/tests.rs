//! Tables of keys and flags, in the spellings that proxies use.

use tandem_shards::call::signal::{Replace, RtcpAttributeOption};
use tandem_shards::call::switches::Switches;
use tandem_shards::names::Family;
use tandem_shards::sdp::MediaType;
use tandem_shards::settings::Learning;

use super::*;
use crate::ng::bencode::Limits;
use crate::ng::json;

fn fields(json: &str) -> Fields {
    Fields::read(&json::decode(json.as_bytes(), Limits::MESSAGE).expect("JSON"))
}

fn options(json: &str) -> Options {
    fields(json).options
}

#[test]
fn nothing_asked_is_nothing_set() {
    let fields = fields(r#"{"command":"offer","call-id":"c","from-tag":"f","sdp":"v=0"}"#);
    assert_eq!(fields.options, Options::default());
    assert_eq!(fields.ignored, Ignored::default());
}

#[test]
fn keys_in_all_spellings() {
    for key in ["address family", "address-family", "address_family"] {
        assert_eq!(options(&format!(r#"{{"{key}":"IP6"}}"#)).address_family, Some(Family::Ip6), "{key}");
    }
    for key in ["delete delay", "delete-delay", "delete_delay"] {
        for value in ["7", "\"7\""] {
            let fields = fields(&format!(r#"{{"{key}":{value}}}"#));
            assert_eq!(fields.delete_delay, Some(Duration::from_secs(7)), "{key} {value}");
        }
    }
    assert_eq!(fields(r#"{"from tag":"f","to_tag":"t"}"#).from_tag, Some(Tag::from("f")));
    assert_eq!(fields(r#"{"Call-ID":"c"}"#).call_id, None, "case counts");
    assert_eq!(fields(r#"{"delete delay":-1}"#).delete_delay, None);
}

#[test]
fn tos_values() {
    for (value, expected) in [(184, Some(Some(184))), (0, Some(Some(0))), (256, Some(None)), (-1, None)] {
        assert_eq!(options(&format!(r#"{{"TOS":{value}}}"#)).tos, expected, "{value}");
    }
}

#[test]
fn lists_strings_and_flags_say_the_same() {
    let expected = Replace { origin: true, sdp_version: true, zero_address: true, ..Replace::default() };
    for json in [
        r#"{"replace":["origin","SDP version","zero-address","session-connection"]}"#,
        r#"{"replace":"origin, SDP-version,zero address"}"#,
        r#"{"flags":["replace-origin","replace-SDP-version","replace-zero-address"]}"#,
        r#"{"flags":"replace-origin,replace-SDP-version,replace-zero-address"}"#,
        r#"{"rtpp-flags":"replace-origin replace=SDP-version replace=[zero-address]"}"#,
    ] {
        let fields = fields(json);
        assert_eq!(fields.options.replace, expected, "{json}");
        assert_eq!(fields.ignored, Ignored::default(), "{json}");
    }
}

#[test]
fn interfaces_by_direction() {
    for json in [
        r#"{"direction":["pub","priv"]}"#,
        r#"{"direction":"pub,priv"}"#,
        r#"{"rtpp-flags":"direction=pub direction=priv"}"#,
        r#"{"from-interface":"pub","to-interface":"priv"}"#,
        r#"{"direction":["x","priv"],"from-interface":"pub"}"#,
    ] {
        let options = options(json);
        assert_eq!(options.interface_from, Some(InterfaceName::from("pub")), "{json}");
        assert_eq!(options.interface_to, Some(InterfaceName::from("priv")), "{json}");
    }
    let options = options(r#"{"direction":[]}"#);
    assert_eq!((options.interface_from, options.interface_to), (None, None));
}

#[test]
fn the_source_address_takes_a_flag_and_a_key() {
    let address = Some("127.0.0.9".parse().expect("an address"));
    for (json, expected) in [
        (r#"{"flags":["SIP-source-address"],"received-from":["IP4","127.0.0.9"]}"#, address),
        (r#"{"received from":"127.0.0.9","flags":["SIP source address"]}"#, address),
        (r#"{"received from":"127.0.0.9","rtpp-flags":"SIP-source-address"}"#, address),
        (r#"{"received-from":["IP4","127.0.0.9"]}"#, None),
        (r#"{"flags":["SIP-source-address","trust-address"],"received-from":"127.0.0.9"}"#, None),
        (r#"{"flags":["SIP-source-address"],"received-from":["IP4","host.example"]}"#, None),
    ] {
        assert_eq!(options(json).source_address, expected, "{json}");
    }
}

#[test]
fn transport_protocols() {
    for (json, expected) in [
        (r#"{"transport-protocol":"RTP/AVPF"}"#, Some("RTP/AVPF")),
        (r#"{"transport protocol":"accept"}"#, None),
        (r#"{"rtpp-flags":"RTP/AVP"}"#, Some("RTP/AVP")),
        (r#"{"rtpp-flags":"SRTP AVPF"}"#, Some("RTP/SAVPF")),
        (r#"{"rtpp-flags":"DTLS"}"#, Some("UDP/TLS/RTP/SAVP")),
        (r#"{"rtpp-flags":"RTP"}"#, Some("RTP/AVP")),
        (r#"{"rtpp-flags":"debug"}"#, None),
    ] {
        assert_eq!(options(json).transport_protocol, expected.map(Text::from), "{json}");
    }
}

#[test]
fn codecs_as_dictionary_flags_and_text() {
    for json in [
        r#"{"codec":{"strip":["all"],"except":["PCMA","telephone-event"],"mask":"G729","ignore":"GSM"}}"#,
        r#"{"flags":["codec-strip-all","codec-except-PCMA","codec-except-telephone-event",
            "codec-mask-G729","codec-ignore-GSM"]}"#,
        r#"{"rtpp-flags":"codec-strip=[all] codec=[except=[PCMA telephone-event] mask=G729 ignore=GSM]"}"#,
    ] {
        let codecs = options(json).codecs;
        assert_eq!(codecs.strip, [Text::from("all"), Text::from("G729")], "{json}");
        assert_eq!(codecs.except, [Text::from("PCMA"), Text::from("telephone-event")], "{json}");
        assert_eq!(fields(json).ignored, Ignored::default(), "{json}");
    }
    let fields = fields(r#"{"codec":{"transcode":["opus"],"strip":["PCMU"]},"flags":["codec-set-x"]}"#);
    assert_eq!(fields.options.codecs.strip, [Text::from("PCMU")]);
    assert_eq!(fields.ignored, Ignored { unsupported: 2, ..Ignored::default() });
}

#[test]
fn attribute_edits_in_flags_have_escapes() {
    let pair = (Text::from("rtpmap:8"), Text::from("rtpmap:8 X/1 a=b"));
    for (json, add, substitute) in [
        (r#"{"rtpp-flags":"sdp-attr=[audio=[add=[fmtp:96..a--b]]]"}"#, true, false),
        (r#"{"rtpp-flags":"sdp-attr=[audio=[substitute=[[rtpmap:8 rtpmap:8..X/1..a--b]]]]"}"#, false, true),
        (r#"{"rtpp-flags":"sdp-attr=[audio=[substitute=[rtpmap:8>rtpmap:8..X/1..a--b]]]"}"#, false, true),
        (r#"{"rtpp-flags":"sdp-attr-add-audio-fmtp:96..a--b"}"#, true, false),
        (r#"{"flags":["sdp-attr-add-audio-a--fmtp:96..a--b"]}"#, true, false),
        (r#"{"flags":["sdp-attr-substitute-audio-rtpmap:8>rtpmap:8..X/1..a--b"]}"#, false, true),
        (r#"{"flags":["sdp attr substitute-audio-rtpmap:8>rtpmap:8..X/1..a--b"]}"#, false, true),
    ] {
        let fields = fields(json);
        let edit = &fields.options.attributes[0];
        assert_eq!(edit.add, if add { vec![Text::from("fmtp:96 a=b")] } else { vec![] }, "{json}");
        assert_eq!(edit.substitute, if substitute { vec![pair.clone()] } else { vec![] }, "{json}");
        assert_eq!(fields.ignored, Ignored::default(), "{json}");
    }
    let odd = fields(r#"{"flags":["sdp-attr-add-audio"],"sdp-attr":{"audio":{"substitute":["x"]}}}"#);
    assert_eq!(odd.ignored, Ignored { values: 2, ..Ignored::default() });
}

#[test]
fn header_extensions_that_are_left_out() {
    for (json, expected) in [
        (r#"{"extmap":{"strip":["urn:a"],"mask":"urn:b"}}"#, &["urn:a", "urn:b"][..]),
        (r#"{"rtpp-flags":"extmap=[strip=[urn:a] mask=all]"}"#, &["urn:a", "all"]),
        (r#"{"flags":["strip-extmap"]}"#, &["all"]),
        (r#"{"flags":["strip extmap"]}"#, &["all"]),
    ] {
        let fields = fields(json);
        let names: Vec<Text> = expected.iter().map(|name| Text::from(*name)).collect();
        assert_eq!(
            (fields.options.extensions_left_out, fields.ignored),
            (names, Ignored::default()),
            "{json}"
        );
    }
    let odd = fields(r#"{"extmap":{"keep":["urn:a"]}}"#);
    assert_eq!(odd.ignored, Ignored { values: 1, ..Ignored::default() });
}

#[test]
fn sections_that_are_left_out() {
    let fields = fields(r#"{"sdp-media-remove":["video","x-any","other"]}"#);
    assert_eq!(fields.options.media_remove, [MediaType::Named("video"), MediaType::Other]);
    assert_eq!(fields.ignored, Ignored { values: 1, ..Ignored::default() }, "a type that has no name");
}

#[test]
fn single_flags() {
    let all = r#"{"flags":["asymmetric","strict-source","media-handover","unidirectional",
        "no-source-guard","port-latching","full-rtcp-attribute","generate-RTCP","loop-protect",
        "original-sendrecv","pierce-NAT","NAT-wait","block-short","no-redis-update","debug","generate-mid",
        "new-branch","provisional","endpoint-learning-off","rtcp-mux-demux","symmetric"],
        "drop-traffic":"start","passthrough":"off","label":"l","to-label":"m","metadata":"x",
        "media-address":"::1","sdp-media-remove":["video"]}"#;
    let fields = fields(all);
    assert_eq!(fields.ignored, Ignored::default());
    let mut expected = Options {
        switches: Switches {
            asymmetric: true,
            strict_source: true,
            media_handover: true,
            unidirectional: true,
            loop_protect: true,
            original_direction: true,
            pierce_nat: true,
            nat_wait: true,
            block_short: true,
            no_redis_update: true,
            generate_mid: true,
            new_branch: true,
        },
        guard: Some(false),
        port_latching: Some(true),
        rtcp_attribute: RtcpAttributeOption::Full,
        generate_rtcp: Some(true),
        finality: Finality::Provisional,
        learning: Some(Learning::Off),
        drop_traffic: Some(true),
        passthrough: Some(false),
        label: Some(Text::from("l")),
        to_label: Some(Text::from("m")),
        metadata: Some(Text::from("x")),
        media_address: Some("::1".parse().expect("an address")),
        media_remove: vec![MediaType::Named("video")],
        ..Options::default()
    };
    expected.mux.demux = true;
    assert_eq!(fields.options, expected);
}

#[test]
fn finality_takes_a_code_and_a_reply() {
    for (json, expected) in [
        (r#"{"SIP-code":200,"sip-message-type":"sip_reply"}"#, Finality::Final),
        (r#"{"SIP code":"183","SIP message type":"sip_reply"}"#, Finality::Provisional),
        (r#"{"SIP-code":200,"sip-message-type":"sip_request"}"#, Finality::Unknown),
        (r#"{"SIP-code":200}"#, Finality::Unknown),
        (r#"{"sip-message-type":"sip_reply"}"#, Finality::Unknown),
    ] {
        assert_eq!(options(json).finality, expected, "{json}");
    }
}

#[test]
fn what_means_nothing_is_counted_and_has_no_effect() {
    let fields = fields(
        r#"{"no such key":"x","another":5,"nested":{"a":["b"]},"flags":["no-such-flag","trust-address",7],
        "replace":["no-such"],"ICE":"no-such","rtcp-mux":["no-such"],"supports":["no-such"],"direction":[],
        "address-family":4,"media-address":"host.example","SDES":["off"],"ICE-lite":"both","via-branch":5}"#,
    );
    assert_eq!(fields.options, Options::default());
    assert!(!fields.load_limit);
    assert_eq!(fields.ignored, Ignored { keys: 3, flags: 1, values: 8, unsupported: 2 });
}

#[test]
fn unsupported_flags_are_told_from_unknown_ones_and_from_what_is_declined() {
    let fields =
        fields(r#"{"flags":["trickle-ICE","SDES-off","T.38-force","transcode-opus","x"],"ICE":"force"}"#);
    assert_eq!(fields.ignored, Ignored { flags: 1, unsupported: 4, ..Ignored::default() });
}

/// Names that newer and older proxies use, which rtpengine understands.
#[test]
fn other_spellings_say_the_same() {
    for (usual, other) in [
        (r#"{"sdp":"v=0"}"#, r#"{"SDP":"v=0"}"#),
        (r#"{"call-id":"c"}"#, r#"{"call-ID":"c"}"#),
        (r#"{"rtcp-mux":["offer"]}"#, r#"{"RTCP-mux":["offer"]}"#),
        (r#"{"sdp-attr":{"audio":{"add":"x"}}}"#, r#"{"SDP-attr":{"audio":{"add":"x"}}}"#),
        (r#"{"sdp-media-remove":["video"]}"#, r#"{"SDP-media-remove":["video"]}"#),
        (r#"{"codec":{"strip":["G729"]}}"#, r#"{"codecs":{"strip":["G729"]}}"#),
        (r#"{"passthrough":"on"}"#, r#"{"passthru":"yes"}"#),
        (r#"{"passthrough":"on"}"#, r#"{"flags":["passthrough"]}"#),
        (r#"{"passthrough":"off"}"#, r#"{"passthrough":"disabled"}"#),
        (r#"{"passthrough":"off"}"#, r#"{"flags":["no-passthrough"]}"#),
        (
            r#"{"SIP-code":200,"sip-message-type":"sip_reply"}"#,
            r#"{"sip-response-code":200,"sip-message-type":"reply"}"#,
        ),
        (
            r#"{"SIP-code":200,"sip-message-type":"sip-reply"}"#,
            r#"{"SIP-response-code":200,"SIP message type":"SIP-response"}"#,
        ),
        (r#"{"sip-message-type":"sip-request"}"#, r#"{"sip-message-type":"request"}"#),
        (r#"{"replace":["force-increment-sdp-ver"]}"#, r#"{"replace":["force-increment-SDP-ver"]}"#),
        (r#"{"flags":["full-rtcp-attribute"]}"#, r#"{"flags":["full-RTCP-attribute"]}"#),
        (r#"{"flags":["no-rtcp-attribute"]}"#, r#"{"flags":["no-RTCP-attribute"]}"#),
        (r#"{"flags":["block-short"]}"#, r#"{"flags":["block-shorts"]}"#),
        (r#"{"flags":["block-short"]}"#, r#"{"flags":["block-short-packets"]}"#),
        ("{}", r#"{"flags":["reorder-codecs","symmetric-codecs"]}"#),
    ] {
        let (usual, other) = (fields(usual), fields(other));
        assert_eq!(other.ignored, Ignored::default(), "{other:?}");
        assert_eq!(format!("{other:?}").replace("200", ""), format!("{usual:?}").replace("200", ""));
    }
}

#[test]
fn names_of_what_does_not_exist_are_no_unknown_names() {
    let keys = "BUNDLE DTMF-security DTMF-security-trigger dtmf-delay trigger-end-digits vsc-start-rec recording-path \
                recording-file medias tags calls instance osrtp OSRTP MOH ptime-reverse reverse-ptime XMLRPC-callback";
    for key in keys.split_whitespace() {
        let fields = fields(&format!(r#"{{"{key}":"x"}}"#));
        assert_eq!(fields.ignored, Ignored { unsupported: 1, ..Ignored::default() }, "{key}");
        assert_eq!(fields.not_done.len(), 1, "{key}");
    }
    let flags = "mirror-RTCP SIPREC siprec player pad-crypto static-codec no-codec-renegotiation WebRtc block-DTMF \
                 block-dtmf";
    for flag in flags.split_whitespace() {
        let fields = fields(&format!(r#"{{"flags":["{flag}"]}}"#));
        assert_eq!(fields.ignored, Ignored { unsupported: 1, ..Ignored::default() }, "{flag}");
    }
    let fields = fields(r#"{"all":"non-offer-answer"}"#);
    assert_eq!(fields.not_done, [(Feature::Subscriptions, b"all".to_vec())]);
}

/// The parser knows every name of every row, as the row says.
#[test]
fn every_name_of_the_tables_is_understood() {
    let known = |json: &str| {
        let ignored = fields(json).ignored;
        assert_eq!((ignored.keys, ignored.flags), (0, 0), "{json}");
        ignored
    };
    let of = |effect: Effect| u64::from(matches!(effect, Effect::NotDone(_)));
    for key in table::KEYS {
        let words = key.values.words().iter();
        let words: Vec<_> =
            words.flat_map(|word| word.names.iter().map(move |value| (value, word))).collect();
        for name in key.names {
            known(&format!(r#"{{"{name}":"debug"}}"#));
            for (value, word) in &words {
                let unsupported = of(word.effect);
                let json = match key.values {
                    Values::Names(_) => format!(r#"{{"{name}":{{"{value}":["x"]}}}}"#),
                    Values::List(_) => format!(r#"{{"{name}":["{value}"]}}"#),
                    Values::One(_) | Values::Read(..) => format!(r#"{{"{name}":"{value}"}}"#),
                };
                assert_eq!(known(&json), Ignored { unsupported, ..Ignored::default() }, "{json}");
                let rest = match key.flag {
                    Flag::None => continue,
                    Flag::Word => "",
                    Flag::Read(_) => "-x",
                };
                let json = format!(r#"{{"flags":["{name}-{value}{rest}"]}}"#);
                assert_eq!(known(&json), Ignored { unsupported, ..Ignored::default() }, "{json}");
            }
        }
    }
    for (name, effect) in
        table::FLAGS.iter().flat_map(|word| word.names.iter().map(move |n| (n, word.effect)))
    {
        let json = format!(r#"{{"flags":["{name}"]}}"#);
        assert_eq!(known(&json), Ignored { unsupported: of(effect), ..Ignored::default() }, "{json}");
    }
    for row in Switches::ROWS {
        for name in row.names {
            let mut expected = Options::default();
            (row.set)(&mut expected.switches);
            assert_ne!(expected, Options::default(), "{name}");
            assert_eq!(options(&format!(r#"{{"flags":["{name}"]}}"#)), expected, "{name}");
        }
    }
}

#[test]
fn no_name_has_two_rows() {
    let flags =
        table::FLAGS.iter().flat_map(|word| word.names).chain(Switches::ROWS.iter().flat_map(|r| r.names));
    let keys = table::KEYS.iter().flat_map(|key| key.names);
    for names in [flags.collect::<Vec<_>>(), keys.collect()] {
        let different: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(different.len(), names.len(), "{names:?}");
        for name in names {
            assert_eq!(plain_name(name.as_bytes()), name.as_bytes(), "written with hyphens");
        }
    }
}

#[test]
fn a_branch_is_a_value_but_not_a_script_word() {
    assert_eq!(fields(r#"{"via-branch":"z9hG4bK1"}"#).branch, Some(Branch::from("z9hG4bK1")));
    let fields = fields(r#"{"rtpp-flags":"via-branch=auto"}"#);
    assert_eq!((fields.branch, fields.ignored), (None, Ignored::default()));
}
