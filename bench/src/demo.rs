//! The demonstration: calls with media both ways, what every shard does meanwhile, and a verdict.
//!
//! The shards are watched from outside, once a second, by the operator's own command, `tandem ctl shards
//! --json`.

use std::error::Error;
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::process::{Command, ExitCode};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use crate::load::{self, Pace, Report};
use crate::ng::Client;

/// Lost packets that a demonstration may have, in percent: the machine may be busy with other things.
const LOSS_MAX: f64 = 0.1;

/// Options of `demo`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Address of the relay's ng listener.
    #[arg(long, default_value = "127.0.0.1:2223")]
    ng: SocketAddr,
    /// Calls to place.
    #[arg(long, default_value_t = 40)]
    calls: u16,
    /// Seconds of media.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Address of the first phone.
    #[arg(long, default_value = "127.0.0.1:15000")]
    phone: SocketAddr,
    /// Command that prints the shards as JSON.
    #[arg(last = true)]
    shards: Vec<String>,
}

/// Observations of the shards: the most calls that each had at once.
#[derive(Debug, Default)]
struct Seen {
    calls: Vec<u64>,
    complaint: Option<String>,
}

/// Places the calls, shows the shards, judges.
#[expect(clippy::disallowed_methods, reason = "one thread watches while another calls")]
pub(crate) fn command(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    println!("{} calls, each with 50 packets a second both ways, for {} s", options.calls, options.seconds);
    let (done, wait) = channel();
    let (report, seen) = std::thread::scope(|scope| {
        let watcher = scope.spawn(move || watch(&options.shards, &wait));
        let report = load::run(&load_options(options)).map_err(|error| error.to_string());
        drop(done);
        (report, watcher.join().expect("the watcher does not panic"))
    });
    let mut report = match report {
        Ok(report) => report,
        Err(error) => {
            println!("FAIL: {error}");
            return Ok(ExitCode::FAILURE);
        }
    };
    let left = Client::connect(options.ng)?.expect_ok(&json!({"command": "list"}))?;
    let problems = problems(&report, &seen, !options.shards.is_empty(), &left["calls"]);
    println!();
    if problems.is_empty() {
        println!("PASS: {}", report.readable("media"));
        return Ok(ExitCode::SUCCESS);
    }
    println!("FAIL: {}; {}", problems.join("; "), report.readable("media"));
    Ok(ExitCode::FAILURE)
}

fn load_options(options: &Options) -> load::Options {
    load::Options {
        ng: options.ng,
        forwarder: None,
        streams: 2 * u32::from(options.calls),
        rate: 50,
        seconds: options.seconds,
        warm_up: 0.5,
        pid: None,
        phone: options.phone,
        phones: 2 * options.calls,
        pace: Pace::Tick,
        label: "media".to_owned(),
        loss_max: LOSS_MAX,
    }
}

fn problems(report: &Report, seen: &Seen, watched: bool, left: &Value) -> Vec<String> {
    let mut problems: Vec<String> = seen.complaint.iter().cloned().collect();
    if report.loss_percent() > LOSS_MAX {
        problems.push(format!("{:.3} % of the packets were lost", report.loss_percent()));
    }
    if report.wrong() > 0 {
        problems.push(format!("{} packets were damaged, doubled or at the wrong phone", report.wrong()));
    }
    if watched && (seen.calls.is_empty() || seen.calls.contains(&0)) {
        problems.push(format!("not every shard had calls: {:?}", seen.calls));
    }
    if left.as_array().is_none_or(|calls| !calls.is_empty()) {
        problems.push("calls are left after the last one ended".to_owned());
    }
    problems
}

/// Shows the shards every second until the other end of `done` is dropped.
fn watch(command: &[String], done: &Receiver<()>) -> Seen {
    let mut seen = Seen::default();
    let mut drawn = 0;
    let [program, arguments @ ..] = command else { return seen };
    while let Err(RecvTimeoutError::Timeout) = done.recv_timeout(Duration::from_secs(1)) {
        match shards(program, arguments) {
            Ok(shards) => {
                seen.calls.resize(shards.len(), 0);
                for (most, shard) in seen.calls.iter_mut().zip(&shards) {
                    *most = (*most).max(shard["own"].as_u64().unwrap_or(0));
                }
                drawn = draw(&shards, drawn);
            }
            Err(error) => seen.complaint = Some(error),
        }
    }
    seen
}

fn shards(program: &str, arguments: &[String]) -> Result<Vec<Value>, String> {
    let output =
        Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let list: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("the list of shards: {error}"))?;
    list["shards"].as_array().cloned().ok_or_else(|| format!("no list of shards: {list}"))
}

/// Prints a line for each shard, over the last ones on a terminal; gives the number of lines.
fn draw(shards: &[Value], drawn: usize) -> usize {
    let mut out = std::io::stdout().lock();
    let terminal = out.is_terminal();
    if terminal && drawn > 0 {
        let _ = write!(out, "\x1b[{drawn}A");
    }
    for shard in shards {
        let drops = shard["counters"]["drops"].as_object();
        let dropped: u64 = drops.into_iter().flat_map(|drops| drops.values()).filter_map(Value::as_u64).sum();
        let clear = if terminal { "\x1b[K" } else { "" };
        let _ = writeln!(
            out,
            "shard {}  core {}  calls {:>4}  ports {:>5}  packets/s {:>7}  packets {:>9}  \
             drops {dropped}{clear}",
            shard["shard"],
            shard["cpu"],
            shard["own"].as_u64().unwrap_or(0),
            shard["ports"].as_u64().unwrap_or(0),
            shard["rate"]["packets_per_s"].as_u64().unwrap_or(0),
            shard["counters"]["packets"].as_u64().unwrap_or(0),
        );
    }
    let _ = out.flush();
    shards.len()
}
