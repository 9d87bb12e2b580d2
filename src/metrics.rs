//! The page that Prometheus reads: every number that is counted anyway, under stable names.
//!
//! Names start with `tandem_`, units are bytes, seconds and ratios, counters end in `_total`. Labels have few
//! values: never a call-id, a tag or a party. Counters keep the label of their shard, because a sum would
//! jump back when a shard does not answer in time, which Prometheus would take for a restart.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};
use std::time::Duration;

use tandem_shards::call::state::StreamCounts;
use tandem_shards::names::{InterfaceName, ShardId};
use tandem_shards::output::{DropReason, EndCause};
use tandem_shards::stats::{Counters, ShardReport};
use tandem_shards::time::Timestamp;

use crate::listener::ListenerCounters;
use crate::ng::commands::CommandKind;
use crate::ng::counters::NgCounters;
use crate::ng::flags::not_done::Feature;
use crate::node::interfaces::InterfaceUse;
use crate::node::presence::Presence;
use crate::node::redis::RedisStatus;
use crate::origin::ListenerKind;
use crate::request_log::Protocol;

/// The content type of the page.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Data of the page.
#[derive(Debug)]
pub struct Metrics<'a> {
    /// The version of this program.
    pub version: &'static str,
    /// Time of the node's start.
    pub started: Timestamp,
    /// The shards that answered.
    pub reports: Vec<ShardReport>,
    /// Load of each of them in the last second, in thousandths.
    pub busy_permille: Vec<u64>,
    /// The shards that did not.
    pub silent: Vec<ShardId>,
    /// Addresses and their ports.
    pub interfaces: Vec<InterfaceUse>,
    /// Events that are missing in the log because they came too fast.
    pub events_lost: u64,
    /// Lines that are missing in the log because nobody read them in time.
    pub log_lines_lost: u64,
    /// `max-sessions`; negative is off.
    pub max_sessions: i64,
    /// Counts of the connections of listeners.
    pub listeners: &'a ListenerCounters,
    /// Counts of the ng protocol.
    pub ng: &'a NgCounters,
    /// Refused requests by protocol and reason.
    pub refusals: Vec<(Protocol, String, u64)>,
    /// Redis, if the node shares its calls.
    pub redis: Option<RedisStatus>,
}

/// Writes the page.
pub fn page(metrics: &Metrics<'_>) -> String {
    let mut page = Page::default();
    node(&mut page, metrics);
    calls(&mut page, &metrics.reports);
    media(&mut page, &metrics.reports);
    shards(&mut page, metrics);
    ports(&mut page, &metrics.interfaces);
    traffic(&mut page, metrics);
    connections(&mut page, metrics.listeners);
    ng(&mut page, metrics.ng);
    refusals(&mut page, &metrics.refusals);
    if let Some(status) = &metrics.redis {
        redis(&mut page, status);
    }
    page.text
}

fn node(page: &mut Page, metrics: &Metrics<'_>) {
    page.counter(
        "events_lost_total",
        "Events of calls that are missing in the log, since they came too fast.",
    );
    page.sample(&[], metrics.events_lost);
    page.counter("log_lines_lost_total", "Lines that are missing in the log: nobody read them in time.");
    page.sample(&[], metrics.log_lines_lost);
    page.gauge("build_info", "Always 1; the version is the label.");
    page.sample(&[("version", &metrics.version)], 1);
    page.gauge("start_time_seconds", "Time of the node's start, since the epoch.");
    page.sample(&[], seconds(Duration::from_micros(metrics.started.as_micros())));
    if metrics.max_sessions >= 0 {
        page.gauge("calls_limit", "max-sessions: own calls that are allowed.");
        page.sample(&[], metrics.max_sessions);
    }
}

fn calls(page: &mut Page, reports: &[ShardReport]) {
    page.gauge("calls", "Calls now.");
    for report in reports {
        for (ownership, calls) in [("own", report.own), ("foreign", report.foreign)] {
            page.sample(&[("ownership", &ownership), ("shard", &report.shard.0)], calls);
        }
    }
    page.gauge("calls_pending", "Foreign calls whose ports could not be opened yet.");
    each(page, reports, |report| report.pending);
    page.counter("call_setups_total", "Calls made by offers or restored from records, and offers refused.");
    for report in reports {
        let counters = &report.counters;
        for (result, calls) in
            [("created", counters.created), ("restored", counters.restored), ("rejected", counters.rejected)]
        {
            page.sample(&[("result", &result), ("shard", &report.shard.0)], calls);
        }
    }
    page.counter("call_ends_total", "Calls ended.");
    for report in reports {
        for cause in EndCause::ALL {
            let ended = report.counters.ended(cause);
            page.sample(&[("cause", &cause), ("shard", &report.shard.0)], ended);
        }
    }
    page.counter(
        "zero_way_streams_total",
        "RTP media of ended own calls in which neither side sent a packet.",
    );
    each(page, reports, |report| report.counters.zero_way_streams);
    page.counter(
        "one_way_streams_total",
        "RTP media of ended own calls in which one side only sent packets.",
    );
    each(page, reports, |report| report.counters.one_way_streams);
}

