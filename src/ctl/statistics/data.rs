//! `list jsonstats`: the same numbers as `list totals` under the names that collectors know.

use serde_json::{Map, Value, json};
use tandem_shards::output::EndCause;

use super::{Derived, Totals};
use crate::ctl::interfaces::counts;
use crate::ctl::text::printable;
use crate::ng::commands::CommandKind;
use crate::node::ProxyRow;
use crate::node::interfaces::InterfaceUse;
use crate::node::rates::errors;

/// The tree.
pub fn statistics(totals: &Totals) -> Value {
    json!({
        "currentstatistics": current(totals),
        "totalstatistics": ended(totals),
        "mos": metrics(&["mos"]),
        "voip_metrics": with_losses(metrics(&QUANTITIES)),
        "controlstatistics": control(&totals.proxies),
        "interfaces": totals.interfaces.iter().map(interface).collect::<Vec<_>>(),
        "transcoders": [],
    })
}

const QUANTITIES: [&str; 5] = ["jitter", "rtt_e2e", "rtt_dsct", "packetloss", "jitter_measured"];

fn current(totals: &Totals) -> Value {
    let rate = &totals.rate;
    json!({
        "sessionsown": totals.sessions.own,
        "sessionsforeign": totals.sessions.foreign,
        "sessionstotal": totals.sessions.total(),
        "transcodedmedia": 0,
        "mediacache": 0,
        "playercache": 0,
        "packetrate_user": rate.packets,
        "byterate_user": rate.bytes,
        "errorrate_user": rate.errors,
        "packetrate_kernel": 0,
        "byterate_kernel": 0,
        "errorrate_kernel": 0,
        "packetrate": rate.packets,
        "byterate": rate.bytes,
        "errorrate": rate.errors,
        "media_userspace": totals.streams,
        "media_kernel": 0,
        "media_mixed": 0,
    })
}

fn ended(totals: &Totals) -> Value {
    let counters = &totals.counters;
    let derived = Derived::of(counters);
    json!({
        "uptime": totals.uptime,
        "managedsessions": derived.managed,
        "rejectedsessions": counters.rejected,
        "timeoutsessions": counters.ended(EndCause::Timeout),
        "silenttimeoutsessions": counters.ended(EndCause::SilentTimeout),
        "finaltimeoutsessions": counters.ended(EndCause::FinalTimeout),
        "offertimeoutsessions": counters.ended(EndCause::OfferTimeout),
        "regularterminatedsessions": counters.ended(EndCause::Deleted),
        "forcedterminatedsessions": counters.ended(EndCause::Terminated),
        "relayedpackets_user": counters.forwarded,
        "relayedpacketerrors_user": errors(counters),
        "relayedbytes_user": counters.forwarded_bytes,
        "relayedpackets_kernel": 0,
        "relayedpacketerrors_kernel": 0,
        "relayedbytes_kernel": 0,
        "relayedpackets": counters.forwarded,
        "relayedpacketerrors": errors(counters),
        "relayedbytes": counters.forwarded_bytes,
        "zerowaystreams": counters.zero_way_streams,
        "onewaystreams": counters.one_way_streams,
        "avgcallduration": derived.average,
        "totalcallsduration": derived.duration,
        "totalcallsduration2": derived.duration2,
        "totalcallsduration_stddev": derived.deviation,
    })
}

/// Samples that this relay does not take: zeros under the usual names.
fn metrics(quantities: &[&str]) -> Value {
    let mut map = Map::new();
    for quantity in quantities {
        map.insert(format!("{quantity}_total"), json!(0.0));
        map.insert(format!("{quantity}2_total"), json!(0.0));
        map.insert(format!("{quantity}_samples_total"), json!(0));
        map.insert(format!("{quantity}_average"), json!(0.0));
        map.insert(format!("{quantity}_stddev"), json!(0.0));
    }
    Value::Object(map)
}

fn with_losses(mut metrics: Value) -> Value {
    for name in ["packets_lost", "rtp_duplicates", "rtp_skips", "rtp_seq_resets", "rtp_reordered"] {
        metrics[name] = json!(0);
    }
    metrics
}

fn control(proxies: &[ProxyRow]) -> Value {
    let of = |row: &ProxyRow, command: &str| {
        let found = row.commands.iter().find(|(name, ..)| *name == command);
        found.map_or((0, 0.0), |(_, count, time)| (*count, time.as_secs_f64()))
    };
    let mut rows = Vec::new();
    for row in proxies {
        let mut map = Map::new();
        map.insert("proxy".to_owned(), json!(row.proxy.to_string()));
        for kind in CommandKind::ALL {
            let name = kind.heading().to_ascii_lowercase();
            let (count, seconds) = of(row, kind.name());
            map.insert(format!("{name}count"), json!(count));
            map.insert(format!("{name}duration"), json!(seconds));
        }
        map.insert("errorcount".to_owned(), json!(row.errors));
        rows.push(Value::Object(map));
    }
    let mut map = Map::new();
    map.insert("proxies".to_owned(), Value::Array(rows));
    for kind in CommandKind::ALL {
        let total: u64 = proxies.iter().map(|row| of(row, kind.name()).0).sum();
        map.insert(format!("total{}count", kind.heading().to_ascii_lowercase()), json!(total));
    }
    Value::Object(map)
}

fn interface(interface: &InterfaceUse) -> Value {
    let (min, max) = interface.range;
    let total = interface.port_count();
    let mut quantities = vec!["mos"];
    quantities.extend(QUANTITIES);
    json!({
        "name": printable(interface.name.as_bytes()),
        "address": interface.ip.to_string(),
        "ports": {
            "min": min,
            "max": max,
            "used": interface.used,
            "used_pct": f64::from(interface.used) * 100.0 / f64::from(total),
            "free": total.saturating_sub(interface.used),
            "totals": total,
        },
        "packets_lost": 0,
        "duplicates": 0,
        "voip_metrics": metrics(&quantities),
        "ingress": counts(interface.traffic.ingress),
        "egress": counts(interface.traffic.egress),
    })
}
