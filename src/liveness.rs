//! Liveness: whether every shard turns its loop, which is whether this node can serve media.
//!
//! Health is another question. A node without Redis is degraded, and serves its calls as before: `tandem ctl status`
//! and `/ready` say so. A node one of whose shards does not turn is silent to every call of that shard, while the other
//! nodes hold them all ready. So one stalled shard of many counts like all of them, and `tandem ctl ping` (which
//! decides where a media address is), `/live` and systemd's watchdog go by this and by nothing else.
//!
//! A thread asks each shard for a sign of life and notes when it came (`node/liveness.rs`).

use std::collections::BTreeMap;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use tandem_shards::input::Command;
use tandem_shards::io::{Ask, Caller, Callers, Clock};
use tandem_shards::names::ShardId;
use tandem_shards::time::Timestamp;

use crate::ng::node_task::NodeTask;
use crate::node::liveness::{Liveness, words};
use crate::notify;

/// Interval between questions to the shards.
const PERIOD: Duration = Duration::from_millis(250);

/// Asks for signs of life until the channel is closed, and tells the thread that receives for those that give none.
pub fn run(liveness: &Liveness, callers: &Callers, node_thread: &Sender<NodeTask>, stop: &Receiver<()>) {
    let mut round = Round { caller: callers.take(), asked: BTreeMap::new() };
    let mut watchdog = Watchdog::of_systemd();
    let period = watchdog.as_ref().map_or(PERIOD, |watchdog| PERIOD.min(watchdog.pause));
    let clock = Clock::of_process();
    let mut stalled_before = Vec::new();
    loop {
        let next = clock.now() + period;
        round.ask();
        round.take_answers(liveness, clock, next);
        let stalled = liveness.stalled(clock.now());
        if stalled != stalled_before {
            tell(&stalled);
            stalled_before.clone_from(&stalled);
        }
        for shard in &stalled {
            // One that is busy is told again soon.
            let _ = node_thread.try_send(NodeTask::Stalled(*shard));
        }
        if let Some(watchdog) = watchdog.as_mut().filter(|_| stalled.is_empty()) {
            watchdog.feed(clock.now());
        }
        match stop.recv_timeout(next.since(clock.now())) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn tell(stalled: &[ShardId]) {
    if stalled.is_empty() {
        log::info!("all shards turn again");
    } else {
        log::error!("{}: the calls there are silent", words(stalled));
    }
}

/// Questions under way: at most one to each shard, so that none pile up at one that is stalled.
struct Round {
    caller: Caller,
    asked: BTreeMap<u64, ShardId>,
}

impl Round {
    fn ask(&mut self) {
        for shard in (0..self.caller.shard_count()).map(ShardId) {
            if !self.asked.values().any(|asked| *asked == shard)
                && let Ok(number) = self.caller.post(shard, Command::Ping)
            {
                self.asked.insert(number, shard);
            }
        }
    }

    fn take_answers(&mut self, liveness: &Liveness, clock: Clock, until: Timestamp) {
        while !self.asked.is_empty() {
            let Some((number, _)) = self.caller.next_answer(until.since(clock.now())) else { return };
            if let Some(shard) = self.asked.remove(&number) {
                liveness.note(shard, clock.now());
                self.caller.note_alive(shard);
            }
        }
    }
}

/// The watchdog of systemd, which ends a service that is silent for too long.
struct Watchdog {
    pause: Duration,
    fed: Timestamp,
}

impl Watchdog {
    fn of_systemd() -> Option<Watchdog> {
        let pause = notify::watchdog()? / 4;
        Some(Watchdog { pause, fed: Timestamp::ZERO })
    }

    fn feed(&mut self, now: Timestamp) {
        if now.since(self.fed) >= self.pause {
            self.fed = now;
            notify::alive();
        }
    }
}
