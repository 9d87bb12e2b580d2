//! The log of requests that are not done, or not done in full: one line each, and a count by reason.
//!
//! Every listener ends up here, whatever it speaks: a proxy or an operator who is told "no" finds the same reason
//! in the log, with the call-id, the address and the command. Lines of one reason are limited, and what was left
//! out is counted; the counts by reason are metrics, and are never limited.
//!
//! What comes from outside is escaped and cut, since a call-id may be as long as a datagram.
//!
//! Lines are made where the request was refused, and written by the thread `events`: shards refuse requests too, and
//! wait for no log.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};
use log::Level;
use tandem_shards::time::Timestamp;

use crate::logging::{Admit, Limiter};
use crate::origin::Origin;

pub use crate::origin::Protocol;

/// Lines of one reason in ten seconds.
const REFUSALS_PER_WINDOW: u64 = 20;
/// Lines about one feature in ten seconds: a proxy that asks for one asks in every call.
const NOT_DONE_PER_WINDOW: u64 = 2;
/// Bytes shown of a name or line that somebody else wrote.
const SHOWN_BYTES_MAX: usize = 120;
/// Reasons that are counted one by one. The program has fewer; what is more counts as "other".
const REASONS_MAX: usize = 256;
/// Lines that wait to be written; beyond, they are left out and counted.
const LINES_MAX: usize = 1024;

/// A request, as far as it could be read.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The protocol it came in.
    pub protocol: Protocol,
    /// Its call-id, if it has one.
    pub call_id: Option<&'a [u8]>,
    /// Origin of the request.
    pub origin: &'a Origin,
    /// Command or its text, if that could be read.
    pub command: &'a [u8],
}

/// Lines and counts.
#[derive(Debug)]
pub struct RequestLog {
    state: Mutex<State>,
    lines: (Sender<Line>, Receiver<Line>),
    lost: AtomicU64,
}

/// A line on its way to the log.
#[derive(Debug)]
pub struct Line {
    level: Level,
    target: &'static str,
    text: String,
}

impl Line {
    /// Writes it.
    pub fn write(&self) {
        log::log!(target: self.target, self.level, "{}", self.text);
    }
}

#[derive(Debug)]
struct State {
    refusals: Limiter,
    not_done: Limiter,
    refused: BTreeMap<(Protocol, String), u64>,
}

impl Default for RequestLog {
    fn default() -> Self {
        let state = State {
            refusals: Limiter::new(REFUSALS_PER_WINDOW),
            not_done: Limiter::new(NOT_DONE_PER_WINDOW),
            refused: BTreeMap::new(),
        };
        RequestLog { state: Mutex::new(state), lines: bounded(LINES_MAX), lost: AtomicU64::new(0) }
    }
}

impl RequestLog {
    /// A request was refused, for a reason out of a finite set; `detail` may be different each time.
    pub fn refused(&self, now: Timestamp, about: &About<'_>, reason: &str, detail: Option<&str>) {
        let mut state = self.state();
        let name = format!("{}: {reason}", about.protocol.name());
        let admitted = state.refusals.admit(&name, now);
        let full = state.refused.len() >= REASONS_MAX;
        let key = (about.protocol, reason.to_owned());
        let key = if full && !state.refused.contains_key(&key) {
            (about.protocol, "other".to_owned())
        } else {
            key
        };
        *state.refused.entry(key).or_default() += 1;
        drop(state);
        let level = match about.protocol {
            Protocol::Ng => Level::Warn,
            Protocol::Http | Protocol::Ctl => Level::Info,
        };
        let what = format!("refused: {reason}");
        self.say(level, about, admitted, &name, &what, detail);
    }

