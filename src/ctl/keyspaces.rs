//! Commands about Redis: `ksadd`, `ksrm`, `kslist`, `resync`, `redis`.

use std::fmt::Write;

use serde_json::{Value, json};
use tandem_shards::input::{Command as ShardCommand, Filter};
use tandem_shards::names::Keyspace;

use super::command::{Command, Head, Level, Row};
use super::parameters::strtol;
use super::problem::Problem;
use super::text::{Table, ago, printable};
use crate::node::redis::{FeedStatus, RedisStatus};
use crate::origin::Right;

/// The commands of this group.
pub const ROWS: &[&dyn Row] = &[&KSADD, &KSRM, &KSLIST, &REDIS, &RESYNC];

static KSADD: Command<Keyspace> = Command {
    head: Head {
        level: Level::Top,
        word: "ksadd",
        arguments: "<number>",
        help: "follow a keyspace of another node",
        right: Right::Change,
    },
    run: |execution, words| {
        let text = words.needed_text()?;
        let redis = execution.redis()?;
        let keyspace = keyspace_of("adding", &text)?;
        if !redis.subscribe(keyspace) {
            let text = format!("Keyspace {keyspace} is already among redis notifications.\n");
            return Err(Problem::new("keyspace followed already", text));
        }
        Ok(keyspace)
    },
    rtpengine: added,
    table: added,
    json: |keyspace| json!({ "keyspace": keyspace.0 }),
};

static KSRM: Command<(Keyspace, u64)> = Command {
    head: Head {
        level: Level::Top,
        word: "ksrm",
        arguments: "<number>",
        help: "stop following a keyspace and end its foreign calls",
        right: Right::Change,
    },
    run: |execution, words| {
        let text = words.needed_text()?;
        let redis = execution.redis()?;
        let keyspace = keyspace_of("removing", &text)?;
        if !redis.unsubscribe(keyspace) {
            return Err(not_followed(keyspace));
        }
        Ok((keyspace, execution.count_all(|| ShardCommand::Terminate(Filter::Keyspace(keyspace)))))
    },
    rtpengine: removed,
    table: removed,
    json: |(keyspace, count)| json!({ "keyspace": keyspace.0, "ended": count }),
};

static KSLIST: Command<Vec<Keyspace>> = Command {
    head: Head {
        level: Level::Top,
        word: "kslist",
        arguments: "",
        help: "the keyspaces that are followed",
        right: Right::Read,
    },
    run: |execution, _| execution.redis().map(|redis| redis.subscribed()),
    rtpengine: |list| followed(list),
    table: |list| followed(list),
    json: |list| json!({ "keyspaces": list.iter().map(|k| k.0).collect::<Vec<_>>() }),
};

static REDIS: Command<(Keyspace, RedisStatus)> = Command {
    head: Head {
        level: Level::Top,
        word: "redis",
        arguments: "",
        help: "connections, followed keyspaces, pending writes",
        right: Right::Read,
    },
    run: |execution, _| execution.redis().map(|redis| (redis.keyspace(), redis.status())),
    rtpengine: |(keyspace, status)| table(*keyspace, status),
    table: |(keyspace, status)| table(*keyspace, status),
    json: |(keyspace, status)| data(*keyspace, status),
};

static RESYNC: Command<Option<Keyspace>> = Command {
    head: Head {
        level: Level::Top,
        word: "resync",
        arguments: "[<number>]",
        help: "compare one followed keyspace, or all, with Redis now",
        right: Right::Change,
    },
    run: |execution, words| {
        let keyspace = match words.take() {
            None => None,
            Some(word) => {
                let number = std::str::from_utf8(word).ok().and_then(|text| text.parse().ok());
                Some(number.map(Keyspace).ok_or_else(|| Problem::unknown_command(word))?)
            }
        };
        let redis = execution.redis()?;
        if let Some(keyspace) = keyspace.filter(|keyspace| !redis.subscribed().contains(keyspace)) {
            return Err(not_followed(keyspace));
        }
        redis.resync(keyspace);
        Ok(keyspace)
    },
    rtpengine: |keyspace| comparing(*keyspace),
    table: |keyspace| comparing(*keyspace),
    json: |keyspace| json!({ "keyspace": keyspace.map(|k| k.0) }),
};

