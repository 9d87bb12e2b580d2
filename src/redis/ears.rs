//! The thread `redis-ears`: takes notifications from Redis the moment they come.
//!
//! A wait on a socket ends on the kernel's tick, milliseconds late; a wait on a channel does not. So one
//! thread does nothing but listen, and the one that works waits on what this one has heard. It
//! ends with its connection, or when nobody wants to hear it any more. If its channel is full it stops
//! listening, and Redis keeps what is to come as long as it can; beyond that it cuts the connection, after
//! which everything is looked at again.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};
use redis::PubSub;
use tandem_shards::io::Clock;
use tandem_shards::names::Keyspace;
use tandem_shards::time::Timestamp;

use super::command::Trouble;
use super::connect::Link;
use super::feed::{Following, pattern};

/// Notifications that wait to be worked on.
const HEARD_MAX: usize = 1 << 14;
/// Poll interval for changes of subscriptions.
const WISH_WAIT: Duration = Duration::from_millis(50);
/// Longest wait for Redis to confirm a subscription.
const CONFIRMATION_WAIT: Duration = Duration::from_secs(1);
/// Silence after which a subscription is made once more: a confirmation proves that the connection is alive.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Events of Pub/Sub.
#[derive(Debug)]
pub enum Heard {
    /// Subscription confirmed: events of this keyspace arrive from now on.
    Subscribed(Following),
    /// A notification.
    Notification {
        /// Channel of the message.
        channel: Vec<u8>,
        /// Name of the event.
        event: Vec<u8>,
    },
    /// Nothing more will be heard.
    Lost(Trouble),
}

/// The other end of the thread.
#[derive(Debug)]
pub struct Ears {
    wishes: Sender<Wish>,
    memory: Arc<Memory>,
}

#[derive(Debug)]
enum Wish {
    Subscribe(Following),
    Unsubscribe(Keyspace),
}

impl Ears {
    /// Listens on a connection, to nothing at first.
    ///
    /// # Errors
    /// The thread cannot be started.
    #[expect(clippy::disallowed_methods, reason = "the thread loop starts here")]
    pub fn open(link: Link) -> Result<Ears, Trouble> {
        // As many wishes as keyspaces.
        let (wishes, wishes_end) = unbounded();
        let memory = Arc::new(Memory::default());
        // It has answered while the connection was made.
        memory.note_answered(Clock::of_process().now());
        let kept = Arc::clone(&memory);
        std::thread::Builder::new()
            .name("redis-ears".to_owned())
            .spawn(move || listen(link, &wishes_end, &kept))
            .map_err(|error| Trouble(format!("cannot start a thread: {error}")))?;
        Ok(Ears { wishes, memory })
    }

    /// Listens to a keyspace; [`Heard::Subscribed`] confirms it.
    pub fn subscribe(&self, to: Following) {
        // If the thread has ended, it has said so.
        let _ = self.wishes.send(Wish::Subscribe(to));
    }

    /// Listens to it no more.
    pub fn unsubscribe(&self, from: Keyspace) {
        let _ = self.wishes.send(Wish::Unsubscribe(from));
    }

    /// Time of the server's last answer on this connection, of any kind.
    pub fn answered(&self) -> Timestamp {
        self.memory.kept().answered
    }

    /// The next event; waits for it so long.
    pub fn next(&self, patience: Duration) -> Option<Heard> {
        self.memory.next(patience)
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        self.memory.close();
    }
}

/// Queue of events. A channel would do, but those of crossbeam yield the CPU several times before they sleep, and on a
/// busy machine each time may last milliseconds.
#[derive(Debug, Default)]
struct Memory {
    state: Mutex<Kept>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Kept {
    heard: VecDeque<Heard>,
    /// Time of the server's last answer.
    answered: Timestamp,
    /// Nobody wants to hear any more.
    closed: bool,
}

impl Memory {
    /// Keeps something; waits while there is no room. False if nobody wants to hear it.
    fn keep(&self, heard: Heard) -> bool {
        let full = |kept: &mut Kept| kept.heard.len() >= HEARD_MAX && !kept.closed;
        let mut kept = self.changed.wait_while(self.kept(), full).unwrap_or_else(PoisonError::into_inner);
        kept.heard.push_back(heard);
        self.changed.notify_all();
        !kept.closed
    }

