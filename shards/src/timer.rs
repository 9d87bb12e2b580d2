//! Deadlines: at most one for each call, the earliest thing it waits for.
//!
//! Timeouts of media move with every packet, so a call does not re-arm for them: it looks again when the
//! deadline that was armed falls due. Work is thus proportional to what falls due, not to the number of calls.
//! Invariant: nothing fires early.

use std::collections::BTreeSet;

use crate::time::Timestamp;

/// The deadlines of all calls of a shard, by the call's index.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    queue: BTreeSet<(Timestamp, u32)>,
    armed: Vec<Option<Timestamp>>,
}

impl Timers {
    /// Sets the deadline of a call, in place of the one it had.
    pub(crate) fn arm(&mut self, call: u32, deadline: Timestamp) {
        let slot = call as usize;
        if self.armed.len() <= slot {
            self.armed.resize(slot + 1, None);
        }
        if self.armed[slot] == Some(deadline) {
            return;
        }
        self.disarm(call);
        self.armed[slot] = Some(deadline);
        self.queue.insert((deadline, call));
    }

    /// Brings the deadline of a call forward, if it is later.
    pub(crate) fn arm_by(&mut self, call: u32, deadline: Timestamp) {
        let armed = self.armed.get(call as usize).copied().flatten();
        if armed.is_none_or(|armed| armed > deadline) {
            self.arm(call, deadline);
        }
    }

    /// Removes the deadline of a call.
    pub(crate) fn disarm(&mut self, call: u32) {
        if let Some(deadline) = self.armed.get_mut(call as usize).and_then(Option::take) {
            let removed = self.queue.remove(&(deadline, call));
            assert!(removed, "an armed deadline is in the queue");
        }
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.queue.first().map(|(deadline, _)| *deadline)
    }

    /// Takes a call whose deadline has come.
    pub(crate) fn pop(&mut self, now: Timestamp) -> Option<u32> {
        let (deadline, call) = *self.queue.first()?;
        if deadline > now {
            return None;
        }
        self.queue.pop_first();
        self.armed[call as usize] = None;
        Some(call)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Under Miri these take their time.
    const OPERATIONS_MAX: usize = if cfg!(miri) { 20 } else { 200 };

    proptest! {
        /// The timers agree with a sorted list, and nothing fires early.
        #[test]
        fn timers_agree_with_a_sorted_list(
            operations in proptest::collection::vec((0u8..4, 0u32..8, 0u64..100), 1..OPERATIONS_MAX)
        ) {
            let mut timers = Timers::default();
            let mut model: BTreeMap<u32, u64> = BTreeMap::new();
            let mut now = 0;
            for (kind, call, at) in operations {
                match kind {
                    0 => {
                        timers.arm(call, Timestamp::from_micros(at));
                        model.insert(call, at);
                    }
                    1 => {
                        timers.arm_by(call, Timestamp::from_micros(at));
                        let entry = model.entry(call).or_insert(at);
                        *entry = at.min(*entry);
                    }
                    2 => {
                        timers.disarm(call);
                        model.remove(&call);
                    }
                    _ => {
                        now += at / 10;
                        while let Some(fired) = timers.pop(Timestamp::from_micros(now)) {
                            let due = model.remove(&fired).expect("armed in the model");
                            prop_assert!(due <= now, "fired early");
                        }
                        prop_assert!(model.values().all(|due| *due > now), "not fired");
                    }
                }
                prop_assert_eq!(timers.next().map(Timestamp::as_micros), model.values().min().copied());
            }
        }
    }
}
