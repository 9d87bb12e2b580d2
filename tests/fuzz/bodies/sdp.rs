//! SDP: a body that is not edited stays as it is; one that is edited can be read again and says what it said,
//! but for the edits.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use tandem_shards::fuzzing::{
    AttributeEdit, AttributeScope, Direction, SdpError, SdpPlan, SessionDescription,
};
use tandem_shards::random::Random;
use tandem_shards::routing::fnv1a;

#[path = "../../../shards/tests/sdp/meaning.rs"]
mod meaning;
use meaning::{PlanSeed, SectionSeed, assert_says};

/// Plans tried on a body.
const PLANS: usize = 4;

pub fn run(input: &[u8]) {
    let source = match SessionDescription::parse(input) {
        Ok(source) => source,
        Err(error) => return check_error(error, input),
    };
    let unedited = source.render(&SdpPlan::default());
    assert!(input.starts_with(&unedited), "a plan that changes nothing");
    let rest = &input[unedited.len()..];
    let is_blank = |line: &[u8]| line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0));
    let first = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    assert!(is_blank(first) || first.starts_with(b"v="), "a blank line or another body ends a body");
    // The plan comes from the text: each change of the text tries others.
    let mut random = Random::new(fnv1a(input));
    for _ in 0..PLANS {
        let plan = plan(&mut random).for_source(&source);
        assert_says(&source.render(&plan), &source, &plan);
        let edited = SdpPlan { attributes: vec![edit(&source, &mut random)], ..plan };
        let edited = source.render(&edited);
        SessionDescription::parse(&edited).expect("attributes never make a body unreadable");
    }
}

fn check_error(error: SdpError, input: &[u8]) {
    if let SdpError::Syntax { line, .. } = error {
        assert!(line >= 1 && line <= input.split(|byte| *byte == b'\n').count());
    }
}

fn plan(random: &mut Random) -> PlanSeed {
    let directions = [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive];
    let addresses: [IpAddr; 3] =
        [Ipv4Addr::new(192, 0, 2, 1).into(), Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::LOCALHOST.into()];
    let below =
        |random: &mut Random, limit: u64| u8::try_from(random.below(limit)).expect("limits of a byte");
    let section = |random: &mut Random| SectionSeed {
        kind: below(random, 6),
        address: addresses[usize::from(below(random, 3))],
        port: 1 + u16::from(below(random, 255)) * 257,
        direction: directions.get(usize::from(below(random, 5))).copied(),
        rtcp: below(random, 3),
        rtcp_mux: below(random, 2) == 0,
        formats: (below(random, 2) == 0).then(|| below(random, 255)),
        extras: below(random, 2) == 0,
    };
    PlanSeed((0..4).map(|_| section(random)).collect())
}

/// An edit of attributes that are there.
fn edit(source: &SessionDescription, random: &mut Random) -> AttributeEdit {
    let kind = source.media.first().map(|media| media.kind.clone());
    let names = ["sendrecv", "rtcp", "rtcp-mux", "ptime", "mid", "group"];
    let name = |random: &mut Random| names[usize::try_from(random.below(6)).expect("few")];
    AttributeEdit {
        scope: kind.filter(|_| random.below(2) == 0).map_or(AttributeScope::Session, AttributeScope::Media),
        add: vec!["x-added:1".into()],
        remove: vec![name(random).into()],
        substitute: vec![(name(random).into(), "x-new:2".into())],
    }
}
