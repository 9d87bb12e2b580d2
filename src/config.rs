//! The configuration: a file and flags in, one validated [`Config`] or every reason against it out.
//!
//! # The model
//!
//! [`keys`] defines each key once: as a field of the file, as a flag, as help text, as default. [`mod@file`]
//! reads a file as far as it can be read. [`validate`] turns keys into types that cannot be wrong any
//! more, and checks their meaning together. Nothing stops at the first error: an operator sees all of
//! them at once, each with its place.
//!
//! Names are rtpengine's wherever rtpengine has the key.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use log::LevelFilter;
use tandem_shards::interfaces::Interfaces;
use tandem_shards::names::{InterfaceName, Keyspace};
use tandem_shards::settings::Settings;

pub mod exposure;
pub mod file;
pub mod keys;
pub mod problem;
pub mod redis;
pub mod sample;
pub mod validate;

use crate::origin::Rights;

pub use keys::{KeyFlags, Keys};
pub use problem::{Place, Problem, Problems};
pub use redis::{RedisConfig, RedisUrl, Secret, Switchover};

/// A configuration that can be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The name of the node.
    pub node: String,
    /// Logical interfaces in their order.
    pub interfaces: Vec<InterfaceConfig>,
    /// ng over UDP.
    pub listen_ng: Vec<SocketAddr>,
    /// ng over TCP.
    pub listen_tcp_ng: Vec<SocketAddr>,
    /// What may be asked for there.
    pub ng_rights: Rights,
    /// HTTP and WebSocket.
    pub listen_http: Vec<SocketAddr>,
    /// What may be asked for there.
    pub http_rights: Rights,
    /// Origins of pages whose browsers may do so.
    pub http_origins: Vec<String>,
    /// HTTP for metrics and health alone.
    pub listen_metrics: Vec<SocketAddr>,
    /// rtpengine-ctl's line protocol.
    pub listen_cli: Vec<SocketAddr>,
    /// The socket of `tandem ctl`.
    pub listen_ctl: CtlSocket,
    /// Lowest port for media.
    pub port_min: u16,
    /// Highest port for media.
    pub port_max: u16,
    /// Limits of the whole node.
    pub limits: NodeLimits,
    /// The CPU of each shard.
    pub cpus: Vec<usize>,
    /// What shards are told about calls.
    pub settings: Settings,
    /// How long a busy shard lets packets gather.
    pub min_wait_us: u32,
    /// What is logged.
    pub log_level: LevelFilter,
    /// Redis, if the node shares its calls.
    pub redis: Option<RedisConfig>,
}

/// One address of a logical interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceConfig {
    /// The name.
    pub name: InterfaceName,
    /// The address that sockets are bound to.
    pub ip: IpAddr,
    /// The address that SDP shows.
    pub advertised: IpAddr,
}

/// The socket of `tandem ctl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CtlSocket {
    /// The first of the usual places that can be written.
    Usual,
    /// This path.
    At(PathBuf),
    /// None.
    Off,
}

/// Limits of the whole node; those that are off are `None`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NodeLimits {
    /// Own calls; -1 is off.
    pub max_sessions: i64,
    /// Load average of one minute.
    pub max_load: Option<f64>,
    /// CPU usage in percent.
    pub max_cpu: Option<f64>,
    /// Bytes of media per second.
    pub max_bandwidth: Option<u64>,
}

/// What a configuration is checked against besides itself.
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
    /// This host, and the mask and the environment of this process.
    pub fn this() -> Host {
        let mask = nix::sched::sched_getaffinity(nix::unistd::Pid::from_raw(0));
        let allowed = |cpu: &usize| mask.as_ref().is_ok_and(|mask| mask.is_set(*cpu).unwrap_or(false));
        let cpus: Vec<usize> = (0..nix::sched::CpuSet::count()).filter(allowed).collect();
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
            None => file::FileKeys::default(),
            Some(path) => {
                let text = file::read(path).map_err(|problem| Problems(vec![problem]))?;
                file::parse(path, &text)
            }
        };
        validate::validate(file, flags, host)
    }

    /// The interfaces as shards take them.
    pub fn interfaces(&self) -> Interfaces {
        Interfaces::new(self.interfaces.iter().map(|i| (i.name.clone(), i.ip, i.advertised)))
    }

    /// This node's own keyspace.
    pub fn keyspace(&self) -> Option<Keyspace> {
        self.redis.as_ref().map(|redis| redis.keyspace)
    }
}