fn media(page: &mut Page, reports: &[ShardReport]) {
    page.counter("packets_total", "Packets received on open ports, and handed to the kernel.");
    for report in reports {
        let Counters { packets, forwarded, .. } = report.counters;
        for (direction, packets) in [("in", packets), ("out", forwarded)] {
            page.sample(&[("direction", &direction), ("shard", &report.shard.0)], packets);
        }
    }
    page.counter("received_bytes_total", "Payload bytes of packets received.");
    each(page, reports, |report| report.counters.bytes);
    page.counter("forwarded_bytes_total", "Payload bytes of packets handed to the kernel.");
    each(page, reports, |report| report.counters.forwarded_bytes);
    page.counter("packets_consumed_total", "Packets that the relay itself took.");
    each(page, reports, |report| report.counters.consumed);
    page.counter("packets_dropped_total", "Packets dropped.");
    for report in reports {
        for reason in DropReason::ALL {
            let dropped = report.counters.dropped(reason);
            page.sample(&[("reason", &reason), ("shard", &report.shard.0)], dropped);
        }
    }
    page.counter("send_errors_total", "Packets that the kernel refused to send.");
    each(page, reports, |report| report.counters.send_errors);
    page.gauge("sockets", "Open media sockets, one for each port in use.");
    each(page, reports, |report| report.sockets);
    page.gauge("streams", "Media streams in use.");
    each(page, reports, |report| report.streams);
}

fn shards(page: &mut Page, metrics: &Metrics<'_>) {
    page.gauge("shard_up", "1 if the shard answered in time.");
    let answered = metrics.reports.iter().map(|report| (report.shard, 1));
    let all: BTreeMap<ShardId, u8> = answered.chain(metrics.silent.iter().map(|shard| (*shard, 0))).collect();
    for (shard, up) in all {
        page.sample(&[("shard", &shard.0)], up);
    }
    page.gauge("shard_busy_ratio", "Part of the last second in which the shard's loop was busy.");
    for (report, permille) in metrics.reports.iter().zip(&metrics.busy_permille) {
        page.sample(&[("shard", &report.shard.0)], seconds(Duration::from_millis(*permille)));
    }
    page.counter("shard_busy_seconds_total", "Time in which the shard's loop was busy.");
    each(page, &metrics.reports, |report| seconds(Duration::from_micros(report.busy_us)));
}

/// Ports by logical interface: its addresses together.
fn ports(page: &mut Page, addresses: &[InterfaceUse]) {
    let mut sums: BTreeMap<&InterfaceName, (u64, u64)> = BTreeMap::new();
    for address in addresses {
        let (min, max) = address.range;
        let sum = sums.entry(&address.name).or_default();
        sum.0 += u64::from(address.used);
        sum.1 += u64::from(max) - u64::from(min) + 1;
    }
    let shown = |name: &InterfaceName| String::from_utf8_lossy(name.as_bytes()).into_owned();
    page.gauge("ports_in_use", "Media ports taken on the addresses of an interface.");
    for (name, (used, _)) in &sums {
        page.sample(&[("interface", &shown(name))], used);
    }
    page.gauge("address_present", "1 if a media address is on this host; own addresses should be.");
    for address in addresses.iter().filter(|address| address.presence != Presence::Unknown) {
        let here = u8::from(address.presence == Presence::Here);
        let interface = shown(&address.name);
        // One label will do for an interface with one address.
        match addresses.iter().filter(|other| other.name == address.name).count() {
            1 => page.sample(&[("interface", &interface)], here),
            _ => page.sample(&[("interface", &interface), ("address", &address.ip)], here),
        }
    }
    page.gauge("ports_limit", "Media ports that exist on the addresses of an interface.");
    for (name, (_, limit)) in &sums {
        page.sample(&[("interface", &shown(name))], limit);
    }
}

