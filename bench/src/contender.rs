//! The relays that can be measured, each started alike: own process, one relaying thread, pinned to one core.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::{clock, ng};

/// Time to end after SIGTERM before it is killed.
const PATIENCE: Duration = Duration::from_secs(5);

/// Relay to measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Contender {
    /// tandem, from this binary.
    Tandem(PathBuf),
    /// The packaged rtpengine, in user space.
    Rtpengine,
    /// `tandem-bench forward`.
    Forwarder,
}

/// Addresses of a relay and its core.
#[derive(Clone, Debug)]
pub(crate) struct Placement {
    pub(crate) core: usize,
    pub(crate) ng: SocketAddr,
    pub(crate) ports: (u16, u16),
    /// First port of the bare forwarder.
    pub(crate) forwarder: SocketAddr,
    pub(crate) streams: u32,
    pub(crate) phone: SocketAddr,
    pub(crate) phones: u16,
    /// HOST:PORT/DATABASE of the Redis that calls are stored in.
    pub(crate) redis: Option<String>,
    /// Further arguments for tandem.
    pub(crate) tandem_arguments: Vec<String>,
}

/// A relay that runs; it is ended when dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
}

impl Contender {
    /// Starts the relay and waits until it answers.
    pub(crate) fn start(&self, placement: &Placement) -> io::Result<Running> {
        let mut command = Command::new("taskset");
        command.args(["-c", &placement.core.to_string()]);
        match self {
            Contender::Tandem(binary) => tandem(&mut command, binary, placement),
            Contender::Rtpengine => rtpengine(&mut command, placement),
            Contender::Forwarder => forwarder(&mut command, placement)?,
        };
        // The relay's log would drown the figures; what it has to say shows when it is started by hand.
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let running = Running { child };
        match self {
            Contender::Forwarder => clock::pause(Duration::from_millis(500)),
            _ => ng::wait_until_ready(placement.ng, Duration::from_secs(10)).map_err(io::Error::other)?,
        }
        Ok(running)
    }
}

impl Running {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("process numbers are small"));
        // It may have ended by itself: then there is nothing to signal and `wait` reaps it.
        let _ = kill(pid, Signal::SIGTERM);
        let start = clock::now();
        while let Ok(None) = self.child.try_wait() {
            if clock::since(start) > PATIENCE {
                let _ = self.child.kill();
                let _ = self.child.wait();
                break;
            }
            clock::pause(Duration::from_millis(20));
        }
    }
}

fn tandem(command: &mut Command, binary: &Path, placement: &Placement) {
    command.arg(binary).arg("run");
    command.arg("--interface").arg(format!("pub/{}", placement.ng.ip()));
    command.arg("--listen-ng").arg(placement.ng.to_string());
    command.arg("--port-min").arg(placement.ports.0.to_string());
    command.arg("--port-max").arg(placement.ports.1.to_string());
    // Several may run beside each other.
    let operators = SocketAddr::new(placement.ng.ip(), placement.ng.port() + 1000);
    command.args(["--listen-ctl", "", "--listen-cli", &operators.to_string()]);
    command.args(["--shards-count", "1", "--shards-cpus", &placement.core.to_string()]);
    if let Some(redis) = &placement.redis {
        command.arg("--redis-url").arg(format!("redis://{redis}"));
    }
    command.args(&placement.tandem_arguments);
}

fn rtpengine(command: &mut Command, placement: &Placement) {
    command.args(["rtpengine", "--config-file=none", "--table=-1", "--foreground", "--log-stderr"]);
    command.args(["--log-level=2", "--num-threads=1", "--timeout=600"]);
    command.arg(format!("--interface={}", placement.ng.ip()));
    command.arg(format!("--listen-ng={}", placement.ng));
    if let Some(redis) = &placement.redis {
        command.arg(format!("--redis={redis}"));
    }
    command.arg(format!("--port-min={}", placement.ports.0)).arg(format!("--port-max={}", placement.ports.1));
}

fn forwarder(command: &mut Command, placement: &Placement) -> io::Result<()> {
    command.arg(std::env::current_exe()?).arg("forward");
    command.arg("--listen").arg(placement.forwarder.to_string());
    command.arg("--streams").arg(placement.streams.to_string());
    command.arg("--phone").arg(placement.phone.to_string());
    command.arg("--phones").arg(placement.phones.to_string());
    Ok(())
}
