//! Log of events: a hash of everything, and, if somebody reads it, a line for each event.
//!
//! A line has the time and a column for the world outside and for each node, so that one node's story can be
//! read downwards.

use crate::time::Timestamp;

/// Width of a column.
const COLUMN: usize = 44;

/// Column in which an event is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Proxies, phones, network.
    Outside,
    /// A node.
    Node(usize),
}

/// The log of a run.
#[derive(Debug)]
pub struct Log {
    hash: u64,
    events: u64,
    start: Timestamp,
    lines: Option<Vec<String>>,
}

impl Log {
    /// A log that keeps its lines if `verbose`, and the hash in any case.
    pub fn new(start: Timestamp, verbose: bool) -> Self {
        Log { hash: 0xcbf2_9ce4_8422_2325, events: 0, start, lines: verbose.then(Vec::new) }
    }

    /// Mixes an event into the hash.
    pub fn mix(&mut self, now: Timestamp, facts: [u64; 3]) {
        self.events += 1;
        let mut hash = self.hash ^ now.as_micros();
        for fact in facts {
            hash = (hash ^ fact).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        }
        self.hash = hash;
    }

    /// An event worth a line. The text is made only if it is kept.
    pub fn line(&mut self, now: Timestamp, column: Column, text: impl FnOnce() -> String) {
        self.events += 1;
        self.hash = (self.hash ^ now.as_micros()).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31);
        let Some(lines) = &mut self.lines else { return };
        let time = now.since(self.start);
        let place = match column {
            Column::Outside => 0,
            Column::Node(node) => node + 1,
        };
        let indent = " ".repeat(place * COLUMN);
        lines.push(format!("{:>5}.{:06} {indent}{}", time.as_secs(), time.subsec_micros(), text()));
    }

    /// The hash of all events so far.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// Events so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The lines that were kept.
    pub fn take_lines(&mut self) -> Vec<String> {
        self.lines.as_mut().map(std::mem::take).unwrap_or_default()
    }
}
