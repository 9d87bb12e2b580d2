//! The load: N streams at a steady pace through a relay, every packet checked on the other side.
//!
//! One thread sends and receives. Packets are spread evenly over the packet time, as hundreds of independent
//! phones would do, and the relay's CPU time is read in the same window in which the packets are sent.

use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::dialogue::Dialogue;
use crate::ng::{Client, Failure};
use crate::phones::{Ledger, Phones};
use crate::print_run;
use crate::samples::{float, microseconds};
use crate::{clock, process};

/// After the last packet was sent, those under way have this long to arrive.
const DRAIN: Duration = Duration::from_millis(200);
/// Packets sent before reading again, when the generator is behind.
const BURST: u64 = 32;

/// Use of the time between packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pace {
    /// Spin: exact, and takes a whole core.
    #[default]
    Spin,
    /// Sleep half a millisecond at a time: shares its core.
    Tick,
}

/// Options of `load`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Address of the relay's ng listener.
    #[arg(long, default_value = "127.0.0.1:2223")]
    pub(crate) ng: SocketAddr,
    /// Send to a bare forwarder whose ports start at this address, instead of setting up calls.
    #[arg(long)]
    pub(crate) forwarder: Option<SocketAddr>,
    /// Streams, two a call.
    #[arg(long, default_value_t = 500)]
    pub(crate) streams: u32,
    /// Packets a second and stream.
    #[arg(long, default_value_t = 50)]
    pub(crate) rate: u32,
    /// Measured seconds.
    #[arg(long, default_value_t = 5.0)]
    pub(crate) seconds: f64,
    /// Seconds before that, not measured.
    #[arg(long, default_value_t = 1.0)]
    pub(crate) warm_up: f64,
    /// Process of the relay, to measure its CPU time.
    #[arg(long)]
    pub(crate) pid: Option<u32>,
    /// Address of the first phone.
    #[arg(long, default_value = "127.0.0.1:15000")]
    pub(crate) phone: SocketAddr,
    /// Phones to share among the streams.
    #[arg(long, default_value_t = 16)]
    pub(crate) phones: u16,
    /// Use of the time between packets.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) pace: Pace,
    /// Name of this run in the output.
    #[arg(long, default_value = "load")]
    pub(crate) label: String,
    /// Largest share of lost packets that counts as a success, in percent.
    #[arg(long, default_value_t = 100.0)]
    pub(crate) loss_max: f64,
}

/// The figures of one run.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    sent: u64,
    ledger: Ledger,
    delivered_in_window: u64,
    cpu: Option<u64>,
    window: Duration,
}

/// Runs the load and prints the figures; fails if too much was lost or anything arrived wrong.
pub(crate) fn command(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let mut report = run(options)?;
    print_run(&report.readable(&options.label), &report.figures(&options.label))?;
    let good = report.loss_percent() <= options.loss_max && report.wrong() == 0;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Sets up the calls, runs the load, ends the calls.
pub(crate) fn run(options: &Options) -> Result<Report, Box<dyn Error>> {
    let paired = |count: u32| count >= 2 && count.is_multiple_of(2);
    if !paired(options.streams) || !paired(options.phones.into()) {
        return Err("--streams and --phones must be even and not 0".into());
    }
    let mut phones = Phones::open(options.phone, options.phones, options.streams)?;
    if let Some(first) = options.forwarder {
        let targets: Option<Vec<_>> = (0..options.streams)
            .map(|stream| {
                let port = first.port().checked_add(u16::try_from(stream).ok()?)?;
                Some(SocketAddr::new(first.ip(), port))
            })
            .collect();
        let targets = targets.ok_or("the forwarder's ports do not fit below 65536")?;
        return Ok(Generator::new(options, &mut phones, &targets).measure()?);
    }
    let mut client = Client::connect(options.ng)?;
    let dialogues = dialogues(&phones, options.streams);
    let targets = open_all(&dialogues, &mut client)?;
    let report = Generator::new(options, &mut phones, &targets).measure();
    for dialogue in &dialogues {
        dialogue.delete(&mut client)?;
    }
    Ok(report?)
}

fn dialogues(phones: &Phones, streams: u32) -> Vec<Dialogue> {
    let run = clock::wall_nanoseconds();
    let dialogue = |call: u32| Dialogue {
        call_id: format!("bench-{run:x}-{call}"),
        caller: phones.address_of(2 * call),
        callee: phones.address_of(2 * call + 1),
    };
    (0..streams / 2).map(dialogue).collect()
}

/// The targets of the streams: the caller's and the callee's of each call in turn.
fn open_all(dialogues: &[Dialogue], client: &mut Client) -> Result<Vec<SocketAddr>, Failure> {
    let mut targets = Vec::new();
    for dialogue in dialogues {
        let ports = dialogue.open(client)?;
        targets.extend([ports.for_caller, ports.for_callee]);
    }
    Ok(targets)
}

struct Generator<'a> {
    options: &'a Options,
    phones: &'a mut Phones,
    targets: &'a [SocketAddr],
    sequences: Vec<u32>,
    next: usize,
}

