//! The keys of the daemon, each one row; those of calls are rows of [`Settings`].
//!
//! A row is the help text, the name, the reader of the values and the default (see [`mod@tandem_shards::keys`]). The
//! flags of the command line, `--help`, the configuration file, `tandem config default`, the man page, the completions
//! and `deploy/doc/keys.md` are made of these rows. The meaning of several keys together is checked in `validate.rs`.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use log::LevelFilter;
use tandem_shards::keys::{
    Choice, Decimal, Group, KeyInfo, List, Optional, Parsed, Secret, Switch, Time, Whole,
};
use tandem_shards::names::Keyspace;
use tandem_shards::settings::Settings;

use super::redis::{RedisUrl, Switchover};
use super::value::{self, CtlSocket, InterfaceConfig};
use crate::origin::Rights;

/// Shards of one node.
pub const SHARDS_MAX: i128 = 256;

const ADDRESSES: List<Parsed<SocketAddr>> = List(Parsed("ADDRESS:PORT", value::listen_address));
const COMMANDS: Choice<Rights> =
    Choice("MODE", &[("off", Rights::NONE), ("read", Rights::READ), ("change", Rights::OPERATE)]);
const REDIS: Optional<Secret<Parsed<RedisUrl>>> = Optional(Secret(Parsed("URL", RedisUrl::parse)));

tandem_shards::keys! {
    /// The keys at the top of the file, besides those of calls and limits.
    #[derive(Clone, Debug, PartialEq)]
    pub struct NodeKeys in "" {
        /// Logical interfaces, `name/address[!advertised]`. The first is for own calls; the others hold the calls of
        /// other nodes and serve `direction`. Without a name it is `default`; a name may be given several times
        "interface" => interfaces: Vec<InterfaceConfig>,
            List(Parsed("NAME/ADDRESS", value::interface)), "default/127.0.0.1;default/::1";
        /// Addresses of the ng protocol over UDP: `port` (on 127.0.0.1), `address:port` or `[v6]:port`
        "listen-ng" => listen_ng: Vec<SocketAddr>, ADDRESSES, "127.0.0.1:2223";
        /// Addresses of the ng protocol over TCP
        "listen-tcp-ng" => listen_tcp_ng: Vec<SocketAddr>, ADDRESSES, "";
        /// Addresses of HTTP and WebSocket: metrics and health, and what `http-ng` and `http-cli` allow
        "listen-http" => listen_http: Vec<SocketAddr>, ADDRESSES, "";
        /// The ng protocol over HTTP and WebSocket
        "http-ng" => http_ng: bool, Switch, "true";
        /// Commands of the CLI over HTTP and WebSocket: off, read (those that change nothing) or change (all; by POST
        /// with `Content-Type: application/x-rtpengine-cli`, or by WebSocket)
        "http-cli" => http_cli: Rights, COMMANDS, "read";
        /// Pages whose browsers may POST and open WebSockets, besides those that are served here at an address:
        /// `https://name[:port]`
        "http-origins" => http_origins: Vec<String>, List(Parsed("ORIGIN", value::origin)), "";
        /// Addresses of metrics and health over HTTP, and nothing else
        "listen-metrics" => listen_metrics: Vec<SocketAddr>, ADDRESSES, "";
        /// Commands of the CLI that proxies may send by the ng command `cli` over UDP and TCP: off, read or change
        "ng-cli" => ng_cli: Rights, COMMANDS, "change";
        /// Addresses of the line protocol of rtpengine-ctl over TCP. It has no access control
        "listen-cli" => listen_cli: Vec<SocketAddr>, ADDRESSES, "127.0.0.1:9900";
        /// The unix socket of `tandem ctl`. auto: /run/tandem/ctl.sock where that can be written, else
        /// $XDG_RUNTIME_DIR/tandem/ctl.sock, else /tmp/tandem-UID/ctl.sock. Empty: none
        "listen-ctl" => listen_ctl: CtlSocket, Parsed("PATH", value::ctl_socket), "auto";
        /// Lowest port for media
        "port-min" => port_min: u16, Whole::<u16>::new("PORT", 1, 65535), "30000";
        /// Highest port for media
        "port-max" => port_max: u16, Whole::<u16>::new("PORT", 1, 65535), "40000";
        /// Name of this node in logs, records and `loop-protect`. Empty: the host name
        "node" => node: Option<String>, Optional(Parsed("NAME", value::node)), "";
        /// Microseconds for which a busy shard lets packets gather; 0 is off. Needs Linux 6.12
        "min-wait-us" => min_wait_us: u32, Whole::<u32>::new("MICROSECONDS", 0, 10_000), "0";
        /// Least important lines of the log: error, warn, info, debug or trace (or rtpengine's 1 to 8)
        "log-level" => log_level: LevelFilter, Parsed("LEVEL", value::log_level), "info";
    }
}