    /// A request was answered `ok` although a feature that it asks for does not exist here.
    pub fn not_done(&self, now: Timestamp, about: &About<'_>, feature: &str, asked: &str) {
        let name = format!("{}: {feature} is not done", about.protocol.name());
        let admitted = self.state().not_done.admit(&name, now);
        let what = format!("answered ok, but {feature} is not done");
        self.say(Level::Warn, about, admitted, &name, &what, Some(asked).filter(|asked| !asked.is_empty()));
    }

    /// Says how many lines were left out by limits whose time has come to an end.
    pub fn say_left_out(&self, now: Timestamp) {
        let mut state = self.state();
        let left_out = [state.refusals.take_left_out(now), state.not_done.take_left_out(now)].concat();
        drop(state);
        for (name, count) in left_out {
            log::warn!("{count} lines were left out: {name}");
        }
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            log::warn!("{lost} lines were left out: too many requests were refused at once");
        }
    }

    /// The lines that are to be written.
    pub fn lines(&self) -> &Receiver<Line> {
        &self.lines.1
    }

    /// Refused requests by protocol and reason.
    pub fn refusals(&self) -> Vec<(Protocol, String, u64)> {
        let of =
            |((protocol, reason), count): (&(Protocol, String), &u64)| (*protocol, reason.clone(), *count);
        self.state().refused.iter().map(of).collect()
    }

    fn say(
        &self,
        level: Level,
        about: &About<'_>,
        admitted: Admit,
        name: &str,
        what: &str,
        detail: Option<&str>,
    ) {
        if admitted == Admit::Suppress || level > log::max_level() {
            return;
        }
        if let Admit::WriteAfter(count) = admitted {
            self.put(level, about.protocol, format!("{count} lines were left out: {name}"));
        }
        let call_id = Cut(about.call_id.unwrap_or(b"-"));
        let command = Cut(if about.command.is_empty() { b"-" } else { about.command });
        let detail = detail.map(|detail| format!(": {detail}")).unwrap_or_default();
        let origin = about.origin;
        let text = format!("call={call_id} {what} command=\"{command}\" {origin}{detail}");
        self.put(level, about.protocol, text);
    }

    fn put(&self, level: Level, protocol: Protocol, text: String) {
        if self.lines.0.try_send(Line { level, target: protocol.name(), text }).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes from outside, escaped, and cut if there are too many.
#[derive(Clone, Copy, Debug)]
pub struct Cut<'a>(pub &'a [u8]);

impl fmt::Display for Cut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.0[..self.0.len().min(SHOWN_BYTES_MAX)];
        write!(f, "{}", shown.escape_ascii())?;
        match self.0.len() - shown.len() {
            0 => Ok(()),
            more => write!(f, "... and {more} bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::tests::origin;
    use crate::origin::{ListenerKind, Rights};

    #[test]
    fn what_comes_from_outside_is_escaped_and_cut() {
        assert_eq!(Cut(b"a\nb\x1b\"").to_string(), "a\\nb\\x1b\\\"");
        let long = Cut(&[b'\n'; 5000]).to_string();
        assert!(long.len() < 300 && long.ends_with("... and 4880 bytes"), "{long}");
    }

    #[test]
    fn every_refusal_is_counted_and_reasons_are_bounded() {
        let origin = origin(ListenerKind::Ng, Rights::NONE);
        let about = About { protocol: Protocol::Ng, call_id: None, origin: &origin, command: b"offer" };
        let log = RequestLog::default();
        for _ in 0..50 {
            log.refused(Timestamp::from_secs(1), &about, "Ran out of ports", None);
        }
        for number in 0..2 * REASONS_MAX {
            log.refused(Timestamp::from_secs(1), &about, &number.to_string(), None);
        }
        let refusals = log.refusals();
        assert!(refusals.contains(&(Protocol::Ng, "Ran out of ports".to_owned(), 50)));
        assert_eq!(refusals.iter().map(|(.., count)| count).sum::<u64>(), 50 + 2 * REASONS_MAX as u64);
        assert!(refusals.len() <= REASONS_MAX + Protocol::ALL.len());
    }
}
