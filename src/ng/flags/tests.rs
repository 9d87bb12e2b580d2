//! Tables of keys and flags, in the spellings that proxies use.

use tandem_shards::call::signal::{Replace, RtcpAttributeOption};
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
        asymmetric: true,
        strict_source: true,
        media_handover: true,
        unidirectional: true,
        guard: Some(false),
        port_latching: Some(true),
        rtcp_attribute: RtcpAttributeOption::Full,
        generate_rtcp: Some(true),
        loop_protect: true,
        original_direction: true,
        pierce_nat: true,
        nat_wait: true,
        block_short: true,
        no_redis_update: true,
        generate_mid: true,
        new_branch: true,
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

#[test]
fn a_branch_is_a_value_but_not_a_script_word() {
    assert_eq!(fields(r#"{"via-branch":"z9hG4bK1"}"#).branch, Some(Branch::from("z9hG4bK1")));
    let fields = fields(r#"{"rtpp-flags":"via-branch=auto"}"#);
    assert_eq!((fields.branch, fields.ignored), (None, Ignored::default()));
}
