//! Answers as JSON. Names are stable; times are milliseconds since the epoch, units are in the names.

use std::net::SocketAddr;

use serde_json::{Map, Value, json};
use tandem_shards::call::snapshot::{
    CallBrief, LegSnapshot, MediaSnapshot, Ownership, StreamCounts, StreamSnapshot,
};
use tandem_shards::names::{Component, Keyspace};
use tandem_shards::output::{DropReason, EndCause};
use tandem_shards::stats::Counters;
use tandem_shards::time::Timestamp;

use crate::addresses::Presence;
use crate::ctl::answer::{CallView, CtlAnswer, InterfaceUse, SessionCounts, ShardRow, Status, Totals};
use crate::ctl::legacy::{self, json::statistics, printable};
use crate::ctl::rates::Rate;
use crate::ctl::{RedisStatus, parameters};

/// An answer as JSON.
pub fn data(answer: &CtlAnswer) -> Value {
    match answer {
        CtlAnswer::Sessions(counts) => sessions(counts),
        CtlAnswer::Calls(list) => {
            let calls: Vec<Value> = list.calls.iter().map(|call| brief(call, list.keyspace)).collect();
            json!({ "calls": calls })
        }
        CtlAnswer::Call(view) => call(view, |_| true),
        CtlAnswer::Party(view, tag) => {
            call(view, |leg| leg.tag.as_ref() == Some(tag) || leg.aliases.contains(tag))
        }
        CtlAnswer::Totals(totals) => self::totals(totals),
        CtlAnswer::JsonStats(totals) => statistics(totals),
        CtlAnswer::Counters(rate) => self::rate(rate),
        CtlAnswer::Interfaces(list) => {
            json!({ "interfaces": list.iter().map(interface).collect::<Vec<_>>() })
        }
        CtlAnswer::Shown(parameter, value) | CtlAnswer::Set(parameter, value) => {
            let mut map = Map::new();
            map.insert(parameter.word().to_owned(), number(*value));
            Value::Object(map)
        }
        CtlAnswer::AllLogLevels(level) | CtlAnswer::LogLevel(Some(level)) | CtlAnswer::LogLevelSet(level) => {
            json!({ "loglevel": level })
        }
        CtlAnswer::Params(list) => {
            Value::Object(list.iter().map(|(name, value)| (name.clone(), json!(value))).collect())
        }
        CtlAnswer::ParamsDiff(list) => {
            // The numbers are microseconds of at most 32 bits of seconds.
            let small = |number: i128| i64::try_from(number).unwrap_or(i64::MAX);
            let row = |(name, before, now): &(&'static str, i128, i128)| {
                ((*name).to_owned(), json!({ "before": small(*before), "now": small(*now) }))
            };
            Value::Object(list.iter().map(row).collect())
        }
        CtlAnswer::Terminated(_, count) => json!({ "ended": count }),
        CtlAnswer::CallTerminated(_) => json!({ "ended": 1 }),
        CtlAnswer::Keyspaces(list) => json!({ "keyspaces": list.iter().map(|k| k.0).collect::<Vec<_>>() }),
        CtlAnswer::KeyspaceAdded(keyspace) => json!({ "keyspace": keyspace.0 }),
        CtlAnswer::KeyspaceRemoved(keyspace, count) => json!({ "keyspace": keyspace.0, "ended": count }),
        CtlAnswer::Active(count) | CtlAnswer::StandBy(count) => json!({ "changed": count }),
        CtlAnswer::DebugSet(_, on) => json!({ "debug": on }),
        CtlAnswer::Shards(rows) => json!({ "shards": rows.iter().map(shard).collect::<Vec<_>>() }),
        CtlAnswer::Status(status) => self::status(status),
        CtlAnswer::Pong(shards) => json!({ "shards": shards }),
        CtlAnswer::Redis(keyspace, status) => redis(*keyspace, status),
        CtlAnswer::Resync(keyspace) => json!({ "keyspace": keyspace.map(|k| k.0) }),
        CtlAnswer::Transcoders => json!({ "transcoders": [] }),
        CtlAnswer::Reverted => json!({}),
        CtlAnswer::Problem(_) => json!({ "error": legacy::answer(answer).trim() }),
        CtlAnswer::Help(_) | CtlAnswer::Usage | CtlAnswer::LogLevels | CtlAnswer::LogLevel(None) => {
            json!({ "text": legacy::answer(answer) })
        }
    }
}

