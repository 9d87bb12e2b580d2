//! The daemon around the shards: what speaks to proxies, to Redis and to operators.

pub mod ng;
pub mod redis;