fn keyspace_of(verb: &str, text: &str) -> Result<Keyspace, Problem> {
    let bad = |why: &str| {
        let text = printable(text.as_bytes());
        Problem::new("bad keyspace", format!("Fail {verb} keyspace {text} to redis notifications; {why}\n"))
    };
    let number = strtol(text).map_err(|why| bad(why.text()))?;
    u32::try_from(number).map(Keyspace).map_err(|_| bad("errno=0"))
}

fn not_followed(keyspace: Keyspace) -> Problem {
    let text = format!("Keyspace {keyspace} is not among redis notifications.\n");
    Problem::new("keyspace not followed", text).not_found()
}

fn added(keyspace: &Keyspace) -> String {
    format!("Success adding keyspace {keyspace} to redis notifications.\n")
}

fn removed((keyspace, _): &(Keyspace, u64)) -> String {
    format!(
        "Successfully unsubscribed from keyspace {keyspace}.\n\
         Successfully removed all foreign calls for keyspace {keyspace}.\n"
    )
}

fn followed(list: &[Keyspace]) -> String {
    let numbers: String = list.iter().map(|keyspace| format!("{keyspace} ")).collect();
    format!("\nSubscribed-on keyspaces:\n{numbers}\n")
}

fn comparing(keyspace: Option<Keyspace>) -> String {
    match keyspace {
        None => "Comparing all followed keyspaces with Redis.\n".to_owned(),
        Some(keyspace) => format!("Comparing keyspace {keyspace} with Redis.\n"),
    }
}

/// Redis in one line.
pub fn line(keyspace: Keyspace, redis: &RedisStatus) -> String {
    let state = if redis.writing { "writing" } else { "NOT WRITING" };
    let mut text = format!("keyspace {keyspace} {state}   owed {}", redis.owed);
    for feed in redis.feeds.iter().filter(|feed| feed.keyspace != keyspace) {
        let state = if feed.connected { "followed" } else { "NOT FOLLOWED" };
        let _ = write!(text, "   {} {state}", feed.keyspace);
    }
    let _ = write!(text, "   answered {}", ago(redis.silent_for));
    text
}

fn table(keyspace: Keyspace, status: &RedisStatus) -> String {
    let connected = |is: bool| if is { "connected" } else { "NOT CONNECTED" };
    let is_heard = status.feeds.iter().any(|feed| feed.connected);
    let mut links = Table::new(&["CONNECTION", "SERVER", "STATE", "QUEUE"]);
    let owed = format!("{} calls to write", status.owed);
    links.row(["own calls", &status.write_url, connected(status.writing), &owed]);
    let lag = format!("lag {:.1} ms, answered {}", status.lag.as_secs_f64() * 1000.0, ago(status.silent_for));
    links.row(["notifications", &status.subscribe_url, connected(is_heard), &lag]);
    let mut feeds = Table::new(&[
        "KEYSPACE", "STATE", "CHANGED", "HELD", "WAITING", "COMPARED", "RECORDS", "MISSING", "NODE",
    ]);
    for feed in &status.feeds {
        let compared = match feed.compared {
            _ if feed.comparing => "now".to_owned(),
            Some(compared) => ago(compared.ago),
            None => "never".to_owned(),
        };
        let number = |value: Option<u64>| value.map_or("-".to_owned(), |value| value.to_string());
        feeds.row([
            format!("{}{}", feed.keyspace, if feed.keyspace == keyspace { " (own)" } else { "" }),
            if feed.connected { "followed" } else { "NOT FOLLOWED" }.to_owned(),
            ago(feed.age),
            feed.held.to_string(),
            feed.waiting.to_string(),
            compared,
            number(feed.compared.map(|compared| compared.records)),
            number(feed.compared.map(|compared| compared.missing)),
            match feed.peer {
                _ if feed.keyspace == keyspace => "this one".to_owned(),
                Some(peer) if peer.holds_ours => ago(peer.age),
                Some(peer) => format!("{}, does not follow {keyspace}", ago(peer.age)),
                None => "not heard of".to_owned(),
            },
        ]);
    }
    let mut text = format!("{}\n{}\n", links.finish(), feeds.finish());
    let _ = writeln!(text, "{:<32} {}", "deletions owed", status.deletions_owed);
    for (name, count) in &status.counters {
        let _ = writeln!(text, "{name:<32} {count}");
    }
    if let Some(error) = &status.last_error {
        let _ = writeln!(text, "last error: {error}");
    }
    text
}

