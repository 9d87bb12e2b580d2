//! From keys to a [`Config`]: each value on its own, then their meaning together.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use log::LevelFilter;
use tandem_shards::names::{Keyspace, Text};
use tandem_shards::settings::{Learning, Settings};

use self::value::{cpu_range, interface, listen_address, one_of};
use super::file::FileKeys;
use super::keys::{KeyFlags, Keys, RedisKeys};
use super::problem::{Origins, Place, Problem, Problems};
use crate::http::browser::is_origin;
use crate::origin::Rights;

use super::{Config, CtlSocket, Host, InterfaceConfig, NodeLimits, RedisConfig, RedisUrl, Switchover};

mod value;

/// Shards of one node.
const SHARDS_MAX: usize = 256;
/// Items of a list: of addresses, CPUs or keyspaces. All are looked at together, so that there may not be any
/// number of them.
pub const ITEMS_MAX: usize = 256;
/// Packets after which media makes a foreign call own, under `active-switchover = "media"`: a stray
/// packet must not move a call.
const TAKE_OVER_PACKETS: u32 = 10;

/// Validates the keys of a file under the flags of a command line.
///
/// # Errors
/// Everything that is wrong.
pub fn validate(file: FileKeys, flags: &KeyFlags, host: &Host) -> Result<Config, Problems> {
    let FileKeys { mut keys, origins, problems } = file;
    let mut check = Check { flags, origins, problems };
    if let Err(error) = flags.overlay(&mut keys) {
        check.problems.push(Problem {
            place: Place::Flag,
            key: String::new(),
            value: None,
            reason: error.to_string(),
        });
    }
    let redis = check.redis(&keys.redis, host);
    let config = Config {
        node: check.node(&keys, host),
        interfaces: check.interfaces(&keys),
        listen_ng: check.listen("listen-ng", &keys.listen_ng),
        listen_tcp_ng: check.listen("listen-tcp-ng", &keys.listen_tcp_ng),
        ng_rights: check.commands("ng-cli", &keys.ng_cli).with_signal(true),
        listen_http: check.listen("listen-http", &keys.listen_http),
        http_rights: check.commands("http-cli", &keys.http_cli).with_signal(keys.http_ng),
        http_origins: check.origins(&keys.http_origins),
        listen_metrics: check.listen("listen-metrics", &keys.listen_metrics),
        listen_cli: check.listen("listen-cli", &keys.listen_cli),
        listen_ctl: match keys.listen_ctl.as_deref() {
            None => CtlSocket::Usual,
            Some("") => CtlSocket::Off,
            Some(path) => CtlSocket::At(PathBuf::from(path)),
        },
        port_min: keys.port_min,
        port_max: keys.port_max,
        limits: check.limits(&keys),
        cpus: check.cpus(&keys, host),
        settings: check.settings(&keys, redis.as_ref(), host),
        min_wait_us: keys.min_wait_us,
        log_level: check.log_level(&keys.log_level),
        redis,
    };
    check.ports(&keys);
    check.counts(&keys);
    check.listeners_apart(&config);
    if check.problems.is_empty() {
        return Ok(config);
    }
    check.problems.sort_by(|a, b| a.place.cmp(&b.place));
    Err(Problems(check.problems))
}

