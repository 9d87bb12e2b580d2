//! `list totals` and `list counters` in the words of rtpengine's CLI.

use std::fmt::{Display, Write};

use tandem_shards::output::EndCause;

use super::{Derived, Totals};
use crate::ctl::text::printable;
use crate::ng::commands::CommandKind;
use crate::node::rates::{Rate, errors};

/// Quantities whose samples rtpengine sums up, and this relay does not.
const QUANTITIES: [&str; 5] = [
    "jitter (reported)",
    "end-to-end round-trip time",
    "discrete round-trip time",
    "packet loss",
    "jitter (measured)",
];

/// `list totals`.
pub fn totals(totals: &Totals) -> String {
    let mut text = String::from("\nStatistics over currently running sessions:\n\n");
    running(&mut text, totals);
    text.push_str("\nTotal statistics (does not include current running sessions):\n\n");
    ended(&mut text, totals);
    text.push_str("\n\nMOS statistics:\n\n");
    mos(&mut text);
    text.push_str("\n\nVoIP metrics:\n\n");
    QUANTITIES.iter().for_each(|quantity| samples(&mut text, quantity));
    for name in [
        "Packets lost",
        "Duplicate RTP packets",
        "RTP sequence skips",
        "RTP sequence resets",
        "Out-of-order RTP packets",
    ] {
        line(&mut text, name, 0);
    }
    text.push_str("\n\nControl statistics:\n\n");
    control(&mut text, totals);
    text.push_str("\n\n");
    for interface in &totals.interfaces {
        let name = printable(interface.name.as_bytes());
        let _ = writeln!(text, "VoIP metrics for interface {name}/{}:", interface.ip);
        mos(&mut text);
        QUANTITIES.iter().for_each(|quantity| samples(&mut text, quantity));
    }
    text
}

/// `list counters`.
pub fn counters(rate: &Rate) -> String {
    let mut text = String::from("\nCurrent per-second counters:\n\n");
    rates(&mut text, rate);
    text
}

fn line(text: &mut String, name: &str, value: impl Display) {
    let _ = writeln!(text, " {name:<48}:{value}");
}

fn rates(text: &mut String, rate: &Rate) {
    for (place, rate) in [("userspace", *rate), ("kernel", Rate::default()), ("total", *rate)] {
        line(text, &format!("Packets per second ({place})"), rate.packets);
        line(text, &format!("Bytes per second ({place})"), rate.bytes);
        line(text, &format!("Errors per second ({place})"), rate.errors);
    }
}

fn running(text: &mut String, totals: &Totals) {
    line(text, "Owned sessions", totals.sessions.own);
    line(text, "Foreign sessions", totals.sessions.foreign);
    line(text, "Total sessions", totals.sessions.total());
    line(text, "Transcoded media", 0);
    line(text, "Media cache size", 0);
    line(text, "Player cache size", 0);
    rates(text, &totals.rate);
    line(text, "Userspace-only media streams", totals.streams);
    line(text, "Kernel-only media streams", 0);
    line(text, "Mixed kernel/userspace media streams", 0);
}

fn ended(text: &mut String, totals: &Totals) {
    let counters = &totals.counters;
    let derived = Derived::of(counters);
    line(text, "Uptime of rtpengine", format_args!("{} seconds", totals.uptime));
    line(text, "Total managed sessions", derived.managed);
    line(text, "Total rejected sessions", counters.rejected);
    for (name, cause) in [
        ("Total timed-out sessions via TIMEOUT", EndCause::Timeout),
        ("Total timed-out sessions via SILENT_TIMEOUT", EndCause::SilentTimeout),
        ("Total timed-out sessions via FINAL_TIMEOUT", EndCause::FinalTimeout),
        ("Total timed-out sessions via OFFER_TIMEOUT", EndCause::OfferTimeout),
        ("Total regular terminated sessions", EndCause::Deleted),
        ("Total forced terminated sessions", EndCause::Terminated),
    ] {
        line(text, name, counters.ended(cause));
    }
    let relayed = (counters.forwarded, errors(counters), counters.bytes);
    for (place, relayed) in [(" (userspace)", relayed), (" (kernel)", (0, 0, 0)), ("", relayed)] {
        line(text, &format!("Total relayed packets{place}"), relayed.0);
        line(text, &format!("Total relayed packet errors{place}"), relayed.1);
        line(text, &format!("Total relayed bytes{place}"), relayed.2);
    }
    line(text, "Total number of streams with no relayed packets", counters.zero_way_streams);
    line(text, "Total number of 1-way streams", counters.one_way_streams);
    let Derived { average, duration, duration2, deviation, .. } = derived;
    line(text, "Average call duration", format_args!("{average:.6} seconds"));
    line(text, "Total calls duration", format_args!("{duration:.6} seconds"));
    line(text, "Total calls duration squared", format_args!("{duration2:.6} seconds squared"));
    line(text, "Total calls duration standard deviation", format_args!("{deviation:.6} seconds"));
}

fn mos(text: &mut String) {
    const NONE: &str = "0.000000";
    line(text, "Sum of all MOS values sampled", NONE);
    line(text, "Sum of all MOS square values sampled", NONE);
    line(text, "Total number of MOS samples", 0);
    line(text, "Average MOS", NONE);
    line(text, "MOS standard deviation", NONE);
}

fn samples(text: &mut String, quantity: &str) {
    const NONE: &str = "0.000000";
    line(text, &format!("Sum of all {quantity} values sampled"), NONE);
    line(text, &format!("Sum of all {quantity} square values sampled"), NONE);
    line(text, &format!("Total number of {quantity} samples"), 0);
    line(text, &format!("Average {quantity}"), NONE);
    line(text, &format!("{quantity} standard deviation"), NONE);
}

fn control(text: &mut String, totals: &Totals) {
    let _ = write!(text, " {:>20} ", "Proxy");
    for heading in CommandKind::ALL.map(CommandKind::heading) {
        let _ = write!(text, "| {heading:>10} ");
    }
    text.push('\n');
    for row in &totals.proxies {
        let _ = write!(text, " {:>20} ", row.proxy.to_string());
        for command in CommandKind::ALL.map(CommandKind::name) {
            let count =
                row.commands.iter().find(|(name, ..)| *name == command).map_or(0, |(_, count, _)| *count);
            let _ = write!(text, "| {count:>10} ");
        }
        text.push('\n');
    }
}