/// Redis for programs.
pub fn data(keyspace: Keyspace, status: &RedisStatus) -> Value {
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let feed = |feed: &FeedStatus| {
        json!({
            "keyspace": feed.keyspace.0,
            "connected": feed.connected,
            "unchanged_ms": millis(feed.age),
            "held": feed.held,
            "waiting": feed.waiting,
            "peer": feed.peer.map(|peer| json!({ "age_ms": millis(peer.age), "holds_ours": peer.holds_ours })),
            "comparing": feed.comparing,
            "compared": feed.compared.map(|compared| json!({
                "ago_ms": millis(compared.ago),
                "records": compared.records,
                "missing": compared.missing,
            })),
        })
    };
    let counters = status.counters.iter().map(|(name, count)| ((*name).to_owned(), json!(count)));
    json!({
        "keyspace": keyspace.0,
        "writing": status.writing,
        "owed": status.owed,
        "deletions_owed": status.deletions_owed,
        "silent_ms": millis(status.silent_for),
        "write_url": status.write_url,
        "subscribe_url": status.subscribe_url,
        "lag_us": u64::try_from(status.lag.as_micros()).unwrap_or(u64::MAX),
        "feeds": status.feeds.iter().map(feed).collect::<Vec<_>>(),
        "counters": Value::Object(counters.collect()),
        "last_error": status.last_error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    use crate::node::redis::{Comparison, PeerStatus};

    #[test]
    fn redis_shows_connections_queues_and_the_last_comparison() {
        let compared = Comparison { ago: Duration::from_millis(1500), records: 7, missing: 1 };
        let peer = Some(PeerStatus { age: Duration::from_millis(800), holds_ours: true });
        let heard = FeedStatus::new(Keyspace(2), true, Duration::from_millis(200));
        let status = RedisStatus {
            writing: true,
            owed: 3,
            write_url: "redis://a:1/1".to_owned(),
            subscribe_url: "redis://b:2/1".to_owned(),
            lag: Duration::from_micros(1250),
            deletions_owed: 4,
            silent_for: Duration::from_millis(300),
            feeds: vec![
                FeedStatus::new(Keyspace(1), false, Duration::MAX),
                FeedStatus { held: 6, waiting: 2, compared: Some(compared), peer, ..heard },
            ],
            counters: vec![("stored", 9)],
            last_error: Some("own calls are not written: because".to_owned()),
        };
        let expected = "\
CONNECTION     SERVER         STATE      QUEUE
own calls      redis://a:1/1  connected  3 calls to write
notifications  redis://b:2/1  connected  lag 1.2 ms, answered 0.3 s ago

KEYSPACE  STATE         CHANGED    HELD  WAITING  COMPARED   RECORDS  MISSING  NODE
1 (own)   NOT FOLLOWED  never      0     0        never      -        -        this one
2         followed      0.2 s ago  6     2        1.5 s ago  7        1        0.8 s ago

deletions owed                   4
stored                           9
last error: own calls are not written: because
";
        assert_eq!(table(Keyspace(1), &status), expected);
    }
}