struct Check<'a> {
    flags: &'a KeyFlags,
    origins: Origins,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn place(&self, key: &str, item: Option<usize>) -> Place {
        if self.flags.gives(key) {
            return Place::Flag;
        }
        let of_item = item.and_then(|n| self.origins.places.get(&format!("{key}[{n}]")));
        of_item.or_else(|| self.origins.places.get(key)).cloned().unwrap_or(Place::Default)
    }

    fn refuse(&mut self, key: &str, value: impl Display, reason: impl Into<String>) {
        let place = self.place(key, None);
        let value = Some(value.to_string());
        self.problems.push(Problem { place, key: key.to_owned(), value, reason: reason.into() });
    }

    fn refuse_item(&mut self, key: &str, item: usize, value: &str, reason: impl Into<String>) {
        let place = self.place(key, Some(item));
        let value = Some(value.to_owned());
        self.problems.push(Problem { place, key: key.to_owned(), value, reason: reason.into() });
    }

    /// The items of a list with their numbers, or none if there are too many.
    fn items<'t>(
        &mut self,
        key: &str,
        texts: &'t [String],
    ) -> impl Iterator<Item = (usize, &'t String)> + use<'t> {
        let fit = texts.len() <= ITEMS_MAX;
        if !fit {
            self.refuse(key, format!("{} items", texts.len()), format!("must be at most {ITEMS_MAX}"));
        }
        texts.iter().enumerate().filter(move |_| fit)
    }

    fn node(&mut self, keys: &Keys, host: &Host) -> String {
        let name = keys.node.clone().unwrap_or_else(|| host.name.clone());
        if name.is_empty() || name.len() > 64 || !name.bytes().all(|b| b.is_ascii_graphic()) {
            self.refuse("node", &name, "must be 1 to 64 printable ASCII characters without blanks");
        }
        name
    }

    fn interfaces(&mut self, keys: &Keys) -> Vec<InterfaceConfig> {
        let mut list: Vec<InterfaceConfig> = Vec::new();
        for (n, text) in self.items("interface", &keys.interface) {
            match interface(text) {
                Err(reason) => self.refuse_item("interface", n, text, reason),
                Ok(new) if list.iter().any(|i| i.name == new.name && i.ip == new.ip) => {
                    let reason = format!("`{}` has the address {} already", new.name, new.ip);
                    self.refuse_item("interface", n, text, reason);
                }
                Ok(new) => list.push(new),
            }
        }
        if keys.interface.is_empty() {
            self.refuse("interface", "[]", "at least one is needed, such as \"pub1/192.0.2.1\"");
        }
        list
    }

    fn listen(&mut self, key: &str, texts: &[String]) -> Vec<SocketAddr> {
        let mut list = Vec::new();
        for (n, text) in self.items(key, texts) {
            match listen_address(text) {
                Err(reason) => self.refuse_item(key, n, text, reason),
                Ok(address) if list.contains(&address) => self.refuse_item(key, n, text, "is given twice"),
                Ok(address) => list.push(address),
            }
        }
        list
    }

    fn commands(&mut self, key: &str, text: &str) -> Rights {
        match text {
            "off" => Rights::NONE,
            "read" => Rights::READ,
            "change" => Rights::OPERATE,
            other => {
                self.refuse(key, other, one_of(other, &["off", "read", "change"]));
                Rights::NONE
            }
        }
    }

    fn origins(&mut self, texts: &[String]) -> Vec<String> {
        for (n, text) in self.items("http-origins", texts).filter(|(_, text)| !is_origin(text)) {
            self.refuse_item(
                "http-origins",
                n,
                text,
                "must be `https://name`, or `http://name:port`, and no more",
            );
        }
        texts.to_vec()
    }

    fn listeners_apart(&mut self, config: &Config) {
        let all = [
            ("listen-tcp-ng", &config.listen_tcp_ng),
            ("listen-http", &config.listen_http),
            ("listen-metrics", &config.listen_metrics),
            ("listen-cli", &config.listen_cli),
        ];
        for (at, (key, addresses)) in all.iter().enumerate() {
            for (n, address) in addresses.iter().enumerate() {
                if let Some((other, _)) = all[..at].iter().find(|(_, others)| others.contains(address)) {
                    self.refuse_item(
                        key,
                        n,
                        &address.to_string(),
                        format!("is the address of `{other}` too"),
                    );
                }
            }
        }
    }

    fn ports(&mut self, keys: &Keys) {
        let (min, max) = (keys.port_min, keys.port_max);
        if min == 0 {
            self.refuse("port-min", min, "must be at least 1");
        } else if min > max {
            self.refuse("port-min", min, format!("is above port-max = {max}"));
        } else if u32::from(min).next_multiple_of(2) + 1 > u32::from(max) {
            let reason = format!("{min} to {max} has no pair of ports, an even one and the next");
            self.refuse("port-max", max, reason);
        }
    }

    fn counts(&mut self, keys: &Keys) {
        if keys.max_sessions < -1 {
            self.refuse("max-sessions", keys.max_sessions, "must be -1 (off), 0 or more");
        }
        if keys.min_wait_us > 10_000 {
            let reason = "must be at most 10000: packets wait for so long";
            self.refuse("min-wait-us", keys.min_wait_us, reason);
        }
        for (key, value) in [
            ("timeout", keys.timeout),
            ("silent-timeout", keys.silent_timeout),
            ("offer-timeout", keys.offer_timeout),
        ] {
            if value == 0 {
                self.refuse(key, value, "must be at least 1: every call would end at once");
            }
        }
    }

    fn limits(&mut self, keys: &Keys) -> NodeLimits {
        for (key, value, most) in [("max-load", keys.max_load, 1e6), ("max-cpu", keys.max_cpu, 100.0)] {
            if !(0.0..=most).contains(&value) {
                self.refuse(key, value, format!("must be 0 (off) to {most}"));
            }
        }
        let on = |value: f64| (value > 0.0).then_some(value);
        NodeLimits {
            max_sessions: keys.max_sessions,
            max_load: on(keys.max_load),
            max_cpu: on(keys.max_cpu),
            max_bandwidth: (keys.max_bandwidth > 0).then_some(keys.max_bandwidth),
        }
    }

    fn cpus(&mut self, keys: &Keys, host: &Host) -> Vec<usize> {
        let mut cpus: Vec<usize> = Vec::new();
        for (n, text) in self.items("shards.cpus", &keys.shards.cpus) {
            match cpu_range(text) {
                Err(reason) => self.refuse_item("shards.cpus", n, text, reason),
                Ok(range) => {
                    let mut reason = None;
                    for cpu in range {
                        if !host.cpus.contains(&cpu) {
                            let allowed = &host.cpus;
                            reason = Some(format!(
                                "CPU {cpu} is not among those this process may use: {allowed:?}"
                            ));
                        } else if cpus.contains(&cpu) {
                            reason = Some(format!("CPU {cpu} is given twice"));
                        } else {
                            cpus.push(cpu);
                            continue;
                        }
                        break;
                    }
                    if let Some(reason) = reason {
                        self.refuse_item("shards.cpus", n, text, reason);
                    }
                }
            }
        }
        if keys.shards.cpus.is_empty() {
            cpus.clone_from(&host.cpus);
        }
        let count = keys.shards.count.map_or(cpus.len().min(SHARDS_MAX), usize::from);
        // Without a number given there are none only where every CPU was refused.
        let given = keys.shards.count.is_some() || count > 0;
        if given && !(1..=SHARDS_MAX).contains(&count) {
            self.refuse("shards.count", count, format!("must be 1 to {SHARDS_MAX}"));
        }
        if keys.shards.cpus.len() > count && self.problems.is_empty() {
            let reason = format!("are more CPUs than shards.count = {count}: some would never be used");
            self.refuse("shards.cpus", format!("{cpus:?}"), reason);
        }
        cpus.iter().copied().cycle().take(count).collect()
    }

    fn settings(&mut self, keys: &Keys, redis: Option<&RedisConfig>, host: &Host) -> Settings {
        let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
        let switchover = redis.map_or(Switchover::Signalling, |redis| redis.switchover);
        Settings {
            timeout: seconds(keys.timeout),
            silent_timeout: seconds(keys.silent_timeout),
            offer_timeout: seconds(keys.offer_timeout),
            final_timeout: seconds(keys.final_timeout),
            delete_delay: seconds(keys.delete_delay),
            tos: keys.tos,
            learning: match keys.endpoint_learning.as_str() {
                "off" => Learning::Off,
                "immediate" => Learning::Immediate,
                "delayed" => Learning::Delayed,
                "heuristic" => Learning::Heuristic,
                other => {
                    let reason = one_of(other, &["off", "immediate", "delayed", "heuristic"]);
                    self.refuse("endpoint-learning", other, reason);
                    Learning::default()
                }
            },
            guard: keys.source_guard,
            guard_silence: Duration::from_millis(u64::from(keys.source_guard_silence_ms)),
            publish: redis.is_some(),
            keyspace: redis.map_or(Keyspace(0), |redis| redis.keyspace),
            take_over_by_signalling: switchover != Switchover::Off,
            take_over_by_media_packets: if switchover == Switchover::Media { TAKE_OVER_PACKETS } else { 0 },
            instance: Text::from(keys.node.as_deref().unwrap_or(&host.name)),
        }
    }

    fn log_level(&mut self, text: &str) -> LevelFilter {
        let by_number = text.parse::<i32>().ok().filter(|n| (1..=8).contains(n));
        by_number.map(crate::logging::from_syslog).or_else(|| text.parse().ok()).unwrap_or_else(|| {
            let names = ["error", "warn", "info", "debug", "trace"];
            self.refuse("log-level", text, one_of(text, &names));
            LevelFilter::Info
        })
    }

    fn redis(&mut self, keys: &RedisKeys, host: &Host) -> Option<RedisConfig> {
        let Some(text) = &keys.url else {
            if !keys.subscribe_keyspace.is_empty() || keys.write_url.is_some() || keys.subscribe_url.is_some()
            {
                self.refuse("redis.url", "\"\"", "is needed by the other keys of [redis]");
            }
            return None;
        };
        let url = self.redis_url("redis.url", text, host);
        let write = keys.write_url.as_ref().and_then(|t| self.redis_url("redis.write-url", t, host));
        let subscribe_url =
            keys.subscribe_url.as_ref().and_then(|t| self.redis_url("redis.subscribe-url", t, host));
        let keyspace = write.as_ref().or(url.as_ref())?.keyspace;
        let subscribe = self.keyspaces(&keys.subscribe_keyspace, keyspace);
        for (key, value) in [
            ("redis.expires", keys.expires),
            ("redis.connect-timeout-ms", keys.connect_timeout_ms),
            ("redis.command-timeout-ms", keys.command_timeout_ms),
        ] {
            if value == 0 {
                self.refuse(key, value, "must be at least 1");
            }
        }
        let (announce_set, announce_sadd) = self.announce(&keys.announce);
        let millis = |ms: u32| Duration::from_millis(u64::from(ms));
        let url = url?;
        Some(RedisConfig {
            write_url: write.unwrap_or_else(|| url.clone()),
            subscribe_url: subscribe_url.unwrap_or_else(|| url.clone()),
            url,
            tls_ca: keys.tls_ca.clone(),
            keyspace,
            subscribe,
            announce_set,
            announce_sadd,
            configure: keys.configure,
            expires: Duration::from_secs(u64::from(keys.expires)),
            connect_timeout: millis(keys.connect_timeout_ms),
            command_timeout: millis(keys.command_timeout_ms),
            required: keys.required,
            switchover: self.switchover(&keys.active_switchover),
            resync_interval: (keys.resync_interval > 0)
                .then(|| Duration::from_secs(u64::from(keys.resync_interval))),
        })
    }

    fn redis_url(&mut self, key: &str, text: &str, host: &Host) -> Option<RedisUrl> {
        match RedisUrl::parse(text) {
            Ok(mut url) => {
                if url.password.is_none() {
                    url.password.clone_from(&host.redis_password);
                }
                Some(url)
            }
            Err(reason) => {
                // The value may hold a password.
                let shown = text.rsplit_once('@').map_or(text.to_owned(), |(_, rest)| format!("***@{rest}"));
                self.refuse(key, shown, reason);
                None
            }
        }
    }

    fn keyspaces(&mut self, texts: &[String], own: Keyspace) -> Vec<Keyspace> {
        const KEY: &str = "redis.subscribe-keyspace";
        let mut list = Vec::new();
        for (n, text) in self.items(KEY, texts) {
            match text.parse().map(Keyspace) {
                Err(_) => self.refuse_item(KEY, n, text, "is not a keyspace number"),
                Ok(keyspace) if keyspace == own => {
                    let reason = "is this node's own keyspace: list the other nodes' only";
                    self.refuse_item(KEY, n, text, reason);
                }
                Ok(keyspace) if list.contains(&keyspace) => self.refuse_item(KEY, n, text, "is given twice"),
                Ok(keyspace) => list.push(keyspace),
            }
        }
        list.sort_unstable();
        list
    }

    fn announce(&mut self, texts: &[String]) -> (bool, bool) {
        let known = ["set", "sadd"];
        for (n, text) in self.items("redis.announce", texts) {
            if !known.contains(&text.as_str()) {
                self.refuse_item("redis.announce", n, text, one_of(text, &known));
            }
        }
        if texts.is_empty() {
            self.refuse("redis.announce", "[]", "without any, no other node would follow: \"set\", \"sadd\"");
        }
        (texts.iter().any(|t| t == "set"), texts.iter().any(|t| t == "sadd"))
    }

    fn switchover(&mut self, text: &str) -> Switchover {
        match text {
            "signalling" => Switchover::Signalling,
            "media" => Switchover::Media,
            "off" => Switchover::Off,
            other => {
                let reason = one_of(other, &["signalling", "media", "off"]);
                self.refuse("redis.active-switchover", other, reason);
                Switchover::Off
            }
        }
    }
}

#[cfg(test)]
mod tests;
