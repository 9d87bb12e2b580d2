//! `active` and `standby`: who owns the calls of this node.

use serde_json::json;
use tandem_shards::input::Command as ShardCommand;

use super::command::{Command, Head, Level, Row};
use super::problem::Problem;
use crate::node::redis::NobodyTakes;
use crate::origin::Right;

/// The commands of this group.
pub const ROWS: &[&dyn Row] = &[&ACTIVE, &STANDBY];

/// The word for a hand-over that would be refused.
const FORCE: &[u8] = b"--force";

static ACTIVE: Command<u64> = Command {
    head: Head {
        level: Level::Top,
        word: "active",
        arguments: "",
        help: "make all calls own: take over",
        right: Right::Change,
    },
    run: |execution, _| {
        execution.node.addresses.set_standby(false);
        Ok(execution.count_all(|| ShardCommand::Activate))
    },
    rtpengine: |_| "Ok, all calls set to 'owned (active)'\n".to_owned(),
    table: |count| format!("{count} foreign calls are own now.\n"),
    json: |count| json!({ "changed": count }),
};

/// Calls that nobody takes end by their timeouts, so this is for when somebody is there to take them.
static STANDBY: Command<u64> = Command {
    head: Head {
        level: Level::Top,
        word: "standby",
        arguments: "[--force]",
        help: "make all calls foreign: hand over, to a node that is there",
        right: Right::Change,
    },
    run: |execution, words| {
        let is_forced = words.take() == Some(FORCE);
        let taker = match &execution.node.redis {
            None => Err(NobodyTakes::NoRedis),
            Some(redis) => redis.status().taker(redis.keyspace()),
        };
        match taker {
            Err(why) if is_forced => log::warn!("standby by force: {why}"),
            Err(why) => return Err(nobody(why)),
            Ok(_) => {}
        }
        execution.node.addresses.set_standby(true);
        Ok(execution.count_all(|| ShardCommand::StandBy))
    },
    rtpengine: |_| "Ok, all calls set to 'foreign (standby)'\n".to_owned(),
    table: |count| format!("{count} own calls are foreign now.\n"),
    json: |count| json!({ "changed": count }),
};

fn nobody(why: NobodyTakes) -> Problem {
    let text = format!(
        "Fail setting all calls to 'foreign (standby)'; {why}; they would end by their timeouts. \
         `standby --force` does it all the same\n"
    );
    Problem::new("nobody takes the calls", text)
}
