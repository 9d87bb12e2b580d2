//! Deliberate bugs, to show that the simulator finds them.
//!
//! Each is consulted at one place, through [`on`], which is a constant `false` unless the crate is built with
//! the feature `sabotage`. No build of the daemon has it.

/// A deliberate bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// A port that is taken is handed out again.
    PortTwice,
    /// A packet goes to an endpoint of another call.
    OtherCall,
    /// A source is learned although the confirmed one is alive.
    LearnAnyway,
    /// A timeout fires whenever the call is looked at.
    EarlyTimer,
    /// An offer leaves a scheduled deletion in force.
    DeletionStays,
    /// A request is answered with the reply to another.
    OtherCookie,
    /// The epochs of records are not compared.
    EpochIgnored,
    /// A deletion is forgotten while the store cannot be reached.
    TombstoneDropped,
    /// The store is read before its changes are subscribed to.
    ScanFirst,
    /// A notification ends an own call.
    OwnDestroyed,
    /// A record that cannot be read is deleted.
    UnreadDeleted,
    /// A call counts as stored before the store has said so.
    CleanTooSoon,
    /// An answer is refused after it was carried out.
    RefusedLate,
    /// A foreign call that nobody answers for has no timeout.
    ForeignForever,
}

impl Sabotage {
    /// All of them.
    pub const ALL: [Sabotage; 14] = [
        Sabotage::PortTwice,
        Sabotage::OtherCall,
        Sabotage::LearnAnyway,
        Sabotage::EarlyTimer,
        Sabotage::DeletionStays,
        Sabotage::OtherCookie,
        Sabotage::EpochIgnored,
        Sabotage::TombstoneDropped,
        Sabotage::ScanFirst,
        Sabotage::OwnDestroyed,
        Sabotage::UnreadDeleted,
        Sabotage::CleanTooSoon,
        Sabotage::RefusedLate,
        Sabotage::ForeignForever,
    ];
}

#[cfg(feature = "sabotage")]
mod switch {
    use std::cell::Cell;

    use super::Sabotage;

    thread_local! {
        static CHOSEN: Cell<Option<Sabotage>> = const { Cell::new(None) };
    }

    /// True if a bug is to show itself, on this thread.
    pub fn on(bug: Sabotage) -> bool {
        CHOSEN.get() == Some(bug)
    }

    /// Chooses the bug of this thread.
    pub fn choose(bug: Option<Sabotage>) {
        CHOSEN.set(bug);
    }
}

#[cfg(feature = "sabotage")]
pub use switch::{choose, on};

/// Never: the bugs are not built in.
#[cfg(not(feature = "sabotage"))]
pub const fn on(_bug: Sabotage) -> bool {
    false
}
