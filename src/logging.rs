//! Logs: one line per event, `time level target call=ID event: text`.
//!
//! Under the journal there is no time, but a `<n>` priority. What a line says about a call begins with
//! `call=ID`, so that a search for one call-id tells its life. The level can change while the daemon runs,
//! and single calls can be raised to debug. What could come often passes a [`Limiter`] first.
//!
//! Nobody who writes a line waits for its reader: see [`writer`].

use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::MetadataExt;
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use env_logger::{Target, WriteStyle};
use log::{Level, LevelFilter, Log, Metadata, Record};
use tandem_shards::names::CallId;
use tandem_shards::time::Timestamp;

pub mod writer;

use writer::{Queue, Room};

/// Calls that may be debugged at the same time.
pub const DEBUGGED_CALLS_MAX: usize = 64;

/// The level of everything, as `LevelFilter as usize`.
static LEVEL: AtomicUsize = AtomicUsize::new(LevelFilter::Info as usize);
/// Calls whose debug lines are written whatever the level is.
static DEBUGGED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Lines on their way to standard error.
static QUEUE: Queue = Queue::empty();
/// Longest wait at the end of the process, or of a thread by a panic, for its last lines to be written.
const LAST_WORDS_PATIENCE: Duration = Duration::from_secs(1);

thread_local! {
    /// Marks the lines of this thread: none of them is left out, however many wait.
    static INSISTS: Cell<bool> = const { Cell::new(false) };
}

/// Installs the logger, starts the thread that writes lines, and has panics logged. For once in a process, after
/// signals are blocked.
///
/// # Errors
/// No thread can be started.
pub fn start(level: LevelFilter) -> io::Result<()> {
    start_writer()?;
    std::panic::set_hook(Box::new(log_panic));
    let journal = under_journal();
    let mut builder = env_logger::Builder::new();
    // Levels are decided by `Gate`, since they change at run time.
    builder.filter_level(LevelFilter::Trace);
    builder.target(Target::Pipe(Box::new(QueueEnd)));
    builder.write_style(if is_coloured() { WriteStyle::Always } else { WriteStyle::Never });
    builder.format(move |out, record| {
        let (level, target) = (record.level(), record.target());
        if journal {
            return writeln!(out, "<{}>{target} {}", to_syslog(level.to_level_filter()), record.args());
        }
        let style = out.default_level_style(level);
        let time = out.timestamp_millis();
        writeln!(out, "{time} {style}{level:5}{style:#} {target} {}", record.args())
    });
    let installed = log::set_boxed_logger(Box::new(Gate { logger: builder.build() }));
    installed.expect("the logger is installed once");
    set_level(level);
    Ok(())
}

/// Waits until the lines so far are written, for a second at most.
pub fn flush() {
    QUEUE.flush(LAST_WORDS_PATIENCE);
}

/// Lines that are missing since nobody read them in time, or standard error refused them.
pub fn lines_lost() -> u64 {
    QUEUE.lost()
}

/// Says why the process ends, as it is, and waits until that is written, for a second at most.
pub fn say_last(text: &str) {
    let line = format!("{text}\n");
    match start_writer() {
        Ok(()) => QUEUE.push(line.as_bytes(), Room::Always),
        Err(_) => drop(io::stderr().write_all(line.as_bytes())),
    }
    flush();
}

/// Starts the thread that writes lines, if there is none yet.
#[expect(clippy::disallowed_methods, reason = "the thread loop starts here")]
fn start_writer() -> io::Result<()> {
    static STARTED: Mutex<bool> = Mutex::new(false);
    let mut started = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
    if *started {
        return Ok(());
    }
    let say_lost = |count| {
        insist(|| log::error!("{count} lines were left out: nobody has read them in time"));
    };
    let work = move || QUEUE.run(&mut io::stderr(), say_lost);
    std::thread::Builder::new().name("log".to_owned()).spawn(work)?;
    *started = true;
    Ok(())
}

