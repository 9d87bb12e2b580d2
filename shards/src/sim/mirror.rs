//! A mirror of a shard's flows, made of nothing but what the shard tells: a second path for packets would have one.

use std::collections::BTreeMap;

use crate::Shard;
use crate::media::flows::FlowView;
use crate::names::FlowId;
use crate::output::FlowChange;
use crate::time::Timestamp;

/// The flows of one shard, as followed by [`Effect::Flow`](crate::output::Effect::Flow).
#[derive(Debug, Default)]
pub struct Mirror {
    flows: BTreeMap<FlowId, Option<FlowView>>,
}

impl Mirror {
    /// Follows a change.
    ///
    /// # Errors
    /// A change that does not fit those before it.
    pub fn follow(&mut self, shard: &Shard, flow: FlowId, change: FlowChange) -> Result<(), String> {
        // None if it was removed since; then that is told too.
        let view = shard.flow(flow);
        let known = match change {
            FlowChange::Removed => self.flows.remove(&flow).is_some(),
            FlowChange::Installed | FlowChange::Changed => self.flows.insert(flow, view).is_some(),
        };
        if known == (change == FlowChange::Installed) {
            return Err(format!(
                "{flow:?} was {change:?}, and was {}known before",
                if known { "" } else { "un" }
            ));
        }
        Ok(())
    }

    /// A flow that is not as it was told to be; there may be some while a timeout is due.
    pub fn difference(&self, shard: &Shard, now: Timestamp) -> Option<String> {
        if shard.poll_timeout().is_some_and(|due| due <= now) {
            return None;
        }
        let mut told = self.flows.iter();
        for (id, view) in shard.flows() {
            let known = told.next();
            if known != Some((&id, &Some(view))) {
                return Some(format!("{id:?} is {view:?}, and was told as {known:?}"));
            }
        }
        told.next().map(|left| format!("{left:?} is gone, and was not told to be"))
    }
}
