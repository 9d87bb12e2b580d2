//! The configuration: a file and flags in, one validated [`Config`] or every reason against it out.
//!
//! # The model
//!
//! [`keys`] defines each key once: name, help text, reader, limits and default. [`mod@file`] and [`flags`] collect the
//! values that were [`given`], each with its place. [`validate`] reads them into groups of typed keys and checks their
//! meaning together. Nothing stops at the first error: an operator sees all of them at once.
//!
//! Names are rtpengine's wherever rtpengine has the key.
//!
//! # Map
//!
//! | file | holds |
//! |---|---|
//! | `keys.rs` | every key: one row each |
//! | `value.rs`, `redis.rs` | readers of the daemon's own kinds of values; URLs of Redis |
//! | `file.rs`, `flags.rs`, `given.rs` | TOML and command line into given values; given values into keys |
//! | `validate.rs`, `problem.rs` | the meaning of keys together; errors with their places |
//! | `exposure.rs` | listeners that more can reach than may be meant |
//! | `reference.rs` | the default file and the page of all keys |

use std::path::Path;

use tandem_shards::interfaces::Interfaces;
use tandem_shards::io::host::allowed_cpus;
use tandem_shards::names::Keyspace;
use tandem_shards::settings::Settings;

pub mod exposure;
pub mod file;
pub mod flags;
pub mod given;
pub mod keys;
pub mod problem;
pub mod redis;
pub mod reference;
pub mod validate;
pub mod value;

use crate::origin::Rights;

pub use flags::KeyFlags;
pub use keys::{NodeKeys, NodeLimits, RedisKeys};
pub use problem::{Place, Problem, Problems};
pub use redis::{RedisUrl, Secret, Switchover};
pub use value::{CtlSocket, InterfaceConfig};

/// A configuration that can be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Keys of the node that mean the same wherever they are used.
    pub keys: NodeKeys,
    /// Name of the node.
    pub name: String,
    /// Settings of calls, at the start.
    pub settings: Settings,
    /// Limits of the node, at the start.
    pub limits: NodeLimits,
    /// CPU of each shard.
    pub cpus: Vec<usize>,
    /// Redis, if the node shares its calls.
    pub redis: Option<RedisConfig>,
}

/// Sharing of calls with other nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct RedisConfig {
    /// Redis from which own calls are read at the start.
    pub url: RedisUrl,
    /// Redis to which own calls are written.
    pub write_url: RedisUrl,
    /// Redis at which other nodes' calls are followed.
    pub subscribe_url: RedisUrl,
    /// Own keyspace of this node.
    pub keyspace: Keyspace,
    /// The other nodes' keyspaces, ascending.
    pub subscribe: Vec<Keyspace>,
    /// The keys as they were read.
    pub keys: RedisKeys,
}

/// Facts about the host that a configuration is checked against.
#[derive(Clone, Debug)]
pub struct Host {
    /// CPUs that this process may use.
    pub cpus: Vec<usize>,
    /// The host's name.
    pub name: String,
    /// `TANDEM_REDIS_PASSWORD`.
    pub redis_password: Option<Secret>,
}

/// The variable that a Redis password may come in.
pub const PASSWORD_VARIABLE: &str = "TANDEM_REDIS_PASSWORD";

impl Host {
    /// Facts of this host, and of the mask and the environment of this process.
    pub fn this() -> Host {
        let cpus = allowed_cpus();
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let name = name.trim();
        Host {
            cpus: if cpus.is_empty() { vec![0] } else { cpus },
            name: if name.is_empty() { "tandem".to_owned() } else { name.to_owned() },
            redis_password: std::env::var(PASSWORD_VARIABLE).ok().map(Secret::from),
        }
    }
}

impl Config {
    /// Reads the file if there is one, lays the flags over it, and validates the result.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn load(path: Option<&Path>, flags: &KeyFlags, host: &Host) -> Result<Config, Problems> {
        let file = match path {
            None => given::Given::default(),
            Some(path) => {
                let text = file::read(path).map_err(|problem| Problems(vec![problem]))?;
                file::parse(path, &text)
            }
        };
        validate::validate(file, flags, host)
    }

    /// The interfaces as shards take them.
    pub fn interfaces(&self) -> Interfaces {
        Interfaces::new(self.keys.interfaces.iter().map(|i| (i.name.clone(), i.ip, i.advertised)))
    }

    /// Rights of proxies at the addresses of ng.
    pub fn ng_rights(&self) -> Rights {
        self.keys.ng_cli.with_signal(true)
    }

    /// Rights of clients at the addresses of HTTP.
    pub fn http_rights(&self) -> Rights {
        self.keys.http_cli.with_signal(self.keys.http_ng)
    }

    /// Own keyspace of this node, if it shares its calls.
    pub fn keyspace(&self) -> Option<Keyspace> {
        self.redis.as_ref().map(|redis| redis.keyspace)
    }
}
