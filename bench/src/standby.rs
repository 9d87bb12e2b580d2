//! Calls at one node, seen from another: how soon the other holds each, and whether any is missing there.
//!
//! Calls are made at a steady rate, or as fast as they are answered. If only so many may live, each is
//! changed once and ended later, so that as many are made, changed and ended. Meanwhile a second client asks
//! the other node for each new call until it knows both parties.

use std::collections::VecDeque;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;

use crate::clock;
use crate::dialogue::Dialogue;
use crate::ng::{Client, Failure};
use crate::print_run;
use crate::samples::Samples;

/// A call that is not held after this time is missing.
const MISSING_AFTER: Duration = Duration::from_secs(10);

/// Options of `standby`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Address of the owner's ng listener.
    #[arg(long)]
    ng: SocketAddr,
    /// Address of the other node's ng listener; without it only the owner is measured.
    #[arg(long)]
    standby: Option<SocketAddr>,
    /// Calls in all.
    #[arg(long, default_value_t = 2000)]
    calls: u32,
    /// Calls a second; 0 means as fast as the owner answers.
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// Calls that live at the same time; 0 means that none is changed or ended.
    #[arg(long, default_value_t = 0)]
    live: u32,
    /// First word of the call-ids.
    #[arg(long, default_value = "standby")]
    name: String,
}

/// Observations of the other node.
#[derive(Debug, Default)]
struct Seen {
    held: Samples,
    missing: u32,
}

/// Makes the calls and prints the figures; fails if a call is missing.
#[expect(clippy::disallowed_methods, reason = "the thread that watches the other node")]
pub(crate) fn command(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let (tell, told) = channel();
    let start = clock::now();
    let (requests, seen) = std::thread::scope(|scope| {
        let watcher = options.standby.map(|standby| scope.spawn(move || watch(standby, &told)));
        let requests = make(options, start, &tell);
        drop(tell);
        let seen = watcher.map(|watcher| watcher.join().expect("the watcher does not panic"));
        (requests, seen)
    });
    let (mut requests, elapsed) = requests?;
    let mut seen = seen.transpose()?.unwrap_or_default();
    let rate = f64::from(options.calls) / elapsed.as_secs_f64();
    let milliseconds = |samples: &mut Samples, permille| {
        f64::from(u32::try_from(samples.permille(permille) / 10_000).unwrap_or(u32::MAX)) / 100.0
    };
    let line = format!(
        "{}: {} calls at {rate:.0} a second; answered p50 {} ms, p99 {} ms, max {} ms; held elsewhere after \
         p50 {} ms, p99 {} ms, max {} ms; {} missing",
        options.name,
        options.calls,
        milliseconds(&mut requests, 500),
        milliseconds(&mut requests, 990),
        milliseconds(&mut requests, 1000),
        milliseconds(&mut seen.held, 500),
        milliseconds(&mut seen.held, 990),
        milliseconds(&mut seen.held, 1000),
        seen.missing,
    );
    let figures = json!({
        "run": "standby", "calls": options.calls, "calls_per_second": rate, "requests": requests.figures(),
        "held": seen.held.figures(), "missing": seen.missing,
    });
    print_run(&line, &figures)?;
    Ok(if seen.missing == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Makes the calls; gives how long each request took, and all of them together.
fn make(
    options: &Options,
    start: Instant,
    tell: &Sender<(String, Instant)>,
) -> Result<(Samples, Duration), Failure> {
    let mut client = Client::connect(options.ng)?;
    let mut samples = Samples::default();
    for number in 0..options.calls {
        if options.rate > 0 {
            let due = Duration::from_secs_f64(f64::from(number) / f64::from(options.rate));
            clock::pause(due.saturating_sub(clock::since(start)));
        }
        let call = dialogue(&options.name, number);
        open(&call, &mut client, &mut samples)?;
        // Whoever listens may have given up.
        let _ = tell.send((call.call_id, clock::now()));
        if options.live == 0 {
            continue;
        }
        if let Some(changed) = number.checked_sub(options.live / 2) {
            open(&dialogue(&options.name, changed), &mut client, &mut samples)?;
        }
        if let Some(ended) = number.checked_sub(options.live) {
            let begun = clock::now();
            dialogue(&options.name, ended).delete(&mut client)?;
            samples.add(clock::nanoseconds(clock::since(begun)));
        }
    }
    Ok((samples, clock::since(start)))
}

fn open(call: &Dialogue, client: &mut Client, samples: &mut Samples) -> Result<(), Failure> {
    for answer in [false, true] {
        let begun = clock::now();
        if answer { call.answer(client) } else { call.offer(client) }?;
        samples.add(clock::nanoseconds(clock::since(begun)));
    }
    Ok(())
}

/// Asks for each call that it is told of, in turn, until it is held or missing.
fn watch(standby: SocketAddr, told: &Receiver<(String, Instant)>) -> Result<Seen, Failure> {
    let mut client = Client::connect(standby)?;
    let mut seen = Seen::default();
    let mut waiting = VecDeque::new();
    let mut is_over = false;
    loop {
        let patience = if waiting.is_empty() { Duration::from_millis(100) } else { Duration::ZERO };
        match told.recv_timeout(patience) {
            Ok(call) => waiting.push_back(call),
            Err(RecvTimeoutError::Disconnected) => is_over = true,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let Some((call_id, made)) = waiting.pop_front() else {
            if is_over {
                return Ok(seen);
            }
            continue;
        };
        let reply = client.request(&json!({"command": "query", "call-id": call_id}))?;
        if reply["tags"]["callee"].is_object() {
            seen.held.add(clock::nanoseconds(clock::since(made)));
        } else if clock::since(made) > MISSING_AFTER {
            seen.missing += 1;
        } else {
            waiting.push_back((call_id, made));
        }
    }
}

fn dialogue(name: &str, number: u32) -> Dialogue {
    let phone = |side: u32| {
        let port = 4000 + u16::try_from((2 * number + side) % 4000).unwrap_or(0) * 2;
        SocketAddr::from((Ipv4Addr::new(10, 255, 2, 1), port))
    };
    Dialogue { call_id: format!("{name}-{number}"), caller: phone(0), callee: phone(1) }
}
