//! `list interfaces`, and `list transcoders`, of which there are none.

use serde_json::{Value, json};
use tandem_shards::call::state::StreamCounts;
use tandem_shards::stats::Counters;

use super::command::{Command, Head, Level, Row};
use super::text::printable;
use crate::node::interfaces::{InterfaceUse, interfaces};
use crate::node::presence::Presence;
use crate::origin::Right;

/// The commands of this group.
pub const ROWS: &[&dyn Row] = &[&INTERFACES, &TRANSCODERS];

static INTERFACES: Command<Vec<InterfaceUse>> = Command {
    head: Head {
        level: Level::List,
        word: "interfaces",
        arguments: "",
        help: "interfaces and their ports",
        right: Right::Read,
    },
    run: |execution, _| {
        let mut counters = Counters::default();
        for report in execution.reports() {
            counters.add(&report.counters);
        }
        Ok(interfaces(execution.node, &counters.traffic))
    },
    rtpengine: |list| list.iter().map(in_words).collect(),
    table: |list| list.iter().map(in_words).collect(),
    json: |list| json!({ "interfaces": list.iter().map(data).collect::<Vec<_>>() }),
};

static TRANSCODERS: Command<()> = Command {
    head: Head {
        level: Level::List,
        word: "transcoders",
        arguments: "",
        help: "transcoders: none here",
        right: Right::Read,
    },
    run: |_, _| Ok(()),
    rtpengine: |()| "No stats entries\n".to_owned(),
    table: |()| "No stats entries\n".to_owned(),
    json: |()| json!({ "transcoders": [] }),
};

fn in_words(interface: &InterfaceUse) -> String {
    let family = if interface.ip.is_ipv4() { "IPv4" } else { "IPv6" };
    let (min, max) = interface.range;
    let total = interface.port_count();
    let percent = f64::from(interface.used) * 100.0 / f64::from(total);
    // Loss, jitter and MOS are not measured, so their lines are left out.
    format!(
        "Interface '{}' address '{}' ({family})\n \
         Port range: {min:>5} - {max:>5}\n \
         Ports used: {:>5} / {total:>5} ({percent:>5.1}%)\n \
         Packets/bytes/errors:\n  \
         Ingress:   {}\n  \
         Egress:    {}\n\n",
        printable(interface.name.as_bytes()),
        interface.ip,
        interface.used,
        columns(interface.traffic.ingress),
        columns(interface.traffic.egress),
    )
}

fn columns(of: StreamCounts) -> String {
    format!("{:>10} / {:>10} / {:>10}", of.packets, of.bytes, of.errors)
}

/// An address and its ports for programs.
pub fn data(interface: &InterfaceUse) -> Value {
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

/// Packets and bytes for programs.
pub fn counts(of: StreamCounts) -> Value {
    json!({ "packets": of.packets, "bytes": of.bytes, "errors": of.errors })
}