impl<'a> Generator<'a> {
    fn new(options: &'a Options, phones: &'a mut Phones, targets: &'a [SocketAddr]) -> Self {
        Generator { options, phones, targets, sequences: vec![0; targets.len()], next: 0 }
    }

    fn measure(mut self) -> std::io::Result<Report> {
        let cpu = |pid: Option<u32>| pid.map(process::cpu_nanoseconds).transpose();
        self.phones.start_run(1);
        self.phase(Duration::from_secs_f64(self.options.warm_up))?;
        self.drain()?;
        self.phones.start_run(2);
        let (start, before) = (clock::now(), cpu(self.options.pid)?);
        let sent = self.phase(Duration::from_secs_f64(self.options.seconds))?;
        let (window, after) = (clock::since(start), cpu(self.options.pid)?);
        self.phones.receive()?;
        let delivered_in_window = self.phones.ledger.delivered;
        self.drain()?;
        Ok(Report {
            sent,
            ledger: self.phones.ledger.clone(),
            delivered_in_window,
            cpu: before.zip(after).map(|(before, after)| after.saturating_sub(before)),
            window,
        })
    }

    /// Sends at the set pace and reads what comes; gives the number of packets sent.
    fn phase(&mut self, duration: Duration) -> std::io::Result<u64> {
        let start = clock::now();
        let per_second = float(u64::from(self.options.rate)) * float(self.targets.len() as u64);
        let mut sent = 0;
        loop {
            let elapsed = clock::since(start);
            if elapsed >= duration {
                return Ok(sent);
            }
            let due = whole(elapsed.as_secs_f64() * per_second);
            let burst = due.saturating_sub(sent).min(BURST);
            (0..burst).for_each(|_| self.send_next());
            sent += burst;
            self.phones.receive()?;
            if self.options.pace == Pace::Tick && burst < BURST {
                clock::pause(Duration::from_micros(500));
            }
        }
    }

    fn send_next(&mut self) {
        let stream = self.next;
        self.next = (self.next + 1) % self.targets.len();
        let sequence = self.sequences[stream];
        self.sequences[stream] = sequence.wrapping_add(1);
        // A refused packet was sent for nothing: it counts as sent and will be missed.
        self.phones.send(u32::try_from(stream).unwrap_or(u32::MAX), sequence, self.targets[stream]);
    }

    fn drain(&mut self) -> std::io::Result<()> {
        let start = clock::now();
        while clock::since(start) < DRAIN {
            self.phones.receive()?;
            clock::pause(Duration::from_millis(1));
        }
        Ok(())
    }
}

impl Report {
    /// Packets that never arrived.
    pub(crate) fn lost(&self) -> u64 {
        self.sent.saturating_sub(self.ledger.delivered)
    }

    pub(crate) fn loss_percent(&self) -> f64 {
        100.0 * float(self.lost()) / float(self.sent.max(1))
    }

    /// Packets that arrived in a way they must not.
    pub(crate) fn wrong(&self) -> u64 {
        self.ledger.damaged + self.ledger.misdirected + self.ledger.duplicates
    }

    /// CPU time of the relay for each packet it delivered.
    pub(crate) fn cpu_per_packet(&self) -> Option<f64> {
        self.cpu.map(|cpu| float(cpu) / float(self.delivered_in_window.max(1)))
    }

    /// Median one-way latency in microseconds.
    pub(crate) fn median_latency(&mut self) -> f64 {
        microseconds(self.ledger.latency.permille(500))
    }

    /// 99th percentile of the one-way latency in microseconds.
    pub(crate) fn high_latency(&mut self) -> f64 {
        microseconds(self.ledger.latency.permille(990))
    }

    pub(crate) fn readable(&mut self, label: &str) -> String {
        let cpu = self.cpu_per_packet().map_or(String::new(), |cpu| format!(", {cpu:.0} ns CPU/packet"));
        let (median, high) = (self.median_latency(), self.high_latency());
        format!(
            "{label}: sent {}, lost {} ({:.3} %), wrong {}, reordered {}{cpu}, \
             latency p50 {median:.0} us, p99 {high:.0} us",
            self.sent,
            self.lost(),
            self.loss_percent(),
            self.wrong(),
            self.ledger.reordered,
        )
    }

    pub(crate) fn figures(&mut self, label: &str) -> Value {
        json!({
            "run": label, "sent": self.sent, "delivered": self.ledger.delivered, "lost": self.lost(),
            "loss_percent": self.loss_percent(), "damaged": self.ledger.damaged,
            "misdirected": self.ledger.misdirected, "duplicates": self.ledger.duplicates,
            "reordered": self.ledger.reordered, "packets_per_second":
                float(self.delivered_in_window) / self.window.as_secs_f64(),
            "cpu_ns_per_packet": self.cpu_per_packet(),
            "cpu": self.cpu.map(|cpu| float(cpu) / float(clock::nanoseconds(self.window))),
            "latency": self.ledger.latency.figures(),
        })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "packets due: small and not negative"
)]
fn whole(packets: f64) -> u64 {
    packets as u64
}
