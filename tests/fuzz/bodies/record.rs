//! Records of Redis: those of rtpengine 10.5, of its later versions in JSON and in bencode, and tandem's own. What
//! was read is the same call when it was written; and a shard can hold it, whatever it says.

use std::time::Duration;

use tandem::fuzzing::{Context, digest, read_record, write_record};
use tandem_shards::call::state::{CallSnapshot, Ownership};
use tandem_shards::input::{Command, Restore};
use tandem_shards::names::{CallId, Keyspace, ShardId, Text};
use tandem_shards::output::Reply;
use tandem_shards::settings::Settings;
use tandem_shards::time::Timestamp;

use super::node::{Node, OWN, interfaces};

const OTHER: Keyspace = Keyspace(7);

/// Records have times in seconds and in microseconds, told apart by magnitude: earlier ones are taken for seconds.
const FIRST_TIME: Timestamp = Timestamp::from_micros(100_000_000_000_000);

pub fn run(input: &[u8]) {
    let context = Context { node: Text::from("node-a"), keyspace: OWN, interfaces: interfaces(), tos: 184 };
    let call_id = CallId::from("c");
    let record = match read_record(&call_id, OTHER, input, &context) {
        Ok(record) => record,
        Err(error) => return assert!(!error.name().is_empty() && !error.to_string().is_empty()),
    };
    assert_eq!(record.call.state.ownership, Ownership::Foreign(OTHER));
    assert_eq!(record.digest, digest(&record.call));
    let own = read_record(&call_id, OWN, input, &context).expect("the keyspace decides only whose it is");
    assert_eq!(own.call.state.ownership, Ownership::Own);
    let mut taken_back = record.call.clone();
    taken_back.state.ownership = Ownership::Own;
    assert_eq!(taken_back, own.call);
    let stored = write_record(&own.call, &context);
    assert!(stored.is_ascii());
    let again = read_record(&call_id, OWN, &stored, &context).expect("what was written");
    if times(&own.call).all(|time| time == Timestamp::ZERO || time >= FIRST_TIME) {
        assert_eq!(again.call, own.call, "what was written is what is read");
        assert_eq!(again.digest, own.digest);
    }
    hold(&own.call, true);
    hold(&record.call, false);
}

fn times(call: &CallSnapshot) -> impl Iterator<Item = Timestamp> {
    let packets = call.observed.iter().map(|(_, stream)| stream.last_packet);
    let legs = call.state.legs.iter().map(|leg| leg.created);
    [call.state.created, call.state.last_signal]
        .into_iter()
        .chain(call.state.deletion)
        .chain(legs)
        .chain(packets)
}

/// Puts a call into a shard twice, hands it over and back, lets it live for a while, and ends it.
fn hold(call: &CallSnapshot, own: bool) {
    let mut node = Node::new(1, &Settings { publish: true, keyspace: OWN, ..Settings::default() });
    let shard = ShardId(0);
    for _ in 0..2 {
        let keyspace = if own { OWN } else { OTHER };
        let restore = Restore { keyspace, own, call: call.clone() };
        let reply = node.answer(shard, Command::Restore(Box::new(restore)));
        assert!(matches!(reply, Reply::Restored(_)));
        node.check();
    }
    for command in [Command::Query(call.state.call_id.clone()), Command::StandBy, Command::Activate] {
        node.answer(shard, command);
        node.check();
    }
    node.pass(Duration::from_secs(20));
    node.end();
}
