//! The keys: one definition for the file, the flags, `--help` and the commented default file.
//!
//! Every field of [`Keys`] is a key of the file (in kebab-case) and a flag of `tandem run`; its doc
//! comment is the help text and its value in [`Keys::default`] the default. Values are kept here as they
//! were written; `validate` turns them into a [`Config`](super::Config).

use std::fmt;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, ArgMatches, Args, Command, FromArgMatches};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// All keys outside the tables, and the tables.
#[derive(Args, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Keys {
    /// Logical interfaces, `name/address[!advertised]`. The first is for own calls; the others hold the
    /// calls of other nodes and serve `direction`. Without a name it is `default`; a name may be given
    /// several times
    #[arg(long, value_name = "NAME/ADDRESS", value_delimiter = ';')]
    #[serde(deserialize_with = "texts")]
    pub interface: Vec<String>,
    /// Where the ng protocol is served over UDP: `port` (on 127.0.0.1), `address:port` or `[v6]:port`
    #[arg(long, value_name = "ADDRESS:PORT", value_delimiter = ';')]
    #[serde(deserialize_with = "texts")]
    pub listen_ng: Vec<String>,
    /// Where the ng protocol is served over TCP
    #[arg(long, value_name = "ADDRESS:PORT", value_delimiter = ';')]
    #[serde(deserialize_with = "texts")]
    pub listen_tcp_ng: Vec<String>,
    /// Where HTTP and WebSocket are served: metrics and health, and what `http-ng` and `http-cli` allow
    #[arg(long, value_name = "ADDRESS:PORT", value_delimiter = ';')]
    #[serde(deserialize_with = "texts")]
    pub listen_http: Vec<String>,
    /// Whether ng is served over HTTP and WebSocket
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = BoolishValueParser::new())]
    pub http_ng: bool,
    /// Commands of the CLI over HTTP and WebSocket: off, read (those that change nothing) or change (all;
    /// by POST with `Content-Type: application/x-rtpengine-cli`, or by WebSocket)
    #[arg(long, value_name = "WHICH")]
    pub http_cli: String,
    /// Pages whose browsers may POST and open WebSockets, besides those that are served here at an address:
    /// `https://name[:port]`
    #[arg(long, value_name = "ORIGIN", value_delimiter = ';')]
    #[serde(deserialize_with = "texts")]
    pub http_origins: Vec<String>,
    /// Where metrics and health are served over HTTP, and nothing else
    #[arg(long, value_name = "ADDRESS:PORT", value_delimiter = ';')]
    #[serde(deserialize_with = "texts")]
    pub listen_metrics: Vec<String>,
    /// Commands of the CLI that proxies may send by the ng command `cli` over UDP and TCP: off, read or change
    #[arg(long, value_name = "WHICH")]
    pub ng_cli: String,
    /// Where the line protocol of rtpengine-ctl is served over TCP. It has no access control
    #[arg(long, value_name = "ADDRESS:PORT", value_delimiter = ';')]
    #[serde(deserialize_with = "texts")]
    pub listen_cli: Vec<String>,
    /// The unix socket of `tandem ctl`. Not given: /run/tandem/ctl.sock where that can be written, else
    /// $XDG_RUNTIME_DIR/tandem/ctl.sock, else /tmp/tandem-UID/ctl.sock. Empty: none
    #[arg(long, value_name = "PATH")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen_ctl: Option<String>,
    /// Lowest port for media
    #[arg(long, value_name = "PORT")]
    pub port_min: u16,
    /// Highest port for media
    #[arg(long, value_name = "PORT")]
    pub port_max: u16,
    /// A call ends when no packet came on any receiving stream for this many seconds
    #[arg(long, value_name = "SECONDS")]
    pub timeout: u32,
    /// The same for streams on hold, in seconds
    #[arg(long, value_name = "SECONDS")]
    pub silent_timeout: u32,
    /// A call ends when it was not answered for this many seconds
    #[arg(long, value_name = "SECONDS")]
    pub offer_timeout: u32,
    /// A call ends at this age in seconds, no matter what; 0 is never
    #[arg(long, value_name = "SECONDS")]
    pub final_timeout: u32,
    /// A deleted call lives on for this many seconds, unless the request says otherwise
    #[arg(long, value_name = "SECONDS")]
    pub delete_delay: u32,
    /// Own calls at the same time; -1 is no limit, 0 refuses every new call
    #[arg(long, value_name = "CALLS", allow_negative_numbers = true)]
    pub max_sessions: i64,
    /// New calls are refused above this load average (1 minute); 0 is off
    #[arg(long, value_name = "LOAD")]
    pub max_load: f64,
    /// New calls are refused above this CPU usage in percent of the whole host; 0 is off
    #[arg(long, value_name = "PERCENT")]
    pub max_cpu: f64,
    /// New calls are refused above this many bytes of media per second; 0 is off
    #[arg(long, value_name = "BYTES")]
    pub max_bandwidth: u64,
    /// DSCP byte (TOS) of media, 0 to 255
    #[arg(long, value_name = "BYTE")]
    pub tos: u8,
    /// How the source of a stream is learned: off, immediate, delayed or heuristic
    #[arg(long, value_name = "HOW")]
    pub endpoint_learning: String,
    /// Whether a confirmed source that is alive keeps others out; off is rtpengine's behaviour
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = BoolishValueParser::new())]
    pub source_guard: bool,
    /// How long a confirmed source must be silent, in milliseconds, before another is learned
    #[arg(long, value_name = "MILLISECONDS")]
    pub source_guard_silence_ms: u32,
    /// The name of this node in logs, records and `loop-protect`. Not given: the host name
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// A busy shard lets packets gather for this many microseconds; 0 is off. Needs Linux 6.12
    #[arg(long, value_name = "MICROSECONDS")]
    pub min_wait_us: u32,
    /// What is logged: error, warn, info, debug or trace (or rtpengine's 1 to 8)
    #[arg(long, value_name = "LEVEL")]
    pub log_level: String,
    /// Shards and their cores.
    #[command(flatten)]
    pub shards: ShardKeys,
    /// Redis.
    #[command(flatten)]
    pub redis: RedisKeys,
}

