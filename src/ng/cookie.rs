//! Replies by cookie: a request that comes again gets the bytes that the first one got.
//!
//! SIP proxies resend a request, with the same cookie, until they are answered. Doing it twice would count,
//! delete or allocate twice, so replies are kept for 30 to 60 seconds, in two generations that are swapped
//! every 30 seconds as rtpengine does. The key is the cookie alone: neither the source address nor the
//! payload counts.
//!
//! [`CookieCache`] is plain data with time handed in. [`CookieGate`] puts a lock around it and lets threads
//! wait for a reply that another thread is working on.
//!
//! Invariant: what is kept is bounded in replies and in bytes. The older generation goes first, and what goes
//! before its time is counted.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ahash::AHashMap;
use tandem_shards::sabotage::{self, Sabotage};
use tandem_shards::time::Timestamp;

/// How often the generations are swapped.
const GENERATION: Duration = Duration::from_secs(30);
/// A request that was not answered for this long never will be: its cookie is free again.
const WORK_MAX: Duration = Duration::from_secs(30);

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CookieLimits {
    /// Replies in both generations.
    pub replies: usize,
    /// Bytes of cookies and replies in both generations.
    pub bytes: usize,
}

impl Default for CookieLimits {
    /// 60 seconds of 4000 requests a second.
    fn default() -> Self {
        CookieLimits { replies: 1 << 18, bytes: 256 << 20 }
    }
}

/// What is known of a cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing: the caller has to work, and to end with [`CookieCache::store`].
    New,
    /// Another caller is working on it.
    Working,
    /// The reply.
    Stored(Arc<[u8]>),
}

#[derive(Debug, Default)]
struct Generation {
    replies: AHashMap<Box<[u8]>, Arc<[u8]>>,
    bytes: usize,
}

/// The replies of the last half to whole minute.
#[derive(Debug)]
pub struct CookieCache {
    limits: CookieLimits,
    young: Generation,
    old: Generation,
    swapped: Timestamp,
    working: AHashMap<Box<[u8]>, Timestamp>,
    dropped: u64,
}

/// What a reply is found by: the cookie, all of it.
fn key(cookie: &[u8]) -> &[u8] {
    let left_out = usize::from(sabotage::on(Sabotage::OtherCookie) && cookie.len() > 1);
    &cookie[..cookie.len() - left_out]
}

impl CookieCache {
    /// A cache without replies.
    pub fn new(limits: CookieLimits) -> Self {
        CookieCache {
            limits,
            young: Generation::default(),
            old: Generation::default(),
            swapped: Timestamp::ZERO,
            working: AHashMap::new(),
            dropped: 0,
        }
    }

    /// Looks a cookie up. If it is new, it is taken for one that is being worked on.
    pub fn begin(&mut self, now: Timestamp, cookie: &[u8]) -> Seen {
        let seen = self.look(now, cookie);
        if seen == Seen::New {
            self.working.insert(cookie.into(), now);
        }
        seen
    }

    /// Looks a cookie up, and leaves it at that.
    fn look(&mut self, now: Timestamp, cookie: &[u8]) -> Seen {
        self.turn(now);
        let cookie = key(cookie);
        if let Some(reply) = self.young.replies.get(cookie).or_else(|| self.old.replies.get(cookie)) {
            return Seen::Stored(Arc::clone(reply));
        }
        match self.working.get(cookie) {
            Some(since) if now.since(*since) < WORK_MAX => Seen::Working,
            _ => Seen::New,
        }
    }

    /// Keeps a reply.
    pub fn store(&mut self, now: Timestamp, cookie: &[u8], reply: Arc<[u8]>) {
        self.turn(now);
        let cookie = key(cookie);
        self.working.remove(cookie);
        let bytes = cookie.len() + reply.len();
        if bytes > self.limits.bytes || self.limits.replies == 0 {
            self.dropped += 1;
            return;
        }
        if self.len() >= self.limits.replies || self.bytes() + bytes > self.limits.bytes {
            self.drop_old();
        }
        if self.len() >= self.limits.replies || self.bytes() + bytes > self.limits.bytes {
            std::mem::swap(&mut self.young, &mut self.old);
            self.drop_old();
        }
        if let Some(former) = self.young.replies.insert(cookie.into(), reply) {
            self.young.bytes -= cookie.len() + former.len();
        }
        self.young.bytes += bytes;
    }

    /// How many replies are kept.
    pub fn len(&self) -> usize {
        self.young.replies.len() + self.old.replies.len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of the cookies and replies that are kept.
    pub fn bytes(&self) -> usize {
        self.young.bytes + self.old.bytes
    }

    /// Replies that had to go before their time.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn drop_old(&mut self) {
        self.dropped += self.old.replies.len() as u64;
        self.old = Generation::default();
    }

    fn turn(&mut self, now: Timestamp) {
        let since = now.since(self.swapped);
        if since < GENERATION {
            return;
        }
        self.old = std::mem::take(&mut self.young);
        if since >= 2 * GENERATION {
            self.old = Generation::default();
        }
        self.swapped = now;
    }
}

/// A cache that threads share.
#[derive(Debug)]
pub struct CookieGate {
    cache: Mutex<CookieCache>,
    stored: Condvar,
}

impl CookieGate {
    /// A gate around a cache without replies.
    pub fn new(limits: CookieLimits) -> Self {
        CookieGate { cache: Mutex::new(CookieCache::new(limits)), stored: Condvar::new() }
    }

