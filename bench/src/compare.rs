//! The side-by-side bench: tandem, rtpengine and the bare forwarder in one run.
//!
//! The contenders take turns, so that whatever else the machine does falls on all alike, and ratios are taken
//! within one turn. The generator has one core to itself and the relay another. All start afresh for every
//! turn.

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

use crate::contender::{Contender, Placement};
use crate::load::{self, Pace};
use crate::samples::{ratios, three, three_json};
use crate::{calls, clock, print_run, process};

/// Time for a relay to come to rest after the calls were opened.
const SETTLE: Duration = Duration::from_secs(2);

/// Options of `compare`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// tandem's binary.
    #[arg(long, default_value = "target/release/tandem")]
    tandem: PathBuf,
    /// Measure rtpengine in tandem's place too: shows the noise of the machine, and works without tandem.
    #[arg(long)]
    stand_in: bool,
    /// Turns of each contender.
    #[arg(long, default_value_t = 5)]
    repetitions: u32,
    /// Streams, two a call, 50 packets a second each.
    #[arg(long, default_value_t = 500)]
    streams: u32,
    /// Measured seconds of each turn.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Calls held open, without a packet, for the idle figure; 0 leaves it out.
    #[arg(long, default_value_t = 500)]
    idle_calls: u32,
    /// Core of the generator.
    #[arg(long, default_value_t = 0)]
    generator_core: usize,
    /// Core of the relay.
    #[arg(long, default_value_t = 1)]
    relay_core: usize,
    /// Further argument for tandem; may be repeated.
    #[arg(long = "tandem-argument", allow_hyphen_values = true)]
    tandem_arguments: Vec<String>,
}

/// The figures of one contender, one entry a turn.
#[derive(Debug, Default)]
struct Column {
    cpu: Vec<f64>,
    loss: Vec<f64>,
    median: Vec<f64>,
    high: Vec<f64>,
    idle: Vec<f64>,
    wrong: u64,
}

/// Runs the turns and prints the figures of each and the ratios.
pub(crate) fn command(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let first = if options.stand_in {
        ("stand-in", Contender::Rtpengine)
    } else if options.tandem.is_file() {
        ("tandem", Contender::Tandem(options.tandem.clone()))
    } else {
        return Err(
            format!("{}: no such binary (--stand-in measures without it)", options.tandem.display()).into()
        );
    };
    let contenders = [first, ("rtpengine", Contender::Rtpengine), ("forwarder", Contender::Forwarder)];
    pin(options.generator_core)?;
    let mut columns = [Column::default(), Column::default(), Column::default()];
    for turn in 0..options.repetitions {
        for place in 0..contenders.len() {
            // Each turn starts with another contender, so that none always follows the same one.
            let index = (place + turn as usize) % contenders.len();
            let (name, contender) = &contenders[index];
            measure(options, name, contender, &mut columns[index])?;
        }
    }
    report(&contenders.map(|(name, _)| name), &columns)?;
    Ok(ExitCode::SUCCESS)
}

fn measure(
    options: &Options,
    name: &str,
    contender: &Contender,
    column: &mut Column,
) -> Result<(), Box<dyn Error>> {
    let placement = placement(options);
    let running = contender.start(&placement).map_err(|error| format!("{name} does not start: {error}"))?;
    let is_forwarder = *contender == Contender::Forwarder;
    let load = load::Options {
        ng: placement.ng,
        forwarder: is_forwarder.then_some(placement.forwarder),
        streams: options.streams,
        rate: 50,
        seconds: options.seconds,
        warm_up: 1.0,
        pid: Some(running.pid()),
        phone: placement.phone,
        phones: placement.phones,
        pace: Pace::Spin,
        label: name.to_owned(),
        loss_max: 100.0,
    };
    let mut report = load::run(&load).map_err(|error| format!("{name}: {error}"))?;
    print_run(&report.readable(name), &report.figures(name))?;
    column.cpu.extend(report.cpu_per_packet());
    column.loss.push(report.loss_percent());
    column.median.push(report.median_latency());
    column.high.push(report.high_latency());
    column.wrong += report.wrong();
    if options.idle_calls > 0 && !is_forwarder {
        let share = idle(options, &placement, running.pid())?;
        print_run(
            &format!("{name}: {:.3} % of a core with {} silent calls", share * 100.0, options.idle_calls),
            &json!({"run": name, "idle_calls": options.idle_calls, "idle_cpu": share}),
        )?;
        column.idle.push(share * 100.0);
    }
    Ok(())
}

fn idle(options: &Options, placement: &Placement, pid: u32) -> Result<f64, Box<dyn Error>> {
    calls::run(&calls::Options {
        ng: placement.ng,
        calls: options.idle_calls,
        rate: 0,
        clients: 1,
        keep: true,
        pid: None,
        ports: placement.ports.0..=placement.ports.1,
    })?;
    clock::pause(SETTLE);
    Ok(process::cpu_share(pid, Duration::from_secs(5))?)
}

fn placement(options: &Options) -> Placement {
    let local = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
    Placement {
        core: options.relay_core,
        ng: local(12_223),
        ports: (22_000, 32_000),
        forwarder: local(20_000),
        streams: options.streams,
        phone: local(15_000),
        phones: 16,
        redis: None,
        tandem_arguments: options.tandem_arguments.clone(),
    }
}

fn pin(core: usize) -> nix::Result<()> {
    let mut set = CpuSet::new();
    set.set(core)?;
    sched_setaffinity(Pid::from_raw(0), &set)
}

fn report(names: &[&str; 3], columns: &[Column; 3]) -> std::io::Result<()> {
    let mut table = format!(
        "\n{:<12} {:<22} {:<22} {:<22} {:<22} {:<22}\n",
        "", "CPU ns/packet", "loss %", "p50 us", "p99 us", "idle %",
    );
    for (name, column) in names.iter().zip(columns) {
        let _ = write!(table, "{name:<12}");
        for figures in [&column.cpu, &column.loss, &column.median, &column.high, &column.idle] {
            let _ = write!(table, " {:<22}", three(figures));
        }
        let _ = writeln!(table, "{}", if column.wrong > 0 { " WRONG PACKETS" } else { "" });
    }
    let [first, rtpengine, forwarder] = columns;
    let against_rtpengine = ratios(&first.cpu, &rtpengine.cpu);
    let against_forwarder = ratios(&first.cpu, &forwarder.cpu);
    let _ = writeln!(table, "\nCPU per packet, {} / rtpengine: {}", names[0], three(&against_rtpengine));
    let _ = writeln!(table, "CPU per packet, {} / forwarder: {}", names[0], three(&against_forwarder));
    let _ = write!(table, "(minimum .. median .. maximum of the turns; below 1 means less CPU)");
    let column = |column: &Column| {
        json!({"cpu_ns_per_packet": three_json(&column.cpu), "loss_percent": three_json(&column.loss),
            "p50_us": three_json(&column.median), "p99_us": three_json(&column.high),
            "idle_percent": three_json(&column.idle), "wrong": column.wrong})
    };
    let figures = json!({
        "run": "compare", names[0]: column(first), names[1]: column(rtpengine), names[2]: column(forwarder),
        "cpu_ratio_rtpengine": three_json(&against_rtpengine),
        "cpu_ratio_forwarder": three_json(&against_forwarder),
    });
    print_run(&table, &figures)
}