tandem_shards::keys! {
    /// Limits of the whole node; those that are off are `None`.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct NodeLimits in "" {
        /// Most own calls at the same time; -1 is no limit, 0 refuses every new call
        "max-sessions" => max_sessions: i64, Whole::<i64>::new("CALLS", -1, i64::MAX as i128), "-1";
        /// Load average (1 minute) above which new calls are refused; 0 is off
        "max-load" => max_load: Option<f64>, Optional(Decimal("LOAD", 1e6)), "0";
        /// CPU usage, in percent of the whole host, above which new calls are refused; 0 is off
        "max-cpu" => max_cpu: Option<f64>, Optional(Decimal("PERCENT", 100.0)), "0";
        /// Bytes of media per second above which new calls are refused; 0 is off
        "max-bandwidth" => max_bandwidth: Option<u64>,
            Optional(Whole::<u64>::new("BYTES", 0, u64::MAX as i128)), "0";
    }
}

tandem_shards::keys! {
    /// The table `[shards]`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct ShardKeys in "shards" {
        /// Shards: threads that relay media. 0: one for each CPU of `cpus`
        "count" or "shards" => count: Option<u16>, Optional(Whole::<u16>::new("SHARDS", 0, SHARDS_MAX)), "0";
        /// CPUs that shards are pinned to: numbers or ranges such as `2-9`. More shards than CPUs share them in turn.
        /// Empty: all that the process may use (taskset, cgroup and systemd are obeyed)
        "cpus" or "cpus" => cpus: Vec<RangeInclusive<usize>>, List(Parsed("CPUS", value::cpu_range)), "";
    }
}

tandem_shards::keys! {
    /// The table `[redis]`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct RedisKeys in "redis" {
        /// Redis in which this node keeps its calls: `redis://[[user]:password@]host:port/keyspace`, `rediss://` for
        /// TLS, `redis+sentinel://host:port,.../master/keyspace`, or rtpengine's `[password@]host:port/keyspace`. The
        /// password may come in TANDEM_REDIS_PASSWORD instead
        "url" or "redis" => url: Option<RedisUrl>, REDIS, "";
        /// Redis to which calls are written, if that is not `url`
        "write-url" or "redis-write" => write_url: Option<RedisUrl>, REDIS, "";
        /// Redis at which other nodes' calls are followed, if that is not `url`
        "subscribe-url" or "redis-subscribe" => subscribe_url: Option<RedisUrl>, REDIS, "";
        /// File of the CA certificates (PEM) used to verify `rediss://` servers. Empty: the system's
        "tls-ca" => tls_ca: Option<PathBuf>, Optional(Parsed("FILE", value::path)), "";
        /// Keyspaces of the other nodes, whose calls are held ready here
        "subscribe-keyspace" or "subscribe-keyspace" => subscribe_keyspace: Vec<Keyspace>,
            List(Parsed("NUMBER", value::keyspace)), "";
        /// Announcement of changes: set (by the record itself) or sadd (by a notifier key as well)
        "announce" => announces_by_sadd: bool, Choice("MODE", &[("set", false), ("sadd", true)]), "sadd";
        /// Switching on of keyspace notifications in Redis at start, if they are off
        "configure" => configure: bool, Switch, "true";
        /// Seconds after which Redis forgets a call that is not written any more
        "expires" => expires: Duration, Time::seconds(1), "86400";
        /// Milliseconds to wait for a connection
        "connect-timeout-ms" or "redis-connect-timeout" => connect_timeout: Duration,
            Time::milliseconds(1), "1000";
        /// Milliseconds to wait for an answer
        "command-timeout-ms" or "redis-cmd-timeout" => command_timeout: Duration, Time::milliseconds(1), "1000";
        /// Refusal to start while Redis cannot be reached
        "required" => required: bool, Switch, "false";
        /// Causes that make a foreign call own: signalling (an offer or answer for it), media (also packets) or off
        /// (only `tandem ctl active`)
        "active-switchover" or "active-switchover" => switchover: Switchover, Choice("MODE", &[
            ("signalling", Switchover::Signalling),
            ("media", Switchover::Media),
            ("off", Switchover::Off),
        ]), "signalling";
        /// Seconds in which all foreign calls are compared with Redis once, slowly; 0 is off
        "resync-interval" => resync_interval: Duration, Time::seconds(0), "300";
    }
}

/// All keys in the order in which they are shown: those outside of tables first.
pub fn known() -> Vec<KeyInfo> {
    fn of<G: Group>() -> impl Iterator<Item = KeyInfo> {
        G::keys().into_iter().map(|key| key.info)
    }
    let top = of::<NodeKeys>().chain(of::<Settings>()).chain(of::<NodeLimits>());
    top.chain(of::<ShardKeys>()).chain(of::<RedisKeys>()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_key_has_names_of_its_own_and_a_text() {
        let mut flags = BTreeSet::new();
        for key in known() {
            assert!(!key.help.is_empty() && !key.help.ends_with('.'), "{}: {}", key.path(), key.help);
            for name in [Some(key.flag()), key.alias.map(str::to_owned)].into_iter().flatten() {
                assert!(flags.insert(name.clone()), "{name} stands for two keys");
            }
        }
    }
}
