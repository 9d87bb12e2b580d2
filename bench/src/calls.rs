//! Call set-up: opens and closes calls, as fast as possible or at a rate, and measures each request.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;

use crate::dialogue::Dialogue;
use crate::ng::{Client, Failure};
use crate::print_run;
use crate::process::Holdings;
use crate::samples::{Samples, float};
use crate::{clock, process};

/// Ports given to the phones in the SDP; nothing is ever sent to them.
const PHONE_PORT_FIRST: u16 = 10_000;
const PHONE_PORTS: u32 = 4_000;

/// Options of `calls`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Address of the relay's ng listener.
    #[arg(long, default_value = "127.0.0.1:2223")]
    pub(crate) ng: SocketAddr,
    /// Calls in all.
    #[arg(long, default_value_t = 1000)]
    pub(crate) calls: u32,
    /// Calls a second in all; 0 means as fast as the relay answers.
    #[arg(long, default_value_t = 0)]
    pub(crate) rate: u32,
    /// Clients that work side by side.
    #[arg(long, default_value_t = 1)]
    pub(crate) clients: u32,
    /// Leave the calls open.
    #[arg(long)]
    pub(crate) keep: bool,
    /// Process of the relay, to compare what it holds before and after.
    #[arg(long)]
    pub(crate) pid: Option<u32>,
    /// Ports of the relay to count, as MIN-MAX.
    #[arg(long, default_value = "30000-40000", value_parser = port_range)]
    pub(crate) ports: RangeInclusive<u16>,
}

/// Times that the requests of the calls took.
#[derive(Debug, Default)]
pub(crate) struct Timings {
    offer: Samples,
    answer: Samples,
    delete: Samples,
}

/// Opens and closes the calls and prints the figures.
pub(crate) fn command(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let holdings = || options.pid.map(|pid| Holdings::of(pid, &options.ports)).transpose();
    let cpu = || options.pid.map(process::cpu_nanoseconds).transpose();
    let (before, cpu_before, start) = (holdings()?, cpu()?, clock::now());
    let mut timings = run(options)?;
    let elapsed = clock::since(start);
    let cpu = cpu_before.zip(cpu()?).map(|(before, after)| after.saturating_sub(before));
    let after = holdings()?;
    let per_second = f64::from(options.calls) / elapsed.as_secs_f64();
    let line = format!(
        "calls: {} in {:.2} s ({per_second:.0}/s), p99 offer {} us, answer {} us, delete {} us",
        options.calls,
        elapsed.as_secs_f64(),
        timings.offer.permille(990) / 1000,
        timings.answer.permille(990) / 1000,
        timings.delete.permille(990) / 1000,
    );
    let figures = json!({
        "run": "calls", "calls": options.calls, "calls_per_second": per_second,
        "cpu_us_per_call": cpu.map(|cpu| float(cpu) / 1000.0 / f64::from(options.calls.max(1))),
        "offer": timings.offer.figures(),
        "answer": timings.answer.figures(),
        "delete": timings.delete.figures(),
        "before": before.map(Holdings::to_json), "after": after.map(Holdings::to_json),
    });
    print_run(&line, &figures)?;
    Ok(ExitCode::SUCCESS)
}

/// Shares the calls among the clients.
#[expect(clippy::disallowed_methods, reason = "each client is a thread")]
pub(crate) fn run(options: &Options) -> Result<Timings, Failure> {
    let run = clock::wall_nanoseconds();
    let start = clock::now();
    let clients = options.clients.max(1);
    let results: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..clients)
            .map(|first| {
                let mine = (first..options.calls).step_by(clients as usize);
                scope.spawn(move || work(options, start, run, mine))
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("a client does not panic")).collect()
    });
    let mut all = Timings::default();
    for timings in results {
        let timings = timings?;
        all.offer.append(timings.offer);
        all.answer.append(timings.answer);
        all.delete.append(timings.delete);
    }
    Ok(all)
}

fn work(
    options: &Options,
    start: Instant,
    run: u64,
    calls: impl Iterator<Item = u32>,
) -> Result<Timings, Failure> {
    let mut timings = Timings::default();
    let mut client = Client::connect(options.ng)?;
    for call in calls {
        let dialogue = dialogue(run, call);
        if options.rate > 0 {
            let due = Duration::from_secs_f64(f64::from(call) / f64::from(options.rate));
            clock::pause(due.saturating_sub(clock::since(start)));
        }
        timed(&mut timings.offer, || dialogue.offer(&mut client))?;
        timed(&mut timings.answer, || dialogue.answer(&mut client))?;
        if !options.keep {
            timed(&mut timings.delete, || dialogue.delete(&mut client))?;
        }
    }
    Ok(timings)
}

fn timed<T>(samples: &mut Samples, request: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    let start = clock::now();
    let reply = request()?;
    samples.add(clock::nanoseconds(clock::since(start)));
    Ok(reply)
}

fn dialogue(run: u64, call: u32) -> Dialogue {
    let phone = |index: u32| {
        let offset = u16::try_from(index % PHONE_PORTS).unwrap_or(0);
        SocketAddr::from((Ipv4Addr::LOCALHOST, PHONE_PORT_FIRST + offset))
    };
    Dialogue {
        call_id: format!("calls-{run:x}-{call}"),
        caller: phone(call.wrapping_mul(4)),
        callee: phone(call.wrapping_mul(4).wrapping_add(2)),
    }
}

fn port_range(text: &str) -> Result<RangeInclusive<u16>, String> {
    let parse = |text: &str| text.parse::<u16>().map_err(|error| format!("{text:?}: {error}"));
    let (first, last) = text.split_once('-').ok_or_else(|| format!("{text:?} is not MIN-MAX"))?;
    Ok(parse(first)?..=parse(last)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_ranges() {
        assert_eq!(port_range("30000-40000"), Ok(30_000..=40_000));
        for text in ["", "1", "1-", "x-2", "1-70000"] {
            assert!(port_range(text).is_err(), "{text}");
        }
    }
}
