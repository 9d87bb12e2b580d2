//! The bench of signalling: what a call (offer, answer, delete) costs tandem and rtpengine, side by side.
//!
//! All relays run at the same time, idle until it is their turn, and take short turns, so that whatever else the
//! machine does falls on all alike. The CPU time is that of the whole process; ratios are taken within one round.

use std::error::Error;
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;
use serde_json::json;

use crate::contender::{Contender, Placement, Running};
use crate::load::{self, Pace};
use crate::samples::{float, ratios, three, three_json};
use crate::{calls, clock, print_run, process};

/// Time for the stream load to set up its calls before the first request is measured.
const STREAMS_WARM_UP: f64 = 1.0;
/// Ports of each relay.
const PORTS: u16 = 8000;

/// Options of `signalling`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// A binary of tandem, as NAME=PATH; several are compared with each other too.
    #[arg(long = "tandem", value_parser = named_path, default_value = "tandem=target/release/tandem")]
    tandems: Vec<(String, PathBuf)>,
    /// Rounds, in each of which every relay has a turn.
    #[arg(long, default_value_t = 15)]
    rounds: u32,
    /// Calls of a turn.
    #[arg(long, default_value_t = 400)]
    calls: u32,
    /// Requests that are under way at the same time.
    #[arg(long, value_delimiter = ',', default_value = "1,8,32")]
    in_flight: Vec<u32>,
    /// HOST:PORT of a Redis that the relays may fill: each has a database of its own.
    #[arg(long)]
    redis: Option<String>,
    /// Streams of 50 packets a second that each relay has beside its turn.
    #[arg(long, default_value_t = 0)]
    streams: u32,
    /// Core of the generator.
    #[arg(long, default_value_t = 0)]
    generator_core: usize,
    /// Core of the relays.
    #[arg(long, default_value_t = 1)]
    relay_core: usize,
}

/// A relay and its figures, one entry a round for each number of requests in flight.
struct Entrant {
    name: String,
    placement: Placement,
    running: Running,
    turns: Vec<Turns>,
}

#[derive(Debug, Default)]
struct Turns {
    /// Microseconds of CPU time a call.
    cpu: Vec<f64>,
    /// Calls a second.
    rate: Vec<f64>,
    /// Percent of packets.
    loss: Vec<f64>,
}

/// Runs the rounds and prints the figures and ratios.
pub(crate) fn command(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let mut set = CpuSet::new();
    set.set(options.generator_core)?;
    sched_setaffinity(Pid::from_raw(0), &set)?;
    let tandems = options.tandems.iter().map(|(name, path)| (name.clone(), Contender::Tandem(path.clone())));
    let contenders = std::iter::once(("rtpengine".to_owned(), Contender::Rtpengine)).chain(tandems);
    let mut entrants = Vec::new();
    for ((name, contender), number) in contenders.zip(0..) {
        let placement = placement(options, number);
        let running =
            contender.start(&placement).map_err(|error| format!("{name} does not start: {error}"))?;
        let turns = options.in_flight.iter().map(|_| Turns::default()).collect();
        entrants.push(Entrant { name, placement, running, turns });
    }
    for round in 0..options.rounds as usize {
        for (number, in_flight) in options.in_flight.iter().enumerate() {
            for place in 0..entrants.len() {
                // Each round starts with another relay, so that none always follows the same one.
                let index = (place + round) % entrants.len();
                let entrant = &mut entrants[index];
                turn(options, entrant, number, *in_flight)?;
            }
        }
    }
    for (number, in_flight) in options.in_flight.iter().enumerate() {
        report(options, &entrants, number, *in_flight)?;
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::disallowed_methods, reason = "streams have a thread of their own")]
fn turn(
    options: &Options,
    entrant: &mut Entrant,
    number: usize,
    in_flight: u32,
) -> Result<(), Box<dyn Error>> {
    let pid = entrant.running.pid();
    let calls = calls::Options {
        ng: entrant.placement.ng,
        calls: options.calls,
        rate: 0,
        clients: in_flight,
        keep: false,
        pid: None,
        ports: entrant.placement.ports.0..=entrant.placement.ports.1,
    };
    let measure = || -> Result<(f64, f64), Box<dyn Error>> {
        let (start, before) = (clock::now(), process::cpu_nanoseconds(pid)?);
        calls::run(&calls)?;
        let (elapsed, cpu) = (clock::since(start), process::cpu_nanoseconds(pid)?.saturating_sub(before));
        let calls = f64::from(options.calls.max(1));
        Ok((float(cpu) / 1000.0 / calls, calls / elapsed.as_secs_f64()))
    };
    let turns = &mut entrant.turns[number];
    if options.streams == 0 {
        let (cpu, rate) = measure()?;
        turns.cpu.push(cpu);
        turns.rate.push(rate);
        return Ok(());
    }
    let load = streams(options, &entrant.placement);
    let (figures, loss) = std::thread::scope(|scope| {
        let load =
            scope.spawn(|| load::run(&load).map(|report| report.loss_percent()).map_err(|e| e.to_string()));
        clock::pause(Duration::from_secs_f64(2.0 * STREAMS_WARM_UP));
        let figures = measure().map_err(|error| error.to_string());
        (figures, load.join().expect("the load does not panic"))
    });
    let (cpu, rate) = figures?;
    turns.cpu.push(cpu);
    turns.rate.push(rate);
    turns.loss.push(loss?);
    Ok(())
}

