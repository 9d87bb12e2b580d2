//! Fuzz targets: a table, each a function from bytes to nothing, or a panic.
//!
//! Each run is metered: the memory that is held at once and the processor time have a bound, which is part of
//! the target. So that these hold on any machine, memory is what the allocator was asked for, and time is that
//! of the thread, far above what a run takes.

use std::fmt;
use std::time::Duration;

mod bencode;
mod choices;
mod config;
mod ctl;
mod http;
mod meter;
mod ng;
mod node;
mod packet;
mod record;
mod sdp;
mod shard;

/// Processor time of one run. A run takes a few milliseconds, fifty at most; what is quadratic takes seconds.
const TIME_MAX: Duration = Duration::from_secs(1);

/// Something that takes bytes of others.
pub struct Target {
    /// Its name: that of its corpus and of its program.
    pub name: &'static str,
    /// Bytes of an input; what is longer is cut.
    pub input_bytes_max: usize,
    /// Bytes that may be held at once, whatever the input: shards, tables, the reply.
    memory_bytes: usize,
    /// Bytes that may be held at once for each byte of the input.
    memory_factor: usize,
    body: fn(&[u8]),
}

/// Bytes that a node takes, with its shards, ports, replies and lines.
const NODE_BYTES: usize = 512 << 10;

const fn target(
    name: &'static str,
    input_bytes_max: usize,
    (memory_bytes, memory_factor): (usize, usize),
    body: fn(&[u8]),
) -> Target {
    Target { name, input_bytes_max, memory_bytes, memory_factor, body }
}

/// All targets. In bencode each pair of brackets is a list, whose first item takes 128 bytes.
pub const TARGETS: [Target; 9] = [
    target("bencode", 4096, (4096, 128), bencode::run),
    target("config", 4096, (NODE_BYTES, 64), config::run),
    target("ctl", 1100, (NODE_BYTES, 64), ctl::run),
    target("http", 4096, (NODE_BYTES, 128), http::run),
    target("ng", 8192, (NODE_BYTES, 128), ng::run),
    target("packet", 2048, (1024, 1), packet::run),
    target("record", 16384, (NODE_BYTES, 128), record::run),
    target("sdp", 4096, (256 << 10, 64), sdp::run),
    target("shard", 2048, (2 * NODE_BYTES, 64), shard::run),
];

impl Target {
    /// The target of a name.
    ///
    /// # Panics
    /// If there is none.
    pub fn named(name: &str) -> &'static Target {
        TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("no target {name}"))
    }

    /// Runs the body over an input.
    ///
    /// # Panics
    /// On a finding: what the body asserts, or a bound that was passed.
    pub fn run(&self, input: &[u8]) {
        let input = &input[..input.len().min(self.input_bytes_max)];
        let cost = meter::measure(|| (self.body)(input));
        let bound = self.memory_bytes + self.memory_factor * input.len();
        assert!(cost.memory_bytes <= bound, "{} bytes held at once, {bound} are allowed", cost.memory_bytes);
        assert!(cost.time <= TIME_MAX, "{:?} of processor time, {TIME_MAX:?} are allowed", cost.time);
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
