//! Tests of the record: recorded ones of rtpengine are read, written ones come back, broken ones are refused.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::Value as Json;
use tandem_shards::call::state::{CallSnapshot, Ownership, Version};
use tandem_shards::names::{CallId, Keyspace, Tag, Text};
use tandem_shards::sdp::Direction;
use tandem_shards::time::Timestamp;

use super::specimen::{OWN, any_call, context, plain_call, variants};
use super::{Record, RecordError, Writer, digest, read, write};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn stored(name: &str) -> Vec<u8> {
    std::fs::read(folder("records").join(format!("{name}.raw"))).expect(name)
}

/// All recorded records, by name.
fn samples() -> Vec<(String, Vec<u8>)> {
    let mut all = vec![("superset".to_owned(), stored("superset"))];
    for dialect in ["10.5.3.5", "head-json", "head-bencode"] {
        for entry in std::fs::read_dir(folder("records").join(dialect)).expect(dialect) {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
            all.push((format!("{dialect}/{name}"), std::fs::read(&path).expect(name)));
        }
    }
    assert!(all.len() > 40, "some of the recorded records are gone");
    all
}

fn parse(stored: &[u8]) -> Result<Record, RecordError> {
    read(&CallId::from("c"), Keyspace(2), stored, &context())
}

fn sample(name: &str) -> CallSnapshot {
    parse(&stored(name)).expect(name).call
}

fn written(call: &CallSnapshot) -> Record {
    read(&call.state.call_id, OWN, &write(call, &context()), &context()).expect("what was written")
}

#[test]
fn all_recorded_records_are_read() {
    for (name, stored) in samples() {
        let record = parse(&stored).unwrap_or_else(|error| panic!("{name}: {error}"));
        let call = record.call;
        assert_eq!(record.writer, Writer::Rtpengine, "{name}");
        assert_eq!(call.state.legs.len(), 2, "{name}");
        assert_eq!(call.state.legs[0].tag, Some(Tag::from("ftag-A")), "{name}");
        assert_eq!(call.state.answered, !name.ends_with("after-offer"), "{name}");
        assert_eq!(
            call.state.version,
            Version { epoch: 0, sequence: call.state.last_signal.as_micros() },
            "{name}"
        );
        assert_eq!(call.state.last_signal.as_secs() / 1_000_000, 1795, "{name}: {}", call.state.last_signal);
        for (number, leg) in call.state.legs.iter().enumerate() {
            assert_eq!(leg.peers, [u16::from(number == 0)], "{name}");
            assert_eq!(leg.created.as_secs() / 1_000_000, 1795, "{name}");
            let media = leg.media[0].as_ref().expect("media");
            assert_eq!(media.port_sets.len(), 1, "{name}");
            assert!(call.observed[0].1.local.is_some_and(|local| local.port() >= 30_000), "{name}");
            assert_eq!(media.interface.as_bytes(), b"pub1", "{name}");
            assert!(!media.flags.disabled, "{name}");
            assert_eq!(
                media.told_at.is_some(),
                call.state.answered || number == 1,
                "{name}: nobody was told by an offer"
            );
        }
    }
}