fn number(value: parameters::Value) -> Value {
    match value {
        parameters::Value::Whole(number) => json!(number),
        parameters::Value::Decimal(number, _) => json!(number),
    }
}

fn sessions(counts: &SessionCounts) -> Value {
    json!({
        "own": counts.own,
        "foreign": counts.foreign,
        "total": counts.total(),
        "ip4_only": counts.ip4_only,
        "ip6_only": counts.ip6_only,
        "mixed": counts.mixed,
    })
}

fn millis(at: Timestamp) -> u64 {
    at.as_micros() / 1000
}

fn address(address: Option<SocketAddr>) -> Value {
    json!(address.map(|address| address.to_string()))
}

fn ownership(ownership: Ownership, own: Option<Keyspace>) -> (&'static str, Option<u32>) {
    match ownership {
        Ownership::Own => ("own", own.map(|k| k.0)),
        Ownership::Foreign(keyspace) => ("foreign", Some(keyspace.0)),
    }
}

fn brief(call: &CallBrief, own: Option<Keyspace>) -> Value {
    let (ownership, keyspace) = ownership(call.ownership, own);
    json!({
        "call_id": printable(call.call_id.as_bytes()),
        "ownership": ownership,
        "keyspace": keyspace,
        "created_ms": millis(call.created),
        "deleting": call.deleting,
        "proxy": address(call.created_from),
        "shard": call.shard.0,
        "epoch": call.version.epoch,
        "sequence": call.version.sequence,
    })
}

fn call(view: &CallView, wanted: impl Fn(&LegSnapshot) -> bool) -> Value {
    let call = &view.call;
    let (ownership, keyspace) = ownership(call.ownership, view.keyspace);
    json!({
        "call_id": printable(call.call_id.as_bytes()),
        "ownership": ownership,
        "keyspace": keyspace,
        "shard": view.shard.0,
        "created_ms": millis(call.created),
        "last_signal_ms": millis(call.last_signal),
        "written_ms": view.written.map(millis),
        "deletion_ms": call.deletion.map(millis),
        "answered": call.answered,
        "tos": view.tos,
        "proxy": address(call.created_from),
        "epoch": call.version.epoch,
        "sequence": call.version.sequence,
        "legs": call.legs.iter().filter(|l| wanted(l)).map(|l| leg(view, l)).collect::<Vec<_>>(),
    })
}

fn leg(view: &CallView, leg: &LegSnapshot) -> Value {
    let tag_at = |at: &u16| {
        let other = view.call.legs.get(usize::from(*at))?;
        other.tag.as_ref().map(|tag| printable(tag.as_bytes()))
    };
    json!({
        "tag": leg.tag.as_ref().map(|tag| printable(tag.as_bytes())),
        "label": leg.label.as_ref().map(|label| printable(label.as_bytes())),
        "branch": leg.branch.as_ref().map(|branch| printable(branch.as_bytes())),
        "created_ms": millis(leg.created),
        "interface": printable(leg.interface.as_bytes()),
        "offerer": leg.offerer,
        "gets_media_of": leg.subscriptions.iter().map(tag_at).collect::<Vec<_>>(),
        "media": leg.media.iter().map(|m| m.as_ref().map(media)).collect::<Vec<_>>(),
    })
}

fn media(media: &MediaSnapshot) -> Value {
    json!({
        "kind": printable(media.kind.as_bytes()),
        "protocol": printable(media.protocol.as_bytes()),
        "interface": printable(media.interface.as_bytes()),
        "disabled": media.flags.disabled,
        "streams": media.streams.iter().map(stream).collect::<Vec<_>>(),
    })
}

