//! The thread that measures what limits are about: load, CPU and bandwidth.
//!
//! rtpengine checks them in this order, for offers that would make a call. Here they are measured twice
//! a second and [`Admission`](tandem_shards::admission::Admission) is told which is exceeded, so that an
//! offer looks at one atomic number. While no such limit is set nothing is measured.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};
use tandem_shards::admission::Overload;
use tandem_shards::input::Command;
use tandem_shards::io::{Ask, Callers};
use tandem_shards::names::ShardId;
use tandem_shards::output::Reply;

use crate::config::NodeLimits;
use crate::node::{Node, Rates, now};

/// Interval of measurements of load and CPU.
const PERIOD: Duration = Duration::from_millis(500);
/// Interval of looks at limits while none is set.
const IDLE_PERIOD: Duration = Duration::from_secs(10);

/// Measures until the channel is closed.
pub fn run(node: &Arc<Node>, callers: &Callers, stop: &Receiver<()>) {
    let mut cpu = CpuTimes::default();
    let mut bandwidth = Rates::default();
    let mut last = Overload::None;
    let mut period = PERIOD;
    loop {
        match stop.recv_timeout(period) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
        let limits = node.live().limits;
        let measures =
            limits.max_load.is_some() || limits.max_cpu.is_some() || limits.max_bandwidth.is_some();
        period = if measures { PERIOD } else { IDLE_PERIOD };
        let measured =
            if measures { measure(&limits, callers, &mut cpu, &mut bandwidth) } else { Measured::NONE };
        let overload = measured.against(&limits);
        if overload != last {
            tell(overload, &measured);
            last = overload;
        }
        node.admission.set_overload(overload);
    }
}

fn measure(limits: &NodeLimits, callers: &Callers, cpu: &mut CpuTimes, bandwidth: &mut Rates) -> Measured {
    if limits.max_bandwidth.is_some() {
        let mut caller = callers.take();
        for shard in (0..caller.shard_count()).map(ShardId) {
            if let Ok(Reply::Shard(report)) = caller.ask(shard, Command::Report) {
                bandwidth.observe(now(), *report);
            }
        }
    }
    let before = std::mem::replace(cpu, CpuTimes::parse(&read("/proc/stat")));
    Measured {
        load: load_average(&read("/proc/loadavg")),
        cpu: cpu.busy_since(&before),
        bandwidth: bandwidth.total().bytes,
    }
}

fn tell(overload: Overload, measured: &Measured) {
    match overload {
        Overload::None => log::info!("limits: below all of them again, new calls are taken"),
        Overload::Load => log::warn!("limits: load {:.2} is above max-load, no new calls", measured.load),
        Overload::Cpu => log::warn!("limits: CPU {:.1} % is above max-cpu, no new calls", measured.cpu),
        Overload::Bandwidth => {
            log::warn!("limits: {} bytes/s are above max-bandwidth, no new calls", measured.bandwidth);
        }
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// Measurements of the host and the node.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Measured {
    load: f64,
    cpu: f64,
    bandwidth: u64,
}

impl Measured {
    /// Measurements that trip no limit.
    const NONE: Measured = Measured { load: 0.0, cpu: 0.0, bandwidth: 0 };

    fn against(&self, limits: &NodeLimits) -> Overload {
        let above = |value: f64, limit: Option<f64>| limit.is_some_and(|limit| value >= limit);
        if above(self.load, limits.max_load) {
            Overload::Load
        } else if above(self.cpu, limits.max_cpu) {
            Overload::Cpu
        } else if limits.max_bandwidth.is_some_and(|limit| self.bandwidth >= limit) {
            Overload::Bandwidth
        } else {
            Overload::None
        }
    }
}

/// The average of one minute from `/proc/loadavg`; zero if it cannot be read, since no limit must trip then.
fn load_average(text: &str) -> f64 {
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(0.0)
}

/// Ticks of all CPUs since boot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct CpuTimes {
    total: u64,
    idle: u64,
}

impl CpuTimes {
    /// The first line of `/proc/stat`: user, nice, system, idle, iowait and what came later (proc(5)).
    fn parse(text: &str) -> CpuTimes {
        let line = text.lines().next().and_then(|line| line.strip_prefix("cpu ")).unwrap_or_default();
        let ticks: Vec<u64> = line.split_whitespace().filter_map(|word| word.parse().ok()).take(8).collect();
        CpuTimes { total: ticks.iter().sum(), idle: ticks.iter().skip(3).take(2).sum() }
    }

    /// Percent of the time since `before` that was not idle; zero the first time.
    #[expect(clippy::cast_precision_loss, reason = "ticks of half a second")]
    fn busy_since(&self, before: &CpuTimes) -> f64 {
        let total = self.total.saturating_sub(before.total);
        let idle = self.idle.saturating_sub(before.idle).min(total);
        if before.total == 0 || total == 0 {
            return 0.0;
        }
        (total - idle) as f64 * 100.0 / total as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_and_cpu_are_read_as_the_kernel_writes_them() {
        assert_eq!(load_average("0.42 0.10 0.05 1/234 5678\n"), 0.42);
        assert_eq!(load_average(""), 0.0);
        let before = CpuTimes::parse("cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1 2 3\n");
        assert_eq!(before, CpuTimes { total: 1000, idle: 800 });
        let after = CpuTimes::parse("cpu  130 0 120 740 110 0 0 0 50 0\n");
        assert_eq!(after.busy_since(&before), 50.0);
        assert_eq!(after.busy_since(&CpuTimes::default()), 0.0, "the first measurement is no rate");
    }

    #[test]
    fn the_first_limit_in_rtpengines_order_is_named() {
        let limits = NodeLimits {
            max_sessions: -1,
            max_load: Some(4.0),
            max_cpu: Some(90.0),
            max_bandwidth: Some(1000),
        };
        let off = NodeLimits { max_sessions: -1, max_load: None, max_cpu: None, max_bandwidth: None };
        let cases = [
            (Measured { load: 5.0, cpu: 95.0, bandwidth: 2000 }, Overload::Load),
            (Measured { load: 3.0, cpu: 95.0, bandwidth: 2000 }, Overload::Cpu),
            (Measured { load: 3.0, cpu: 10.0, bandwidth: 2000 }, Overload::Bandwidth),
            (Measured { load: 3.0, cpu: 10.0, bandwidth: 999 }, Overload::None),
        ];
        for (measured, overload) in cases {
            assert_eq!(measured.against(&limits), overload);
            assert_eq!(measured.against(&off), Overload::None);
        }
    }
}