/// The table `[shards]`.
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ShardKeys {
    /// Shards: threads that relay media. Not given: one for each CPU of `cpus`
    #[arg(id = "shards.count", long = "shards-count", visible_alias = "shards", value_name = "SHARDS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u16>,
    /// CPUs that shards are pinned to: numbers or ranges such as `2-9`. More shards than CPUs share them in
    /// turn. Not given: all that the process may use (taskset, cgroup and systemd are obeyed)
    #[arg(
        id = "shards.cpus",
        long = "shards-cpus",
        visible_alias = "cpus",
        value_name = "CPUS",
        value_delimiter = ';'
    )]
    #[serde(deserialize_with = "texts")]
    pub cpus: Vec<String>,
}

/// The table `[redis]`.
#[derive(Args, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RedisKeys {
    /// Where this node keeps its calls: `redis://[[user]:password@]host:port/keyspace`, `rediss://` for
    /// TLS, or rtpengine's `[password@]host:port/keyspace`. The password may come in
    /// TANDEM_REDIS_PASSWORD instead
    #[arg(id = "redis.url", long = "redis-url", visible_alias = "redis", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where calls are written, if that is not `url`
    #[arg(
        id = "redis.write-url",
        long = "redis-write-url",
        visible_alias = "redis-write",
        value_name = "URL"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_url: Option<String>,
    /// Where other nodes' calls are followed, if that is not `url`
    #[arg(
        id = "redis.subscribe-url",
        long = "redis-subscribe-url",
        visible_alias = "redis-subscribe",
        value_name = "URL"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscribe_url: Option<String>,
    /// File with the certificates (PEM) of the authorities that `rediss://` servers are believed by; the
    /// system's if there is none
    #[arg(id = "redis.tls-ca", long = "redis-tls-ca", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_ca: Option<PathBuf>,
    /// Keyspaces of the other nodes, whose calls are held ready here
    #[arg(
        id = "redis.subscribe-keyspace",
        long = "redis-subscribe-keyspace",
        visible_alias = "subscribe-keyspace",
        value_name = "NUMBER",
        value_delimiter = ';'
    )]
    #[serde(deserialize_with = "texts")]
    pub subscribe_keyspace: Vec<String>,
    /// How changes are announced: `set` (by the record itself) and `sadd` (by a notifier key)
    #[arg(id = "redis.announce", long = "redis-announce", value_name = "HOW", value_delimiter = ';')]
    #[serde(deserialize_with = "texts")]
    pub announce: Vec<String>,
    /// Whether keyspace notifications are turned on in Redis at start, if they are off
    #[arg(id = "redis.configure", long = "redis-configure", value_name = "BOOL", action = ArgAction::Set,
          num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = BoolishValueParser::new())]
    pub configure: bool,
    /// Seconds after which Redis forgets a call that is not written any more
    #[arg(id = "redis.expires", long = "redis-expires", value_name = "SECONDS")]
    pub expires: u32,
    /// Milliseconds to wait for a connection
    #[arg(
        id = "redis.connect-timeout-ms",
        long = "redis-connect-timeout-ms",
        visible_alias = "redis-connect-timeout",
        value_name = "MILLISECONDS"
    )]
    pub connect_timeout_ms: u32,
    /// Milliseconds to wait for an answer
    #[arg(
        id = "redis.command-timeout-ms",
        long = "redis-command-timeout-ms",
        visible_alias = "redis-cmd-timeout",
        value_name = "MILLISECONDS"
    )]
    pub command_timeout_ms: u32,
    /// Whether the daemon refuses to start while Redis cannot be reached
    #[arg(id = "redis.required", long = "redis-required", value_name = "BOOL", action = ArgAction::Set,
          num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = BoolishValueParser::new())]
    pub required: bool,
    /// What makes a foreign call own: signalling (an offer or answer for it), media (also packets) or
    /// off (only `tandem ctl active`)
    #[arg(
        id = "redis.active-switchover",
        long = "redis-active-switchover",
        visible_alias = "active-switchover",
        value_name = "WHAT"
    )]
    pub active_switchover: String,
    /// Seconds in which all foreign calls are compared with Redis once, slowly; 0 is off
    #[arg(id = "redis.resync-interval", long = "redis-resync-interval", value_name = "SECONDS")]
    pub resync_interval: u32,
}