/// Traffic by logical interface: its addresses together.
fn traffic(page: &mut Page, metrics: &Metrics<'_>) {
    let families = [
        ("interface_packets_total", "Packets at the addresses of an interface."),
        ("interface_bytes_total", "Payload bytes at the addresses of an interface."),
    ];
    for (name, help) in families {
        page.counter(name, help);
        let count = |of: StreamCounts| if name == families[0].0 { of.packets } else { of.bytes };
        for report in &metrics.reports {
            let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
            for (address, traffic) in metrics.interfaces.iter().zip(&report.counters.traffic) {
                let sum =
                    sums.entry(String::from_utf8_lossy(address.name.as_bytes()).into_owned()).or_default();
                sum.0 += count(traffic.ingress);
                sum.1 += count(traffic.egress);
            }
            for (name, (ingress, egress)) in sums {
                for (direction, value) in [("in", ingress), ("out", egress)] {
                    let shard = report.shard.0;
                    page.sample(&[("direction", &direction), ("interface", &name), ("shard", &shard)], value);
                }
            }
        }
    }
}

fn connections(page: &mut Page, counters: &ListenerCounters) {
    page.counter(
        "connections_total",
        "Connections let in, ended to make room for newer ones, and closed at once.",
    );
    for kind in ListenerKind::STREAMS {
        let counters = counters.of(kind);
        for (event, count) in
            [("accepted", &counters.accepted), ("evicted", &counters.evicted), ("refused", &counters.refused)]
        {
            page.sample(&[("event", &event), ("listener", &kind.key())], count.value());
        }
    }
}

fn ng(page: &mut Page, counters: &NgCounters) {
    page.counter("ng_requests_total", "Requests of SIP proxies.");
    for kind in CommandKind::ALL {
        page.sample(&[("command", &kind.name())], counters.commands(kind));
    }
    page.counter("ng_not_done_total", "Requests answered ok although they ask for what does not exist here.");
    for feature in Feature::ALL {
        page.sample(&[("feature", &feature.name())], counters.not_done(feature));
    }
    page.counter("ng_events_total", "ng requests ignored, repeated or refused, by event.");
    for (event, count) in counters.named() {
        page.sample(&[("event", &event)], count);
    }
}

fn refusals(page: &mut Page, refusals: &[(Protocol, String, u64)]) {
    page.counter("refused_requests_total", "Refused requests, by protocol and reason.");
    for (protocol, reason, count) in refusals {
        page.sample(&[("protocol", &protocol.name()), ("reason", reason)], count);
    }
}

fn redis(page: &mut Page, status: &RedisStatus) {
    page.gauge("redis_writing", "1 if own calls can be written.");
    page.sample(&[], u8::from(status.writing));
    page.gauge("redis_pending_writes", "Own calls whose latest state Redis has not acknowledged yet.");
    page.sample(&[], status.owed);
    page.gauge("redis_keyspace_connected", "1 if notifications of a followed keyspace arrive.");
    for feed in &status.feeds {
        page.sample(&[("keyspace", &feed.keyspace)], u8::from(feed.connected));
    }
    page.gauge("redis_pending_deletions", "Ended calls whose records are still to be deleted.");
    page.sample(&[], status.deletions_owed);
    page.gauge(
        "redis_keyspace_silent_seconds",
        "Time since the server's last answer on the connection of notifications.",
    );
    page.sample(&[], age(status.silent_for));
    page.gauge("redis_keyspace_unchanged_seconds", "Time since the last change in a followed keyspace.");
    for feed in &status.feeds {
        page.sample(&[("keyspace", &feed.keyspace)], age(feed.age));
    }
    page.gauge("standby_calls", "Foreign calls of a followed keyspace that are held ready here.");
    for feed in &status.feeds {
        page.sample(&[("keyspace", &feed.keyspace)], feed.held);
    }
    page.gauge("redis_records_pending", "Calls of a followed keyspace whose records are not dealt with yet.");
    for feed in &status.feeds {
        page.sample(&[("keyspace", &feed.keyspace)], feed.waiting);
    }
    page.gauge("redis_lag_seconds", "Time from the last notification until its call was up to date.");
    page.sample(&[], seconds(status.lag));
    page.counter("redis_events_total", "Redis replication events, by event.");
    for (event, count) in &status.counters {
        page.sample(&[("event", event)], count);
    }
}

fn each<T: Display>(page: &mut Page, reports: &[ShardReport], value: impl Fn(&ShardReport) -> T) {
    for report in reports {
        page.sample(&[("shard", &report.shard.0)], value(report));
    }
}