fn counts(of: StreamCounts) -> Value {
    json!({ "packets": of.packets, "bytes": of.bytes, "errors": of.errors })
}

fn stream(stream: &StreamSnapshot) -> Value {
    json!({
        "component": match stream.component { Component::Rtp => "rtp", Component::Rtcp => "rtcp" },
        "local": address(stream.local),
        "endpoint": address(stream.endpoint),
        "signalled": address(stream.advertised),
        "confirmed": stream.source.is_some(),
        "last_packet_ms": stream.received.then(|| millis(stream.last_packet)),
        "in": counts(stream.counts_in),
        "out": counts(stream.counts_out),
        "ssrc": stream.rtp.map(|rtp| rtp.ssrc),
        "payload_type": stream.rtp.map(|rtp| rtp.payload_type),
    })
}

fn rate(rate: &Rate) -> Value {
    json!({
        "packets_per_s": rate.packets,
        "bytes_per_s": rate.bytes,
        "drops_per_s": rate.errors,
        "load_permille": rate.busy_permille,
    })
}

fn counters(counters: &Counters) -> Value {
    let drops = DropReason::ALL.into_iter().map(|reason| (reason.name(), counters.dropped(reason)));
    let ended = EndCause::ALL.into_iter().map(|cause| (cause.name(), counters.ended(cause)));
    let object = |pairs: &mut dyn Iterator<Item = (&'static str, u64)>| {
        Value::Object(pairs.map(|(name, count)| (name.to_owned(), json!(count))).collect())
    };
    json!({
        "packets": counters.packets,
        "bytes": counters.bytes,
        "forwarded": counters.forwarded,
        "forwarded_bytes": counters.forwarded_bytes,
        "consumed": counters.consumed,
        "drops": object(&mut { drops }),
        "send_errors": counters.send_errors,
        "created": counters.created,
        "restored": counters.restored,
        "rejected": counters.rejected,
        "ended": object(&mut { ended }),
    })
}

fn interface(interface: &InterfaceUse) -> Value {
    json!({
        "name": printable(interface.name.as_bytes()),
        "address": interface.ip.to_string(),
        "advertised": interface.advertised.to_string(),
        "present": match interface.presence {
            Presence::Here => Some(true),
            Presence::Absent => Some(false),
            Presence::Unknown => None,
        },
        "port_min": interface.range.0,
        "port_max": interface.range.1,
        "ports_used": interface.used,
        "ingress": counts(interface.traffic.ingress),
        "egress": counts(interface.traffic.egress),
    })
}

fn totals(totals: &Totals) -> Value {
    json!({
        "uptime_s": totals.uptime,
        "calls": sessions(&totals.sessions),
        "streams": totals.streams,
        "rate": rate(&totals.rate),
        "counters": counters(&totals.counters),
        "interfaces": totals.interfaces.iter().map(interface).collect::<Vec<_>>(),
    })
}

fn shard(row: &ShardRow) -> Value {
    let report = &row.report;
    json!({
        "shard": report.shard.0,
        "cpu": report.cpu,
        "own": report.own,
        "foreign": report.foreign,
        "pending": report.pending,
        "ports": report.sockets,
        "streams": report.streams,
        "rate": rate(&row.rate),
        "counters": counters(&report.counters),
    })
}

fn status(status: &Status) -> Value {
    let mut value = totals(&status.totals);
    value["node"] = json!(status.node);
    value["version"] = json!(env!("CARGO_PKG_VERSION"));
    value["max_sessions"] = json!(status.max_sessions);
    value["degraded"] = json!(status.absent);
    value["shards"] = json!(status.shards);
    value["shards_answering"] = json!(status.answering);
    value["events_lost"] = json!(status.events_lost);
    value["redis"] = json!(status.redis.as_ref().map(|(keyspace, status)| redis(*keyspace, status)));
    value
}

fn redis(keyspace: Keyspace, status: &RedisStatus) -> Value {
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let feed = |feed: &crate::ctl::FeedStatus| {
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