impl Default for Keys {
    fn default() -> Self {
        Keys {
            interface: vec!["default/127.0.0.1".to_owned(), "default/::1".to_owned()],
            listen_ng: vec!["127.0.0.1:2223".to_owned()],
            listen_tcp_ng: Vec::new(),
            listen_http: Vec::new(),
            http_ng: true,
            http_cli: "read".to_owned(),
            http_origins: Vec::new(),
            listen_metrics: Vec::new(),
            ng_cli: "change".to_owned(),
            listen_cli: vec!["127.0.0.1:9900".to_owned()],
            listen_ctl: None,
            port_min: 30000,
            port_max: 40000,
            timeout: 60,
            silent_timeout: 3600,
            offer_timeout: 3600,
            final_timeout: 0,
            delete_delay: 30,
            max_sessions: -1,
            max_load: 0.0,
            max_cpu: 0.0,
            max_bandwidth: 0,
            tos: 0,
            endpoint_learning: "heuristic".to_owned(),
            source_guard: true,
            source_guard_silence_ms: 500,
            node: None,
            min_wait_us: 0,
            log_level: "info".to_owned(),
            shards: ShardKeys::default(),
            redis: RedisKeys::default(),
        }
    }
}

impl Default for RedisKeys {
    fn default() -> Self {
        RedisKeys {
            url: None,
            write_url: None,
            subscribe_url: None,
            tls_ca: None,
            subscribe_keyspace: Vec::new(),
            announce: vec!["set".to_owned(), "sadd".to_owned()],
            configure: true,
            expires: 86400,
            connect_timeout_ms: 1000,
            command_timeout_ms: 1000,
            required: false,
            active_switchover: "signalling".to_owned(),
            resync_interval: 300,
        }
    }
}