/// A time since something; [`Duration::MAX`] is for ever.
fn age(time: Duration) -> String {
    if time == Duration::MAX { "+Inf".to_owned() } else { seconds(time) }
}

/// Seconds with all their digits, which a float would lose.
fn seconds(duration: Duration) -> String {
    format!("{}.{:06}", duration.as_secs(), duration.subsec_micros())
}

/// The text as it grows.
#[derive(Debug, Default)]
struct Page {
    text: String,
    name: &'static str,
}

impl Page {
    fn gauge(&mut self, name: &'static str, help: &str) {
        self.family(name, help, "gauge");
    }

    fn counter(&mut self, name: &'static str, help: &str) {
        self.family(name, help, "counter");
    }

    fn family(&mut self, name: &'static str, help: &str, kind: &str) {
        self.name = name;
        let _ = writeln!(self.text, "# HELP tandem_{name} {help}\n# TYPE tandem_{name} {kind}");
    }

    fn sample(&mut self, labels: &[(&str, &dyn Display)], value: impl Display) {
        let _ = write!(self.text, "tandem_{}", self.name);
        for (index, (label, text)) in labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            let _ = write!(self.text, "{before}{label}=\"{}\"", escape(&text.to_string()));
        }
        let _ = writeln!(self.text, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }
}

/// A label's text, as the format wants it.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use tandem_shards::names::Keyspace;
    use tandem_shards::stats::Traffic;

    use super::*;
    use crate::ctl::tests::fake::report;
    use crate::node::redis::FeedStatus;

    fn address(name: &str, ip: [u8; 4], used: u32) -> InterfaceUse {
        let ip = IpAddr::from(ip);
        let presence = if used > 0 { Presence::Here } else { Presence::Absent };
        let name = InterfaceName::from(name);
        InterfaceUse {
            name,
            ip,
            advertised: ip,
            presence,
            own: true,
            range: (30_000, 30_999),
            used,
            traffic: Traffic::default(),
        }
    }

    #[test]
    fn the_page_is_as_it_was() {
        let mut busy = report(0);
        (busy.own, busy.foreign, busy.sockets, busy.streams) = (3, 2, 20, 10);
        busy.busy_us = 61_000_005;
        busy.counters.packets = 1000;
        busy.counters.forwarded = 990;
        busy.counters.bytes = 172_000;
        busy.counters.forwarded_bytes = 170_280;
        let one = Traffic {
            ingress: StreamCounts { packets: 500, bytes: 86_000, errors: 1 },
            egress: StreamCounts { packets: 490, bytes: 84_280, errors: 0 },
        };
        busy.counters.traffic = vec![one, one, Traffic::default()];
        busy.counters.created = 4;
        busy.counters.count_drop(DropReason::Guarded);
        busy.counters.count_end(EndCause::Deleted);
        let ng = NgCounters::new(1);
        ng.note_command(0, CommandKind::Offer, IpAddr::from([127, 0, 0, 1]), Duration::ZERO, false);
        ng.malformed.add(2);
        let listeners = ListenerCounters::default();
        listeners.of(ListenerKind::Cli).evicted.add(44);
        let feed = FeedStatus {
            held: 3,
            waiting: 1,
            ..FeedStatus::new(Keyspace(2), true, Duration::from_millis(800))
        };
        let page = page(&Metrics {
            version: "1.2.3",
            started: Timestamp::from_micros(1_795_416_050_208_041),
            reports: vec![busy, report(2)],
            busy_permille: vec![410, 0],
            silent: vec![ShardId(1)],
            interfaces: vec![
                address("pub", [192, 0, 2, 1], 16),
                address("pub", [192, 0, 2, 2], 4),
                address("a\"b\\c\nd", [192, 0, 2, 1], 0),
            ],
            events_lost: 0,
            log_lines_lost: 7,
            max_sessions: 100,
            listeners: &listeners,
            ng: &ng,
            refusals: vec![(Protocol::Ng, "Ran out of ports".to_owned(), 3)],
            redis: Some(RedisStatus {
                writing: true,
                owed: 1,
                deletions_owed: 2,
                silent_for: Duration::from_millis(400),
                feeds: vec![feed],
                counters: vec![("resyncs", 1)],
                lag: Duration::from_micros(700),
                ..RedisStatus::default()
            }),
        });
        assert_eq!(page, include_str!("metrics/golden.txt"));
    }
}
