//! Replies by cookie: a request that comes again gets the bytes that the first one got.
//!
//! SIP proxies resend a request, with the same cookie, until they are answered. Doing it twice would count,
//! delete or allocate twice, so replies are kept for 30 to 60 seconds, in two generations that are swapped
//! every 30 seconds. rtpengine finds a reply by the cookie alone, so that two proxies whose cookies happen to be equal
//! get each other's replies; here the rest of the message counts too. Who sent it does not: a proxy may come from
//! another port, or over another protocol.
//!
//! Each place where requests are carried out has a cache of its own, and a message always comes to the same place. What
//! is carried out there is done before the next message is looked at: none is ever at work twice.
//!
//! Invariant: what is kept is bounded in replies and in bytes. The older generation goes first, and what goes
//! before its time is counted.

use std::sync::Arc;
use std::time::Duration;

use ahash::{AHashMap, RandomState};
use tandem_shards::sabotage::{self, Sabotage};
use tandem_shards::time::Timestamp;

/// Interval at which the generations are swapped.
const GENERATION: Duration = Duration::from_secs(30);

/// Limits of the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CookieLimits {
    /// Replies in both generations.
    pub replies: usize,
    /// Bytes of replies in both generations.
    pub bytes: usize,
}

impl Default for CookieLimits {
    /// 60 seconds of 4000 requests a second.
    fn default() -> Self {
        CookieLimits { replies: 1 << 18, bytes: 256 << 20 }
    }
}

impl CookieLimits {
    /// The part of each of so many caches.
    #[must_use]
    pub fn shared_by(self, caches: usize) -> Self {
        CookieLimits { replies: self.replies / caches, bytes: self.bytes / caches }
    }
}

/// The key of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    text: Box<[u8]>,
    /// Of the whole message.
    digest: u64,
}

impl Cookie {
    /// The cookie of a message, which it is the first `length` bytes of.
    pub fn new(message: &[u8], length: usize, digests: &RandomState) -> Cookie {
        let counts = if sabotage::on(Sabotage::OtherCookie) { &message[..length - 1] } else { message };
        Cookie { text: message[..length].into(), digest: digests.hash_one(counts) }
    }

    /// Cookie as it was sent, to come back before the reply.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Returns whether a reply that was found is its own: digests may collide.
    fn fits(&self, reply: &[u8]) -> bool {
        let rest = reply.strip_prefix(&*self.text);
        rest.is_some_and(|rest| rest.first() == Some(&b' ')) || sabotage::on(Sabotage::OtherCookie)
    }
}

#[derive(Debug, Default)]
struct Generation {
    /// By the digests of messages.
    replies: AHashMap<u64, Arc<[u8]>>,
    bytes: usize,
}

/// The replies of the last half to whole minute.
#[derive(Debug)]
pub struct CookieCache {
    limits: CookieLimits,
    young: Generation,
    old: Generation,
    swapped: Timestamp,
}

impl CookieCache {
    /// A cache without replies.
    pub fn new(limits: CookieLimits) -> Self {
        CookieCache {
            limits,
            young: Generation::default(),
            old: Generation::default(),
            swapped: Timestamp::ZERO,
        }
    }

    /// The reply that a message got before.
    pub fn find(&mut self, now: Timestamp, cookie: &Cookie) -> Option<Arc<[u8]>> {
        self.turn(now);
        let find = |generation: &Generation| generation.replies.get(&cookie.digest).cloned();
        find(&self.young).or_else(|| find(&self.old)).filter(|reply| cookie.fits(reply))
    }

    /// Keeps a reply. Returns the number of replies that had to go before their time, this one among them.
    pub fn store(&mut self, now: Timestamp, cookie: &Cookie, reply: Arc<[u8]>) -> u64 {
        self.turn(now);
        let bytes = reply.len();
        if bytes > self.limits.bytes || self.limits.replies == 0 {
            return 1;
        }
        let mut dropped = 0;
        if self.len() >= self.limits.replies || self.bytes() + bytes > self.limits.bytes {
            dropped += self.drop_old();
        }
        if self.len() >= self.limits.replies || self.bytes() + bytes > self.limits.bytes {
            std::mem::swap(&mut self.young, &mut self.old);
            dropped += self.drop_old();
        }
        if let Some(former) = self.young.replies.insert(cookie.digest, reply) {
            self.young.bytes -= former.len();
        }
        self.young.bytes += bytes;
        dropped
    }