    /// See [`CookieCache::begin`].
    pub fn begin(&self, now: Timestamp, cookie: &[u8]) -> Seen {
        self.lock().begin(now, cookie)
    }

    /// See [`CookieCache::store`]; wakes those that wait.
    pub fn store(&self, now: Timestamp, cookie: &[u8], reply: Arc<[u8]>) {
        self.lock().store(now, cookie, reply);
        self.stored.notify_all();
    }

    /// Waits until the reply of a cookie is stored; gives up after `patience`.
    pub fn wait(&self, now: Timestamp, cookie: &[u8], patience: Duration) -> Option<Arc<[u8]>> {
        let working = |cache: &mut CookieCache| cache.look(now, cookie) == Seen::Working;
        let waited = self.stored.wait_timeout_while(self.lock(), patience, working);
        let (mut cache, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match cache.look(now, cookie) {
            Seen::Stored(reply) => Some(reply),
            // Not done yet, or too large to keep: whoever asks again is served.
            Seen::Working | Seen::New => None,
        }
    }

    /// How many replies are kept, their bytes, and how many had to go before their time.
    pub fn usage(&self) -> (usize, usize, u64) {
        let cache = self.lock();
        (cache.len(), cache.bytes(), cache.dropped())
    }

    fn lock(&self) -> MutexGuard<'_, CookieCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reply(text: &str) -> Arc<[u8]> {
        Arc::from(text.as_bytes())
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_secs(1_000_000 + seconds)
    }

    #[test]
    fn a_reply_lives_for_thirty_to_sixty_seconds() {
        // (stored at, asked at, still there); the generations turn at 0, 30, 60, ...
        for (stored, asked, there) in [(0, 59, true), (0, 60, false), (29, 59, true), (29, 61, false)] {
            let mut cache = CookieCache::new(CookieLimits::default());
            assert_eq!(cache.begin(at(0), b"first"), Seen::New);
            assert_eq!(cache.begin(at(stored), b"c"), Seen::New);
            cache.store(at(stored), b"c", reply("r"));
            cache.begin(at(30), b"turns");
            cache.begin(at(asked.min(60)), b"turns");
            let expected = if there { Seen::Stored(reply("r")) } else { Seen::New };
            assert_eq!(cache.begin(at(asked), b"c"), expected, "stored {stored}, asked {asked}");
        }
    }

    #[test]
    fn a_cookie_in_work_is_free_again_when_nobody_answers() {
        let mut cache = CookieCache::new(CookieLimits::default());
        assert_eq!(cache.begin(at(0), b"c"), Seen::New);
        assert_eq!(cache.begin(at(29), b"c"), Seen::Working);
        assert_eq!(cache.begin(at(30), b"c"), Seen::New);
        assert_eq!(cache.begin(at(31), b"c"), Seen::Working);
    }

    #[test]
    fn the_older_generation_goes_first_and_is_counted() {
        let mut cache = CookieCache::new(CookieLimits { replies: 3, bytes: 1000 });
        cache.store(at(0), b"old1", reply("r"));
        cache.store(at(0), b"old2", reply("r"));
        cache.store(at(30), b"new1", reply("r"));
        cache.store(at(30), b"new2", reply("r"));
        assert_eq!((cache.len(), cache.dropped()), (2, 2));
        assert_eq!(cache.begin(at(30), b"old1"), Seen::New);
        assert_eq!(cache.begin(at(30), b"new1"), Seen::Stored(reply("r")));
        cache.store(at(30), b"new3", reply("r"));
        cache.store(at(30), b"new4", reply("r"));
        assert_eq!((cache.len(), cache.dropped()), (1, 5));
        cache.store(at(30), b"huge", reply(&"x".repeat(1001)));
        assert_eq!((cache.len(), cache.dropped()), (1, 6));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the second one waits")]
    fn a_duplicate_waits_for_the_first() {
        let gate = Arc::new(CookieGate::new(CookieLimits::default()));
        assert_eq!(gate.begin(at(0), b"c"), Seen::New);
        assert_eq!(gate.wait(at(0), b"c", Duration::ZERO), None, "nobody answers");
        let other = Arc::clone(&gate);
        let waiting = std::thread::Builder::new()
            .spawn(move || other.wait(at(0), b"c", Duration::from_secs(60)))
            .expect("a thread can be started");
        gate.store(at(0), b"c", reply("r"));
        assert_eq!(waiting.join().expect("no panic"), Some(reply("r")));
        assert_eq!(gate.wait(at(0), b"d", Duration::ZERO), None);
        assert_eq!(gate.begin(at(0), b"d"), Seen::New, "waiting does not take the cookie");
    }

    proptest! {
        #[test]
        fn it_stays_within_its_bounds(
            steps in proptest::collection::vec((0u8..20, 0usize..40, 0u64..20), 0..200),
        ) {
            let limits = CookieLimits { replies: 8, bytes: 150 };
            let mut cache = CookieCache::new(limits);
            let mut now = at(0);
            for (cookie, length, seconds) in steps {
                now = now + Duration::from_secs(seconds);
                let text = "x".repeat(length);
                match cache.begin(now, &[cookie]) {
                    Seen::New => cache.store(now, &[cookie], reply(&text)),
                    Seen::Stored(stored) => prop_assert!(stored.iter().all(|byte| *byte == b'x')),
                    Seen::Working => prop_assert!(false, "everything is stored at once"),
                }
                prop_assert!(cache.len() <= limits.replies && cache.bytes() <= limits.bytes);
                prop_assert_eq!(cache.is_empty(), cache.bytes() == 0);
            }
        }
    }
}