    fn next(&self, patience: Duration) -> Option<Heard> {
        let mut kept = self.kept();
        if kept.heard.is_empty() && !patience.is_zero() {
            let nothing = |kept: &mut Kept| kept.heard.is_empty();
            let waited = self.changed.wait_timeout_while(kept, patience, nothing);
            kept = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let was_full = kept.heard.len() >= HEARD_MAX;
        let next = kept.heard.pop_front();
        if was_full {
            self.changed.notify_all();
        }
        next
    }

    fn note_answered(&self, now: Timestamp) {
        self.kept().answered = now;
    }

    fn close(&self) {
        self.kept().closed = true;
        self.changed.notify_all();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn listen(link: Link, wishes: &Receiver<Wish>, memory: &Memory) {
    let mut connection = link.into_connection();
    if let Err(trouble) = follow(&mut connection.as_pubsub(), wishes, memory) {
        memory.keep(Heard::Lost(trouble));
    }
}

/// Until nobody wants to hear any more, or the connection is lost.
fn follow(events: &mut PubSub<'_>, wishes: &Receiver<Wish>, memory: &Memory) -> Result<(), Trouble> {
    let clock = Clock::of_process();
    let mut last_sign = clock.now();
    let mut checked: Option<Keyspace> = None;
    memory.note_answered(last_sign);
    loop {
        loop {
            match wishes.try_recv() {
                Ok(Wish::Subscribe(to)) => {
                    subscribe(events, to.keyspace)?;
                    memory.note_answered(clock.now());
                    checked = Some(to.keyspace);
                    if !memory.keep(Heard::Subscribed(to)) {
                        return Ok(());
                    }
                }
                Ok(Wish::Unsubscribe(from)) => {
                    events.set_read_timeout(Some(CONFIRMATION_WAIT))?;
                    events.punsubscribe(pattern(from))?;
                    checked = checked.filter(|keyspace| *keyspace != from);
                }
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return Ok(()),
            }
        }
        if let Some(keyspace) = checked.filter(|_| clock.now().since(last_sign) >= CHECK_INTERVAL) {
            subscribe(events, keyspace)?;
            last_sign = clock.now();
            memory.note_answered(last_sign);
        }
        events.set_read_timeout(Some(WISH_WAIT))?;
        match events.get_message() {
            Ok(message) => {
                last_sign = clock.now();
                memory.note_answered(last_sign);
                let channel = message.get_channel().unwrap_or_default();
                let event = message.get_payload_bytes().to_vec();
                if !memory.keep(Heard::Notification { channel, event }) {
                    return Ok(());
                }
            }
            Err(error) if error.is_timeout() => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn subscribe(events: &mut PubSub<'_>, to: Keyspace) -> Result<(), Trouble> {
    events.set_read_timeout(Some(CONFIRMATION_WAIT))?;
    Ok(events.psubscribe(pattern(to))?)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    use super::*;
    use crate::config::redis::{Place, RedisUrl};
    use crate::redis::connect::Connector;
    use crate::redis::feed::{Feed, FeedSettings, Output};
    use crate::redis::record::specimen::context;

    const PATIENCE: Duration = Duration::from_secs(30);

    /// Reads until this, and all that was sent before it.
    fn hear(stream: &mut TcpStream, end: &str) {
        let mut taken = Vec::new();
        while !taken.ends_with(end.as_bytes()) {
            let mut byte = [0];
            assert_eq!(stream.read(&mut byte).expect("the connection is open"), 1, "{taken:?}");
            taken.push(byte[0]);
        }
    }

    fn say(stream: &mut TcpStream, words: &[&str]) {
        let bulk = |word: &&str| format!("${}\r\n{word}\r\n", word.len());
        let text: String = words.iter().map(bulk).collect();
        write!(stream, "*{}\r\n{text}", words.len()).expect("the connection is open");
    }

    fn confirm(stream: &mut TcpStream) {
        hear(stream, "PSUBSCRIBE\r\n$16\r\n__keyspace@2__:*\r\n");
        write!(stream, "*3\r\n$10\r\npsubscribe\r\n$16\r\n__keyspace@2__:*\r\n:1\r\n").expect("open");
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a thread plays the server")]
    fn what_is_subscribed_to_is_heard_and_a_server_that_falls_silent_is_noticed() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let place = Place::Server {
            host: "127.0.0.1".to_owned(),
            port: listener.local_addr().expect("bound").port(),
        };
        let url = RedisUrl { place, keyspace: Keyspace(0), user: None, password: None, tls: false };
        let server = std::thread::Builder::new();
        let server = server.spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            confirm(&mut stream);
            let words = ["pmessage", "__keyspace@2__:*", "__keyspace@2__:call", "set"];
            say(&mut stream, &words);
            say(&mut stream, &words);
            // Asked once more when nothing has come for a while. It answers that, and then nothing any more.
            confirm(&mut stream);
            hear(&mut stream, "PSUBSCRIBE\r\n$16\r\n__keyspace@2__:*\r\n");
            stream
        });
        let connector = Connector::new(&url, PATIENCE, PATIENCE);
        let ears = Ears::open(connector.connect().expect("connected")).expect("a thread");
        let mut feed = Feed::new(FeedSettings::default(), context());
        feed.on_connected();
        let Some(Output::Subscribe(to)) = feed.poll() else { panic!("a feed follows its own keyspace") };
        ears.subscribe(to);
        assert!(matches!(ears.next(PATIENCE), Some(Heard::Subscribed(of)) if of == to));
        for _ in 0..2 {
            let Some(Heard::Notification { channel, event }) = ears.next(PATIENCE) else { panic!("nothing") };
            assert_eq!((channel.as_slice(), event.as_slice()), (&b"__keyspace@2__:call"[..], &b"set"[..]));
        }
        assert!(matches!(ears.next(PATIENCE), Some(Heard::Lost(_))));
        drop(server.expect("started").join());
    }
}
