//! Admission of new calls: the limits of the whole node, shared by its shards.
//!
//! Touched when a call is made or ends, never by a packet. rtpengine checks sessions, load, CPU and bandwidth
//! in this order, for offers that would make a call and for nothing else; own calls count, foreign ones do not.

use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU64, Ordering};

use crate::output::Refusal;

/// Limits and the number they limit.
#[derive(Debug)]
pub struct Admission {
    own_calls: AtomicU64,
    max_sessions: AtomicI64,
    overload: AtomicU8,
}

/// A measured limit that is exceeded; the daemon samples these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overload {
    /// None is.
    None,
    /// `max-load`.
    Load,
    /// `max-cpu`.
    Cpu,
    /// `max-bandwidth`.
    Bandwidth,
}

impl Default for Admission {
    fn default() -> Self {
        Admission {
            own_calls: AtomicU64::new(0),
            max_sessions: AtomicI64::new(-1),
            overload: AtomicU8::new(Overload::None as u8),
        }
    }
}

impl Admission {
    /// Sets `max-sessions`; -1 turns it off, 0 refuses every new call.
    pub fn set_max_sessions(&self, max: i64) {
        self.max_sessions.store(max, Ordering::Relaxed);
    }

    /// `max-sessions`.
    pub fn max_sessions(&self) -> i64 {
        self.max_sessions.load(Ordering::Relaxed)
    }

    /// Tells which measured limit is exceeded now.
    pub fn set_overload(&self, overload: Overload) {
        self.overload.store(overload as u8, Ordering::Relaxed);
    }

    /// Own calls of all shards.
    pub fn own_calls(&self) -> u64 {
        self.own_calls.load(Ordering::Relaxed)
    }

    /// Counts a new own call, if the limits allow it.
    ///
    /// # Errors
    /// The limit that is reached.
    pub fn admit(&self) -> Result<(), Refusal> {
        let max = self.max_sessions();
        let admitted = self.own_calls.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |own| {
            let full = u64::try_from(max).is_ok_and(|max| own >= max);
            (!full).then_some(own + 1)
        });
        if admitted.is_err() {
            return Err(Refusal::SessionLimit);
        }
        let overload = self.overload.load(Ordering::Relaxed);
        let refusal = match overload {
            o if o == Overload::Load as u8 => Refusal::LoadLimit,
            o if o == Overload::Cpu as u8 => Refusal::CpuLimit,
            o if o == Overload::Bandwidth as u8 => Refusal::BandwidthLimit,
            _ => return Ok(()),
        };
        self.release();
        Err(refusal)
    }

    /// Counts an own call that came by other ways than an offer (restored, taken over): never refused.
    pub fn admit_always(&self) {
        self.own_calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Uncounts an own call.
    pub fn release(&self) {
        let before = self.own_calls.fetch_sub(1, Ordering::Relaxed);
        assert!(before > 0, "more own calls ended than began");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_named_and_in_order() {
        let admission = Admission::default();
        assert_eq!(admission.admit(), Ok(()));
        admission.set_max_sessions(1);
        assert_eq!(admission.admit(), Err(Refusal::SessionLimit));
        admission.set_max_sessions(2);
        admission.set_overload(Overload::Cpu);
        assert_eq!(admission.admit(), Err(Refusal::CpuLimit));
        assert_eq!(admission.own_calls(), 1);
        admission.set_overload(Overload::None);
        assert_eq!(admission.admit(), Ok(()));
        admission.admit_always();
        assert_eq!(admission.own_calls(), 3);
        admission.release();
        assert_eq!(admission.own_calls(), 2);
    }
}
