//! Redundancy: calls are stored in Redis, so that other nodes hold them ready.
//!
//! Each node writes its own calls into its own database (its *keyspace*), one key for each call, and follows
//! the keyspaces of others by Redis' notifications. What is stored is what rtpengine stores, so that nodes of
//! both kinds can stand in for one another.
//!
//! Decisions and I/O are apart. What decides does no I/O:
//!
//! * [`record`] turns a call into the stored text and back;
//! * [`intent`] knows what this node still owes to Redis, until Redis has acknowledged it;
//! * [`feed`] knows what the other keyspaces hold, and keeps the shards in step with that;
//! * [`replicator`] joins them with the shards: connections, batches, queues, retries; [`command`] has the commands
//!   and replies. The simulator drives this one too.
//!
//! The threads around it carry out and report: [`follow_thread`], with [`ears`] for what Redis sends by itself, and
//! [`publish_thread`]; [`connect`] makes connections, [`control`] starts the threads and shows how they are.

pub mod command;
pub mod connect;
pub mod control;
pub mod ears;
pub mod feed;
pub mod follow_thread;
pub mod intent;
pub mod publish_thread;
pub mod record;
pub mod replicator;
