//! Events of calls as log lines: at most four for each call, each with its call-id.
//!
//! The thread that writes them also writes those about requests, and says once a second how many lines limits have left
//! out.

use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, select};
use log::Level;
use tandem_shards::names::ShardId;
use tandem_shards::output::{Event, EventKind};

use crate::logging::{self, Admit, Limiter};
use crate::node::now;
use crate::request_log::RequestLog;

/// Lines of one name in ten seconds, of which there is one for each call.
const CALL_LINES: u64 = 2000;
/// Lines of one name in ten seconds, of which there may be many for each call.
const MEDIA_LINES: u64 = 20;

/// Time for which lines gather once one was written: a shard that sends one meanwhile has nobody to wake, which takes
/// it longer than all else about an event.
const GATHERING: Duration = Duration::from_millis(20);
/// Interval at which the limits of the log report the lines that they left out.
const LEFT_OUT_PERIOD: Duration = Duration::from_secs(1);

/// Writes events until the channel of `stop` is closed.
pub fn run(events: &Receiver<(ShardId, Event)>, requests: &RequestLog, stop: &Receiver<()>) {
    let mut limiters = (Limiter::new(CALL_LINES), Limiter::new(MEDIA_LINES));
    let periods = crossbeam_channel::tick(LEFT_OUT_PERIOD);
    loop {
        select! {
            recv(events) -> event => match event {
                Ok((shard, event)) => tell(&mut limiters, shard, &event),
                Err(_) => return,
            },
            recv(requests.lines()) -> line => line.into_iter().for_each(|line| line.write()),
            recv(periods) -> _ => {
                requests.say_left_out(now());
                for (name, count) in limiters.0.take_left_out(now()).iter().chain(&limiters.1.take_left_out(now())) {
                    log::warn!("{count} lines of {name} were left out");
                }
                continue;
            }
            recv(stop) -> _ => break,
        }
        if stop.recv_timeout(GATHERING) != Err(RecvTimeoutError::Timeout) {
            break;
        }
        tell_all(&mut limiters, events, requests);
    }
    // What had happened before the end belongs into the log as well.
    tell_all(&mut limiters, events, requests);
}

/// Writes all that is there.
fn tell_all(limiters: &mut (Limiter, Limiter), events: &Receiver<(ShardId, Event)>, requests: &RequestLog) {
    for (shard, event) in events.try_iter() {
        tell(limiters, shard, &event);
    }
    requests.lines().try_iter().for_each(|line| line.write());
}

fn tell(limiters: &mut (Limiter, Limiter), shard: ShardId, event: &Event) {
    write(limiters, shard, event);
    if let EventKind::Ended(_) = event.kind {
        logging::forget_call(&event.call_id);
    }
}

fn write((of_calls, of_media): &mut (Limiter, Limiter), shard: ShardId, event: &Event) {
    let line = Line::of(event);
    let limiter = if line.is_once_per_call { of_calls } else { of_media };
    match limiter.admit(line.name, now()) {
        Admit::Suppress => return,
        Admit::WriteAfter(count) => log::log!(line.level, "{count} lines of {} were left out", line.name),
        Admit::Write => {}
    }
    log::log!(line.level, "call={} {}: {} shard={shard}", event.call_id, line.name, line.text);
}

/// An event in words.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    level: Level,
    name: &'static str,
    text: String,
    is_once_per_call: bool,
}

impl Line {
    fn of(event: &Event) -> Line {
        let (level, name, text) = match &event.kind {
            EventKind::Created => (Level::Info, "created", "by an offer".to_owned()),
            EventKind::Restored(_) => (Level::Debug, "restored", "from a record".to_owned()),
            EventKind::TakenBack => (Level::Info, "taken-back", "own again, foreign before".to_owned()),
            EventKind::TakenOver => (Level::Info, "taken-over", "own now, foreign before".to_owned()),
            EventKind::HandedOver => (Level::Info, "handed-over", "foreign now, own before".to_owned()),
            EventKind::Ended(cause) => (Level::Info, "ended", format!("cause={cause}")),
            EventKind::UnknownInterface(name) => {
                let text = format!("interface={name} is not configured, the default is used");
                (Level::Warn, "unknown-interface", text)
            }
            EventKind::LoopStopped => {
                let text =
                    "packets come back again and again and are dropped: an SDP names a port of the relay";
                (Level::Warn, "loop", text.to_owned())
            }
            EventKind::SourceMoved { from, to } => {
                (Level::Info, "source-moved", format!("from={from} to={to}, the old one was silent"))
            }
            other => (Level::Debug, "event", format!("{other:?}")),
        };
        let is_once_per_call = !matches!(name, "unknown-interface" | "source-moved" | "loop" | "event");
        Line { level, name, text, is_once_per_call }
    }
}

#[cfg(test)]
mod tests {
    use tandem_shards::call::state::Ownership;
    use tandem_shards::names::{CallId, Keyspace};
    use tandem_shards::output::EndCause;

    use super::*;

    #[test]
    fn the_life_of_a_call_is_at_most_four_lines_at_info() {
        let life = [
            EventKind::Created,
            EventKind::Restored(Ownership::Foreign(Keyspace(1))),
            EventKind::TakenOver,
            EventKind::HandedOver,
            EventKind::Ended(EndCause::Deleted),
        ];
        let lines: Vec<Line> =
            life.into_iter().map(|kind| Line::of(&Event { call_id: CallId::from("x"), kind })).collect();
        assert!(lines.iter().all(|line| line.is_once_per_call));
        assert!(lines.iter().filter(|line| line.level <= Level::Info).count() <= 4);
        assert_eq!(lines[4].text, "cause=deleted");
    }
}
