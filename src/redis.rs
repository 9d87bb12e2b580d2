//! Redundancy: calls are stored in Redis, so that other nodes hold them ready.
//!
//! Each node writes its own calls into its own database (its *keyspace*), one key for each call, and follows
//! the keyspaces of others by Redis' notifications. What is stored is what rtpengine stores, so that nodes of
//! both kinds can stand in for one another.
//!
//! Three parts, none of which does any I/O; the threads around them are dull:
//!
//! * [`record`] turns a call into the stored text and back;
//! * [`intent`] knows what this node still owes to Redis, until Redis has acknowledged it;
//! * [`feed`] knows what the other keyspaces hold, and keeps the shards in step with that.

pub mod connect;
pub mod control;
pub mod ears;
pub mod feed;
pub mod intent;
pub mod notify;
pub mod record;
pub mod write;