/// A key as it is listed: its path, its text, and whether it takes a value from a table.
#[derive(Clone, Debug)]
pub struct KeyInfo {
    /// `port-min`, `redis.url`.
    pub path: String,
    /// The help text.
    pub help: String,
}

/// All keys in the order of their definition.
pub fn known() -> Vec<KeyInfo> {
    let command = Keys::augment_args(Command::new("keys"));
    let info = |arg: &clap::Arg| KeyInfo {
        path: arg.get_id().as_str().replace('_', "-"),
        help: arg.get_help().map(ToString::to_string).unwrap_or_default(),
    };
    command.get_arguments().map(info).collect()
}

/// The flags of a command line that stand for keys: only those that were given.
#[derive(Clone, Debug, Default)]
pub struct KeyFlags(Option<ArgMatches>);

impl KeyFlags {
    /// Lays the flags over the keys of the file: flags win.
    ///
    /// # Errors
    /// Clap's, which cannot happen for matches that it made itself from the same definition.
    pub fn overlay(&self, keys: &mut Keys) -> Result<(), clap::Error> {
        self.0.as_ref().map_or(Ok(()), |matches| keys.update_from_arg_matches(matches))
    }

    /// Whether a key was given as a flag.
    pub fn gives(&self, path: &str) -> bool {
        let id = if path.contains('.') { path.to_owned() } else { path.replace('-', "_") };
        let matches = self.0.as_ref();
        matches.is_some_and(|m| m.try_contains_id(&id).unwrap_or(false))
    }
}

impl Args for KeyFlags {
    fn augment_args(command: Command) -> Command {
        Keys::augment_args_for_update(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Keys::augment_args_for_update(command)
    }
}

impl FromArgMatches for KeyFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(KeyFlags(Some(matches.clone())))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0 = Some(matches.clone());
        Ok(())
    }
}

/// A list of texts, a list of numbers, one of them, or rtpengine's list in one text, divided by `;`.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Texts;

    impl<'de> Visitor<'de> for Texts {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_str<E>(self, text: &str) -> Result<Vec<String>, E> {
            Ok(text.split(';').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect())
        }

        fn visit_i64<E>(self, number: i64) -> Result<Vec<String>, E> {
            Ok(vec![number.to_string()])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<String>, A::Error> {
            let mut list = Vec::new();
            while let Some(item) = items.next_element()? {
                list.push(match item {
                    Item::Text(text) => text,
                    Item::Number(number) => number.to_string(),
                });
            }
            Ok(list)
        }
    }

    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a text or a number")]
    enum Item {
        Text(String),
        Number(i64),
    }

    deserializer.deserialize_any(Texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_a_flag_and_has_a_text() {
        let keys = known();
        let mut defaults = toml::Table::try_from(Keys::default()).expect("plain values");
        for key in &keys {
            assert!(!key.help.is_empty(), "{} has no text", key.path);
            match key.path.split_once('.') {
                Some((table, name)) => defaults[table].as_table_mut().expect("a table").remove(name),
                None => defaults.remove(&key.path),
            };
        }
        let left: Vec<_> =
            defaults.into_iter().filter(|(_, v)| v.as_table().is_none_or(|t| !t.is_empty())).collect();
        assert_eq!(left, [], "keys of the file that are no flags");
    }

    #[test]
    fn only_flags_that_are_given_win() {
        let command = KeyFlags::augment_args(Command::new("run"));
        let line = ["run", "--port-min", "100", "--redis", "redis://h/2", "--source-guard=false"];
        let matches = command.get_matches_from(line);
        let flags = KeyFlags::from_arg_matches(&matches).expect("matches");
        let mut keys = Keys { port_max: 7, ..Keys::default() };
        flags.overlay(&mut keys).expect("the same definition");
        assert_eq!((keys.port_min, keys.port_max), (100, 7));
        assert_eq!(keys.redis.url.as_deref(), Some("redis://h/2"));
        assert_eq!(keys.redis.expires, 86400);
        assert!(!keys.source_guard);
        assert!(flags.gives("redis.url") && flags.gives("port-min") && !flags.gives("port-max"));
    }
}