/// Streams that last about as long as a turn.
fn streams(options: &Options, placement: &Placement) -> load::Options {
    load::Options {
        ng: placement.ng,
        forwarder: None,
        streams: options.streams,
        rate: 50,
        seconds: 3.0,
        warm_up: STREAMS_WARM_UP,
        pid: None,
        phone: placement.phone,
        phones: placement.phones,
        pace: Pace::Tick,
        label: String::new(),
        loss_max: 100.0,
    }
}

fn placement(options: &Options, number: u16) -> Placement {
    let local = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
    let first = 20_000 + number * PORTS;
    Placement {
        core: options.relay_core,
        ng: local(12_300 + number),
        ports: (first, first + PORTS - 1),
        forwarder: local(0),
        streams: 0,
        phone: local(15_000),
        phones: 16,
        redis: options.redis.as_ref().map(|server| format!("{server}/{}", number + 1)),
        tandem_arguments: Vec::new(),
    }
}

fn report(options: &Options, entrants: &[Entrant], number: usize, in_flight: u32) -> std::io::Result<()> {
    let mut text = format!(
        "\n{in_flight} in flight, {} rounds of {} calls{}{}\n{:<14} {:<26} {:<26} {:<22} {:<22} {}\n",
        options.rounds,
        options.calls,
        if options.redis.is_some() { ", with Redis" } else { "" },
        if options.streams > 0 { format!(", beside {} streams", options.streams) } else { String::new() },
        "",
        "CPU us/call",
        "calls/s",
        "CPU / rtpengine",
        "rate / rtpengine",
        "loss %",
    );
    let base = &entrants[0].turns[number];
    let mut figures = json!({
        "run": "signalling", "in_flight": in_flight, "redis": options.redis.is_some(), "streams": options.streams,
    });
    for entrant in entrants {
        let turns = &entrant.turns[number];
        let (cpu, rate) = (ratios(&turns.cpu, &base.cpu), ratios(&turns.rate, &base.rate));
        let _ = writeln!(
            text,
            "{:<14} {:<26} {:<26} {:<22} {:<22} {}",
            entrant.name,
            three(&turns.cpu),
            three(&turns.rate),
            three(&cpu),
            three(&rate),
            three(&turns.loss),
        );
        figures[&entrant.name] = json!({
            "cpu_us_per_call": three_json(&turns.cpu), "calls_per_second": three_json(&turns.rate),
            "cpu_ratio_rtpengine": three_json(&cpu), "rate_ratio_rtpengine": three_json(&rate),
            "loss_percent": three_json(&turns.loss),
        });
    }
    let _ = write!(text, "(minimum .. median .. maximum of the rounds)");
    print_run(&text, &figures)
}

fn named_path(text: &str) -> Result<(String, PathBuf), String> {
    let (name, path) = text.split_once('=').ok_or_else(|| format!("{text:?} is not NAME=PATH"))?;
    Ok((name.to_owned(), path.into()))
}