#[test]
fn a_recorded_call_is_understood_in_full() {
    for dialect in ["10.5.3.5", "head-json", "head-bencode"] {
        let call = sample(&format!("{dialect}/rtp-audio-after-reinvite-offer"));
        let [caller, callee] = [0, 1].map(|at| call.state.legs[at].media[0].as_ref().expect("media"));
        assert_eq!(
            (&call.state.legs[0].tag, &call.state.legs[1].tag),
            (&Some("ftag-A".into()), &Some("ttag-B".into()))
        );
        let addresses = |leg: usize| {
            let endpoints = call.streams_of(leg, 0).filter_map(|(_, stream)| stream.endpoint);
            endpoints.map(|endpoint| endpoint.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(addresses(0), ["127.0.0.10:5000", "127.0.0.10:5001"], "{dialect}");
        assert_eq!(addresses(1), ["127.0.0.11:6000", "127.0.0.11:6001"], "{dialect}");
        assert_eq!(callee.port_sets[0].key, Some("127.0.0.10:5000".parse().expect("an address")));
        let [(_, rtp), (_, rtcp), ..] = call.observed[..] else { panic!("two streams") };
        assert_eq!((rtp.counts_in.packets, rtp.counts_in.bytes), (200, 34_400));
        assert!(rtp.received && !rtcp.received);
        assert_eq!(caller.ptime, Some(20));
        let event = &caller.payload_types[2];
        assert_eq!(
            (event.number, &event.name, &event.format),
            (101, &"telephone-event".into(), &"0-15".into())
        );
        assert_eq!(caller.formats, ["0", "8", "101"].map(Text::from));
        assert_eq!(call.state.legs[1].branch, Some("z9hG4bK-br1".into()));
    }
}

#[test]
fn a_held_party_sends_only() {
    for dialect in ["10.5.3.5", "head-json", "head-bencode"] {
        for (moment, caller, callee) in [
            ("answer", Direction::SendRecv, Direction::SendRecv),
            ("reinvite-offer", Direction::SendOnly, Direction::RecvOnly),
            ("reinvite-answer", Direction::SendOnly, Direction::RecvOnly),
        ] {
            let call = sample(&format!("{dialect}/rtp-audio-after-{moment}"));
            let directions =
                call.state.legs.iter().map(|leg| leg.media[0].as_ref().expect("media").direction);
            assert_eq!(directions.collect::<Vec<_>>(), [caller, callee], "{dialect} {moment}");
        }
    }
}

#[test]
fn multiplexed_rtcp_has_no_stream_of_its_own_once_its_port_is_closed() {
    for dialect in ["head-json", "head-bencode", "10.5.3.5"] {
        let call = sample(&format!("{dialect}/rtcp-mux-after-answer"));
        let media = call.state.legs[0].media[0].as_ref().expect("media");
        assert!(media.flags.rtcp_mux, "{dialect}");
        assert_eq!(call.streams_of(0, 0).count(), usize::from(media.port_sets[0].count), "{dialect}");
        assert!(media.flags.mux_sent && media.flags.mux_offered, "{dialect}");
        let mux_of_bob = call.streams_of(1, 0).count();
        assert_eq!(mux_of_bob, 2, "{dialect}: the ports were opened before the answer was known");
    }
    assert_eq!(sample("head-json/rtcp-mux-after-answer").streams_of(0, 0).count(), 1);
}

#[test]
fn odd_texts_are_understood_in_both_forms_of_escape() {
    for dialect in ["10.5.3.5", "head-json"] {
        let call = sample(&format!("{dialect}/transcode-after-answer"));
        assert_eq!(call.state.metadata, Some("meta data:äö \"q\"".into()), "{dialect}");
        assert_eq!(call.state.legs[0].label, Some("lab-A".into()));
        assert_eq!(call.state.legs[0].metadata, Some("meta data:äö \"q\"".into()));
    }
}

#[test]
fn a_scheduled_deletion_is_seen() {
    let call = sample("head-json/delete-delay-after-delete-scheduled");
    assert!(
        call.state.deletion.is_some_and(|due| due.since(call.state.last_signal).as_secs() < 3),
        "{:?}",
        call.state.deletion
    );
    assert_eq!(sample("head-json/delete-delay-after-answer").state.deletion, None);
}

#[test]
fn both_encodings_and_escapes_say_the_same() {
    let json = "{\"json\":{\"created\":\"1\",\"last_signal\":200000000},\
        \"tag-0\":{\"created\":\"3\",\"tag\":\"a%2f\"},\"medias-0\":[],\"other_tags-0\":[]}";
    let bencode = "d4:jsond7:created1:111:last_signali200000000ee5:tag-0d7:created1:33:tag2:a/e8:medias-0le\
        12:other_tags-0lee";
    assert_eq!(parse(json.as_bytes()), parse(bencode.as_bytes()));
    let call = parse(json.as_bytes()).expect("a record").call;
    assert_eq!(call.state.last_signal, Timestamp::from_secs(200_000_000));
    assert_eq!(call.state.legs[0].tag, Some("a/".into()));
}

#[test]
fn what_is_no_record_is_named() {
    let huge = vec![b'{'; super::RECORD_BYTES_MAX + 1];
    let cases: [(&[u8], &str); 9] = [
        (b"", "alien"),
        (b"OK", "alien"),
        (b"[1]", "alien"),
        (b"{}", "no-section"),
        (b"{\"json\":3}", "no-section"),
        (b"{\"json\":{}}", "no-field"),
        (b"{\"json\":{", "malformed"),
        (b"d4:json", "malformed"),
        (&huge, "too-large"),
    ];
    for (stored, name) in cases {
        let shown = stored[..stored.len().min(20)].escape_ascii();
        assert_eq!(parse(stored).expect_err("no record").name(), name, "{shown}");
    }
}

/// The record with one thing removed or changed.
fn broken(record: &Json, change: impl Fn(&mut serde_json::Map<String, Json>)) -> Vec<u8> {
    let mut record = record.clone();
    change(record.as_object_mut().expect("an object"));
    serde_json::to_vec(&record).expect("JSON")
}

/// Records that rtpengine refuses or dies of: a case for each of its refusals that is worth telling apart.
#[test]
fn what_is_missing_is_refused_by_name_or_made_up_for() {
    let head: Json = serde_json::from_slice(&stored("head-json/sdes-rtp-after-answer")).expect("JSON");
    let cases = [
        ("json", "", Some("no-section")),
        ("json", "created", Some("no-field")),
        ("json", "last_signal", Some("no-field")),
        ("json", "num_sfds", None),
        ("json", "redis_hosted_db", None),
        ("json", "tos", None),
        ("sfd-0", "", Some("no-section")),
        ("sfd-0", "localport", Some("no-field")),
        ("sfd-0", "logical_intf", Some("no-field")),
        ("sfd-0", "stream", Some("bad-field")),
        ("sfd-0", "fd", None),
        ("stream-0", "", Some("no-section")),
        ("stream-0", "media", Some("bad-field")),
        ("stream-0", "component", Some("no-field")),
        ("stream-0", "endpoint", Some("no-field")),
        ("stream-0", "ps_flags", Some("no-field")),
        ("stream-0", "rtcp_sibling", None),
        ("tag-0", "", Some("no-section")),
        ("tag-0", "created", Some("no-field")),
        ("tag-0", "tag", None),
        ("medias-0", "", Some("no-section")),
        ("media-0", "", Some("no-section")),
        ("media-0", "tag", Some("bad-field")),
        ("media-0", "index", Some("no-field")),
        ("media-0", "media_flags", Some("no-field")),
        ("media-0", "ptime", None),
        ("streams-0", "", Some("no-section")),
        ("maps-0", "", Some("no-section")),
        ("map-0", "", Some("no-section")),
        ("map-0", "endpoint", Some("no-field")),
        ("map_sfds-0", "", Some("no-section")),
        ("payload_types-0", "", None),
        ("media-subscriptions-0", "", None),
    ];
    for (section, field, expected) in cases {
        let stored = broken(&head, |record| {
            let gone = match field {
                "" => record.remove(section),
                field => record[section].as_object_mut().expect("a section").remove(field),
            };
            assert!(gone.is_some(), "{section}.{field} was never there");
        });
        let found = parse(&stored).err();
        assert_eq!(found.as_ref().map(RecordError::name), expected, "without {section}.{field}: {found:?}");
    }
}

#[test]
fn wrong_counts_do_not_matter_and_wrong_numbers_are_refused() {
    let head: Json = serde_json::from_slice(&stored("head-json/rtp-audio-after-answer")).expect("JSON");
    for field in ["num_sfds", "num_streams", "num_medias", "num_tags", "num_maps"] {
        for count in ["1", "3", "5", "x", "4294967295"] {
            let stored = broken(&head, |record| record["json"][field] = count.into());
            assert_eq!(parse(&stored), parse(&serde_json::to_vec(&head).expect("JSON")), "{field} {count}");
        }
    }
    for (list, entry, expected) in [
        ("streams-0", "9", "no-section"),
        ("streams-0", "x", "dangling"),
        ("streams-0", "0", "bad-field"),
        ("maps-0", "9", "no-section"),
        ("map_sfds-0", "99999999999999999999", "dangling"),
        ("medias-0", "1", "bad-field"),
        ("media-subscriptions-0", "7/1/0/0/0", "no-section"),
        ("payload_types-0", "999/PCMU/8000//0/20//", "dangling"),
    ] {
        let stored = broken(&head, |record| record[list][0] = entry.into());
        assert_eq!(parse(&stored).expect_err(list).name(), expected, "{list} {entry}");
    }
}

/// Every field and every section of every recorded record, removed and replaced in turn.
#[test]
fn nothing_that_is_removed_or_replaced_makes_reading_panic() {
    let replacements =
        [Json::Null, 7.into(), "".into(), "-1".into(), "x/y".into(), "%zz".into(), Json::Array(vec![])];
    for (name, stored) in samples().into_iter().filter(|(name, _)| name.contains("answer")) {
        let Ok(record) = serde_json::from_slice::<Json>(&stored) else { continue };
        let sections = record.as_object().expect("an object");
        for (section, content) in sections {
            let _ = parse(&broken(&record, |record| drop(record.remove(section))));
            let fields =
                content.as_object().map(|fields| fields.keys().collect::<Vec<_>>()).unwrap_or_default();
            for replacement in &replacements {
                let _ = parse(&broken(&record, |record| record[section] = replacement.clone()));
                for field in &fields {
                    let change = |record: &mut serde_json::Map<String, Json>| {
                        record[section][field.as_str()] = replacement.clone();
                    };
                    if let Ok(read) = parse(&broken(&record, change)) {
                        assert_eq!(read.call.state.legs.len(), 2, "{name} {section}.{field}");
                    }
                }
            }
        }
    }
}

#[test]
fn ten_thousand_mutations_do_not_make_reading_panic() {
    let mut records = samples();
    records.extend(variants().into_iter().map(|(name, call)| (name.to_owned(), write(&call, &context()))));
    let mut random =
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut refused = 0;
    for turn in 0..10_000 {
        let (_, record) = &records[turn % records.len()];
        let mut mutated = record.clone();
        for _ in 0..=random.next_u32() % 4 {
            let at = random.next_u32() as usize % mutated.len();
            match random.next_u32() % 4 {
                0 => mutated[at] ^= 1 << (random.next_u32() % 8),
                1 => mutated[at] = b"0123456789\"{}[]:,%-/dlie"[random.next_u32() as usize % 24],
                2 if mutated.len() > 1 => drop(mutated.remove(at)),
                _ => mutated.truncate(at.max(1)),
            }
        }
        refused += usize::from(parse(&mutated).is_err());
    }
    assert!((1_000..10_000).contains(&refused), "{refused} were refused");
}

#[test]
fn a_written_record_stays_as_it_was() {
    let path = folder("golden/record").join("audio.json");
    let record = String::from_utf8(write(&plain_call("audio", &["audio"]), &context())).expect("ASCII");
    // One section a line, so that a difference can be read.
    let shown = record.replace("},\"", "},\n\"").replace("],\"", "],\n\"") + "\n";
    if std::env::var_os("TANDEM_BLESS").is_some() {
        std::fs::write(&path, &shown).expect("the golden file");
    }
    assert_eq!(shown, std::fs::read_to_string(&path).expect("the golden file"));
}

#[test]
fn the_variants_come_back_as_they_were() {
    for (name, call) in variants() {
        let record = written(&call);
        assert_eq!(record.call, call, "{name}");
        assert_eq!(record.writer, Writer::Tandem("node-a".into()), "{name}");
    }
}

#[test]
fn the_digest_tells_what_counts_from_what_flaps() {
    let call = plain_call("audio", &["audio"]);
    let mut same = call.clone();
    same.state.version = Version { epoch: 4, sequence: 9 };
    same.state.last_signal = Timestamp::from_secs(5);
    same.state.ownership = Ownership::Foreign(Keyspace(9));
    let stream = &mut same.observed[0].1;
    stream.counts_in.packets = 77;
    stream.confirmed = stream.endpoint;
    stream.received = true;
    assert_eq!(digest(&call), digest(&same));
    assert_eq!(digest(&call), 0x874b_cc00_a6cb_2bce, "stored digests would all be different");
    let changes: [fn(&mut CallSnapshot); 6] = [
        |call| call.observed[0].1.endpoint = None,
        |call| call.state.legs[0].media[0].as_mut().expect("media").direction = Direction::Inactive,
        |call| call.state.legs[1].tag = None,
        |call| call.state.legs[1].peers.clear(),
        |call| call.state.deletion = Some(Timestamp::from_secs(9)),
        |call| call.state.legs[0].media[0].as_mut().expect("media").port_sets[0].first += 2,
    ];
    for change in changes {
        let mut other = call.clone();
        change(&mut other);
        assert_ne!(digest(&call), digest(&other));
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read(call in any_call()) {
        let stored = write(&call, &context());
        prop_assert!(stored.is_ascii());
        let json: Json = serde_json::from_slice(&stored).expect("JSON");
        for list in json.as_object().expect("an object").values().filter_map(Json::as_array) {
            prop_assert!(list.iter().all(|entry| entry.as_str().is_some_and(|text| text.len() < 128)));
        }
        let record = read(&call.state.call_id, OWN, &stored, &context()).expect("what was written");
        prop_assert_eq!(&record.call, &call);
        prop_assert_eq!(record.digest, digest(&call));
        let elsewhere = read(&call.state.call_id, Keyspace(7), &stored, &context()).expect("what was written");
        prop_assert_eq!(elsewhere.call.state.ownership, Ownership::Foreign(Keyspace(7)));
    }

    #[test]
    fn any_bytes_are_refused_without_panic(
        mut stored in proptest::collection::vec(any::<u8>(), 0..80),
        json: bool,
    ) {
        if let Some(first) = stored.first_mut() {
            *first = if json { b'{' } else { b'd' };
        }
        prop_assert!(parse(&stored).is_err());
    }
}