    /// Number of replies that are kept.
    pub fn len(&self) -> usize {
        self.young.replies.len() + self.old.replies.len()
    }

    /// Bytes of the replies that are kept.
    pub fn bytes(&self) -> usize {
        self.young.bytes + self.old.bytes
    }

    fn drop_old(&mut self) -> u64 {
        std::mem::take(&mut self.old).replies.len() as u64
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The cookie of a message that begins with it.
    fn cookie(message: &str) -> Cookie {
        let length = message.find(' ').unwrap_or(message.len());
        Cookie::new(message.as_bytes(), length, &RandomState::with_seeds(1, 2, 3, 4))
    }

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
            assert_eq!(cache.find(at(0), &cookie("first")), None);
            cache.store(at(stored), &cookie("c"), reply("c r"));
            cache.find(at(30), &cookie("turns"));
            cache.find(at(asked.min(60)), &cookie("turns"));
            let expected = there.then(|| reply("c r"));
            assert_eq!(cache.find(at(asked), &cookie("c")), expected, "stored {stored}, asked {asked}");
        }
    }

    #[test]
    fn the_whole_message_counts() {
        let mut cache = CookieCache::new(CookieLimits::default());
        cache.store(at(0), &cookie("c offer"), reply("c r"));
        assert_eq!(cache.find(at(0), &cookie("c offer")), Some(reply("c r")));
        for other in ["c answer", "c", "d offer", "c offer "] {
            assert_eq!(cache.find(at(0), &cookie(other)), None, "{other}");
        }
        // Two messages of one digest: the cookie still has to be the same.
        let collision = Cookie { text: b"d"[..].into(), ..cookie("c offer") };
        assert_eq!(cache.find(at(0), &collision), None);
        cache.store(at(0), &collision, reply("d r"));
        assert_eq!(cache.find(at(0), &collision), Some(reply("d r")));
        assert_eq!(cache.find(at(0), &cookie("c offer")), None);
        assert_eq!((cache.len(), cache.bytes()), (1, 3));
    }

    #[test]
    fn the_older_generation_goes_first_and_is_counted() {
        let mut cache = CookieCache::new(CookieLimits { replies: 3, bytes: 1000 });
        let store = |cache: &mut CookieCache, second, name: &str| {
            cache.store(at(second), &cookie(name), reply(&format!("{name} r")))
        };
        for (second, name, dropped) in [(0, "old1", 0), (0, "old2", 0), (30, "new1", 0), (30, "new2", 2)] {
            assert_eq!(store(&mut cache, second, name), dropped, "{name}");
        }
        assert_eq!(cache.len(), 2);
        assert_eq!(cache.find(at(30), &cookie("old1")), None);
        assert_eq!(cache.find(at(30), &cookie("new1")), Some(reply("new1 r")));
        assert_eq!((store(&mut cache, 30, "new3"), store(&mut cache, 30, "new4")), (0, 3));
        assert_eq!(cache.store(at(30), &cookie("huge"), reply(&"x".repeat(1001))), 1);
        assert_eq!(cache.len(), 1);
    }

    proptest! {
        #[test]
        fn it_stays_within_its_bounds(
            steps in proptest::collection::vec((0u8..20, 0usize..40, 0u64..20), 0..200),
        ) {
            let limits = CookieLimits { replies: 8, bytes: 150 };
            let mut cache = CookieCache::new(limits);
            let mut now = at(0);
            for (number, length, seconds) in steps {
                now = now + Duration::from_secs(seconds);
                let cookie = cookie(&number.to_string());
                match cache.find(now, &cookie) {
                    None => {
                        let reply = reply(&format!("{number} {}", "x".repeat(length)));
                        let before = cache.len() as u64;
                        prop_assert!(cache.store(now, &cookie, reply) <= before + 1);
                    }
                    Some(stored) => prop_assert!(cookie.fits(&stored)),
                }
                prop_assert!(cache.len() <= limits.replies && cache.bytes() <= limits.bytes);
                prop_assert_eq!(cache.len() == 0, cache.bytes() == 0);
            }
        }
    }
}
