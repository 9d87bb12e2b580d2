//! Delays and intervals of a feed's deferred work.

use std::time::Duration;

/// Settings of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedSettings {
    /// A record that is gone is looked for once more after this time: replicas lag.
    pub missing_retry: Duration,
    /// A shard that has not answered for this long will not.
    pub restore_timeout: Duration,
    /// From the end of a sweep to the next.
    pub sweep_interval: Duration,
    /// Between the pages of a sweep that nobody waits for.
    pub page_interval: Duration,
    /// Foreign calls outlive the last time that their keyspace was known by this much: as long as a record lives.
    pub lease: Duration,
}

impl Default for FeedSettings {
    fn default() -> Self {
        FeedSettings {
            missing_retry: Duration::from_millis(200),
            restore_timeout: Duration::from_secs(10),
            sweep_interval: Duration::from_secs(60),
            page_interval: Duration::from_millis(50),
            lease: Duration::from_secs(86_400),
        }
    }
}
