//! Logs: one line per event, `time level target call=ID event: text`.
//!
//! Under the journal there is no time, but a `<n>` priority. What a line says about a call begins with
//! `call=ID`, so that a search for one call-id tells its life. The level can change while the daemon runs,
//! and single calls can be raised to debug. What could come often passes a [`Limiter`] first.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use log::{Level, LevelFilter, Log, Metadata, Record};
use tandem_shards::names::CallId;
use tandem_shards::time::Timestamp;

/// Calls that may be debugged at the same time.
pub const DEBUGGED_CALLS_MAX: usize = 64;

/// The level of everything, as `LevelFilter as usize`.
static LEVEL: AtomicUsize = AtomicUsize::new(LevelFilter::Info as usize);
/// Calls whose debug lines are written whatever the level is.
static DEBUGGED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Installs the logger; later calls only set the level.
pub fn start(level: LevelFilter) {
    let journal = under_journal();
    let mut builder = env_logger::Builder::new();
    builder.filter_level(LevelFilter::Warn);
    // Levels of our own lines are decided by `Gate`, since they change at run time.
    builder.filter_module("tandem", LevelFilter::Trace).filter_module("tandem_shards", LevelFilter::Trace);
    builder.format(move |out, record| {
        let (level, target) = (record.level(), record.target());
        if journal {
            return writeln!(out, "<{}>{target} {}", to_syslog(level.to_level_filter()), record.args());
        }
        let style = out.default_level_style(level);
        let time = out.timestamp_millis();
        writeln!(out, "{time} {style}{level:5}{style:#} {target} {}", record.args())
    });
    let installed = log::set_boxed_logger(Box::new(Gate { logger: builder.build() })).is_ok();
    set_level(level);
    if !installed {
        log::debug!("the logger was installed already");
    }
}

/// Sets the level of everything.
pub fn set_level(level: LevelFilter) {
    LEVEL.store(level as usize, Ordering::Relaxed);
    let debugging = !DEBUGGED.lock().expect("no panic under the lock").is_empty();
    log::set_max_level(if debugging { level.max(LevelFilter::Debug) } else { level });
}

/// The level of everything.
pub fn level() -> LevelFilter {
    let level = LEVEL.load(Ordering::Relaxed);
    LevelFilter::iter().find(|l| *l as usize == level).unwrap_or(LevelFilter::Info)
}

/// Raises one call to debug, or lowers it again. False when too many are raised already.
pub fn debug_call(call_id: &CallId, on: bool) -> bool {
    let mut calls = DEBUGGED.lock().expect("no panic under the lock");
    let mark = format!("call={call_id} ");
    calls.retain(|other| *other != mark);
    let room = calls.len() < DEBUGGED_CALLS_MAX;
    if on && room {
        calls.push(mark);
    }
    drop(calls);
    set_level(level());
    room || !on
}

/// The level of a syslog number, as rtpengine counts: 3 is error, 7 is debug, 8 is everything.
pub fn from_syslog(number: i32) -> LevelFilter {
    match number {
        ..=3 => LevelFilter::Error,
        4 => LevelFilter::Warn,
        5 | 6 => LevelFilter::Info,
        7 => LevelFilter::Debug,
        8.. => LevelFilter::Trace,
    }
}

/// The syslog number of a level.
pub fn to_syslog(level: LevelFilter) -> i32 {
    match level {
        LevelFilter::Off | LevelFilter::Error => 3,
        LevelFilter::Warn => 4,
        LevelFilter::Info => 6,
        LevelFilter::Debug => 7,
        LevelFilter::Trace => 8,
    }
}

/// Lets through what the level allows, and debug lines of debugged calls.
struct Gate {
    logger: env_logger::Logger,
}

impl Log for Gate {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level() && self.logger.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if record.level() <= level() || (record.level() <= Level::Debug && is_debugged(record)) {
            self.logger.log(record);
        }
    }

    fn flush(&self) {
        self.logger.flush();
    }
}

fn is_debugged(record: &Record<'_>) -> bool {
    let calls = DEBUGGED.lock().expect("no panic under the lock");
    if calls.is_empty() {
        return false;
    }
    let text = record.args().to_string();
    calls.iter().any(|mark| text.starts_with(mark.as_str()))
}

/// systemd tells which device and inode the journal's pipe has; ours may have been redirected since.
fn under_journal() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    let stderr = std::fs::metadata("/proc/self/fd/2");
    stderr.is_ok_and(|stderr| stream == format!("{}:{}", stderr.dev(), stderr.ino()))
}

/// Bounds how often a named line is written: so many in ten seconds, then a count of those left out.
#[derive(Debug)]
pub struct Limiter {
    burst: u64,
    windows: BTreeMap<&'static str, Window>,
}

#[derive(Debug)]
struct Window {
    began: Timestamp,
    seen: u64,
}

/// What a [`Limiter`] says about one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admit {
    /// Write it.
    Write,
    /// Write it, and say first how many of its name were left out.
    WriteAfter(u64),
    /// Leave it out.
    Suppress,
}

const WINDOW: Duration = Duration::from_secs(10);

impl Limiter {
    /// A limiter that lets `burst` lines of each name through in ten seconds.
    pub fn new(burst: u64) -> Self {
        Limiter { burst, windows: BTreeMap::new() }
    }

    /// Counts a line and says whether it is written.
    pub fn admit(&mut self, name: &'static str, now: Timestamp) -> Admit {
        let window = self.windows.entry(name).or_insert(Window { began: now, seen: 0 });
        let mut left_out = 0;
        if now.since(window.began) >= WINDOW {
            left_out = window.seen.saturating_sub(self.burst);
            *window = Window { began: now, seen: 0 };
        }
        window.seen += 1;
        match (window.seen <= self.burst, left_out) {
            (false, _) => Admit::Suppress,
            (true, 0) => Admit::Write,
            (true, left_out) => Admit::WriteAfter(left_out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_lines_pass_and_the_rest_is_counted() {
        let mut limiter = Limiter::new(2);
        let at = |s: u64| Timestamp::from_secs(1000 + s);
        let answers: Vec<Admit> = [0, 1, 2, 3, 10, 11, 12].map(|s| limiter.admit("moved", at(s))).into();
        use Admit::{Suppress, Write, WriteAfter};
        assert_eq!(answers, [Write, Write, Suppress, Suppress, WriteAfter(2), Write, Suppress]);
        assert_eq!(limiter.admit("other", at(3)), Write);
    }

    #[test]
    fn levels_are_those_of_syslog() {
        for number in [3, 4, 6, 7, 8] {
            assert_eq!(to_syslog(from_syslog(number)), number);
        }
        assert_eq!(from_syslog(5), LevelFilter::Info);
    }
}