/// The end of the queue that the logger writes to: one line at a time.
struct QueueEnd;

impl Write for QueueEnd {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        QUEUE.push(line, if INSISTS.get() { Room::Always } else { Room::Bounded });
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn insist(say: impl FnOnce()) {
    INSISTS.set(true);
    say();
    INSISTS.set(false);
}

/// Says why a thread, or the process, ends.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("?");
    let backtrace = Backtrace::capture();
    let trace = match backtrace.status() {
        BacktraceStatus::Captured => format!("\n{backtrace}"),
        _ => String::new(),
    };
    let payload = panic.payload();
    let formatted = payload.downcast_ref::<String>().map(String::as_str);
    let reason = formatted.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("?");
    let place = panic.location().map_or(String::new(), |place| format!(" at {place}"));
    insist(|| log::error!("thread {name} panicked{place}: {reason}{trace}"));
    flush();
}

/// Colours as usual: on a terminal, unless it can show none or somebody wants none (no-color.org).
fn is_coloured() -> bool {
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let shown = std::env::var_os("TERM").is_some_and(|terminal| terminal != "dumb");
    wanted && shown && io::stderr().is_terminal()
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

/// Lowers a call that has ended, if it was raised: its place is free for another.
pub fn forget_call(call_id: &CallId) {
    let none = DEBUGGED.lock().expect("no panic under the lock").is_empty();
    if !none {
        debug_call(call_id, false);
    }
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
///
/// Lines are told to be ours by the module that they stand in, never by their target, which anybody may choose.
struct Gate {
    logger: env_logger::Logger,
}

impl Log for Gate {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level() && self.logger.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if passes(record, level()) || (record.level() <= Level::Debug && is_debugged(record)) {
            self.logger.log(record);
        }
    }

    fn flush(&self) {
        self.logger.flush();
    }
}

/// True if a level lets a line through. Of other crates only warnings and errors are of use to operators.
fn passes(record: &Record<'_>, level: LevelFilter) -> bool {
    let crate_name = record.module_path().unwrap_or_default().split("::").next();
    let is_ours = matches!(crate_name, Some("tandem" | "tandem_shards"));
    record.level() <= if is_ours { level } else { level.min(LevelFilter::Warn) }
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
    windows: BTreeMap<String, Window>,
}

#[derive(Debug)]
struct Window {
    began: Timestamp,
    seen: u64,
}

/// Verdict of a [`Limiter`] about one line.
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

    /// Counts a line and says whether it is written. Names are out of a finite set.
    pub fn admit(&mut self, name: &str, now: Timestamp) -> Admit {
        let window = match self.windows.get_mut(name) {
            Some(window) => window,
            None => self.windows.entry(name.to_owned()).or_insert(Window { began: now, seen: 0 }),
        };
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

    /// The names of which lines were left out in a window that is over, and how many. Without it a flood that ends
    /// would keep its count to itself.
    pub fn take_left_out(&mut self, now: Timestamp) -> Vec<(String, u64)> {
        let burst = self.burst;
        let over = |window: &Window| now.since(window.began) >= WINDOW;
        let ended: Vec<(String, u64)> =
            self.windows.iter().filter(|(_, w)| over(w)).map(|(name, w)| (name.clone(), w.seen)).collect();
        self.windows.retain(|_, window| !over(window));
        ended.into_iter().filter(|(_, seen)| *seen > burst).map(|(name, seen)| (name, seen - burst)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command as ChildProcess, Stdio};

    use nix::fcntl::{FcntlArg, OFlag, fcntl};

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
    fn what_was_left_out_is_told_when_its_time_is_over_and_once() {
        let mut limiter = Limiter::new(2);
        let at = |s: u64| Timestamp::from_secs(1000 + s);
        for _ in 0..5 {
            limiter.admit("flood", at(0));
        }
        limiter.admit("calm", at(0));
        assert_eq!(limiter.take_left_out(at(9)), []);
        assert_eq!(limiter.take_left_out(at(10)), [("flood".to_owned(), 3)]);
        assert_eq!(limiter.take_left_out(at(20)), []);
        assert_eq!(limiter.admit("flood", at(21)), Admit::Write);
    }

    /// A name behind `target:` in a macro of the log, or of the one place that takes it from a list.
    fn targets_in(text: &str) -> Vec<&str> {
        let behind = text.split("target:").skip(1).map(str::trim_start);
        let named = behind.filter_map(|rest| rest.strip_prefix('"')?.split('"').next());
        named.filter(|name| !name.is_empty() && !name.contains('\\')).collect()
    }

    #[test]
    fn every_target_in_the_source_is_let_through() {
        let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut open = vec![top.join("src"), top.join("shards/src")];
        let mut targets: Vec<(String, String)> = crate::request_log::Protocol::ALL
            .iter()
            .map(|protocol| ("tandem::request_log".to_owned(), protocol.name().to_owned()))
            .collect();
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(
                    std::fs::read_dir(&path).expect("readable").map(|entry| entry.expect("one").path()),
                );
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("readable");
                let module = if path.starts_with(top.join("shards")) { "tandem_shards" } else { "tandem" };
                targets.extend(targets_in(&text).iter().map(|name| (module.to_owned(), (*name).to_owned())));
            }
        }
        assert!(targets.iter().any(|(_, target)| target == "http"), "the scan sees nothing: {targets:?}");
        for (module, target) in targets {
            for (level, limit) in [(Level::Debug, LevelFilter::Debug), (Level::Info, LevelFilter::Info)] {
                let of = |module| Record::builder().level(level).target(&target).module_path(module).build();
                assert!(passes(&of(Some(&module)), limit), "{module} {target}");
                assert!(!passes(&of(Some("redis::client")), limit), "a crate's lines are not ours: {target}");
            }
        }
    }

    /// Runs this test once more, as a process whose standard error is this. It logs and panics.
    fn panicking(stderr: impl Into<Stdio>) -> Child {
        let myself = std::env::current_exe().expect("a program");
        let mut child = ChildProcess::new(myself);
        child.args(["--exact", "logging::tests::last_words_are_written_and_wait_for_nobody", "--nocapture"]);
        child.env("TANDEM_TEST_PANIC", "1").stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr);
        child.spawn().expect("a process")
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "waits for another process")]
    fn last_words_are_written_and_wait_for_nobody() {
        if std::env::var_os("TANDEM_TEST_PANIC").is_some() {
            start(LevelFilter::Info).expect("a thread");
            log::info!("before");
            panic!("the reason of {}", "the end");
        }
        let said = panicking(Stdio::piped()).wait_with_output().expect("it ends").stderr;
        let said = String::from_utf8(said).expect("text");
        assert!(said.contains("INFO  tandem::logging::tests before\n"), "{said}");
        assert!(said.contains(" panicked at src/logging.rs:"), "{said}");
        assert!(said.contains(": the reason of the end\n"), "{said}");

        let (unread, full) = io::pipe().expect("a pipe");
        fcntl(&full, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("an option");
        while (&full).write(&[b'\n'; 4096]).is_ok() {}
        fcntl(&full, FcntlArg::F_SETFL(OFlag::empty())).expect("an option");
        let mut child = panicking(full);
        let has_ended = |_| {
            std::thread::sleep(Duration::from_millis(100));
            child.try_wait().expect("a process").is_some()
        };
        let ended = (0..200).any(has_ended);
        let _ = child.kill();
        assert!(ended, "it waits for a reader");
        drop(unread);
    }

    #[test]
    fn levels_are_those_of_syslog() {
        for number in [3, 4, 6, 7, 8] {
            assert_eq!(to_syslog(from_syslog(number)), number);
        }
        assert_eq!(from_syslog(5), LevelFilter::Info);
    }
}
