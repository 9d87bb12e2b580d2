//! Facts of `/proc` about a process: CPU time, descriptors, memory, ports.

use std::fs;
use std::io;
use std::ops::RangeInclusive;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde_json::{Value, json};

use crate::clock;
use crate::samples::float;

/// On-CPU nanoseconds of every thread of a process, user and system together.
pub(crate) fn cpu_nanoseconds(pid: u32) -> io::Result<u64> {
    let mut total = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread may end between the listing and the reading.
        let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        total += text.split(' ').next().and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    }
    Ok(total)
}

/// Watches a process and tells which part of one core it used.
pub(crate) fn cpu_share(pid: u32, duration: Duration) -> io::Result<f64> {
    let (start, before) = (clock::now(), cpu_nanoseconds(pid)?);
    clock::pause(duration);
    let used = cpu_nanoseconds(pid)?.saturating_sub(before);
    Ok(float(used) / float(clock::nanoseconds(clock::since(start))))
}

/// Holdings of a process: they must be as before once all calls are gone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holdings {
    pub(crate) descriptors: usize,
    pub(crate) resident_kib: u64,
    pub(crate) ports: usize,
}

impl Holdings {
    /// Counts what `pid` holds, and the UDP ports open in `range` on this host.
    pub(crate) fn of(pid: u32, range: &RangeInclusive<u16>) -> io::Result<Holdings> {
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        Ok(Holdings {
            descriptors: fs::read_dir(format!("/proc/{pid}/fd"))?.count(),
            resident_kib: resident.and_then(|text| text.trim().split(' ').next()?.parse().ok()).unwrap_or(0),
            ports: open_udp_ports(range)?,
        })
    }

    pub(crate) fn to_json(self) -> Value {
        json!({"descriptors": self.descriptors, "resident_kib": self.resident_kib, "ports": self.ports})
    }
}

/// Counts the UDP sockets bound to ports in `range`, on any address, of any process.
pub(crate) fn open_udp_ports(range: &RangeInclusive<u16>) -> io::Result<usize> {
    let table =
        fs::read_to_string("/proc/net/udp")? + &fs::read_to_string("/proc/net/udp6").unwrap_or_default();
    let port = |line: &str| u16::from_str_radix(line.split_whitespace().nth(1)?.rsplit(':').next()?, 16).ok();
    Ok(table.lines().filter_map(port).filter(|port| range.contains(port)).count())
}

/// Raises the soft limit of open descriptors to the hard one.
pub(crate) fn raise_descriptor_limit() -> io::Result<()> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    Ok(())
}
