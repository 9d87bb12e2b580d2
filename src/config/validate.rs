//! From keys to a [`Config`]: the meaning of values together. Each value alone is read by its own reader.

use tandem_shards::keys::KeyInfo;
use tandem_shards::names::{Keyspace, Text};
use tandem_shards::settings::Settings;

use super::flags::KeyFlags;
use super::given::Given;
use super::keys::{NodeKeys, RedisKeys, SHARDS_MAX, ShardKeys, known};
use super::problem::{Place, Problem, Problems};
use super::{Config, Host, NodeLimits, RedisConfig, RedisUrl, Switchover, value};

/// Packets after which media makes a foreign call own, under `active-switchover = "media"`: a stray
/// packet must not move a call.
const TAKE_OVER_PACKETS: u32 = 10;

/// Validates the keys of a file under the flags of a command line.
///
/// # Errors
/// Everything that is wrong.
pub fn validate(mut given: Given, flags: &KeyFlags, host: &Host) -> Result<Config, Problems> {
    flags.overlay(&mut given);
    let mut check = Check { known: known(), given };
    let keys: NodeKeys = check.given.read();
    let mut settings: Settings = check.given.read();
    let limits: NodeLimits = check.given.read();
    let shards: ShardKeys = check.given.read();
    let redis: RedisKeys = check.given.read();

    let name = check.name(&keys, host);
    check.interfaces(&keys);
    check.ports(&keys);
    check.listeners_apart(&keys);
    let cpus = check.cpus(&shards, host);
    let redis = check.redis(redis, host);
    follow(&mut settings, &name, redis.as_ref());
    if check.given.problems.is_empty() {
        return Ok(Config { keys, name, settings, limits, cpus, redis });
    }
    let mut problems = check.given.problems;
    problems.sort_by(|a, b| a.place.cmp(&b.place));
    Err(Problems(problems))
}

/// Settings of calls that follow from the node's name and from Redis.
fn follow(settings: &mut Settings, name: &str, redis: Option<&RedisConfig>) {
    settings.instance = Text::from(name);
    if let Some(redis) = redis {
        settings.publish = true;
        settings.keyspace = redis.keyspace;
        settings.take_over_by_signalling = redis.keys.switchover != Switchover::Off;
        let by_media = redis.keys.switchover == Switchover::Media;
        settings.take_over_by_media_packets = if by_media { TAKE_OVER_PACKETS } else { 0 };
    }
}

struct Check {
    known: Vec<KeyInfo>,
    given: Given,
}

impl Check {
    fn key(&self, path: &str) -> KeyInfo {
        self.known.iter().find(|key| key.path() == path).expect("a key by its path").clone()
    }

    fn refuse(&mut self, path: &str, reason: impl Into<String>) {
        let key = self.key(path);
        self.given.refuse(&key, reason);
    }

    /// Refuses an item of a list, unless the list was refused already: then the numbers of its items are not those of
    /// the file.
    fn refuse_item(&mut self, path: &str, item: usize, reason: impl Into<String>) {
        let key = self.key(path);
        if !self.given.is_refused(&key) {
            self.given.refuse_item(&key, Some(item), reason);
        }
    }

    fn name(&mut self, keys: &NodeKeys, host: &Host) -> String {
        if let Some(name) = &keys.node {
            return name.clone();
        }
        if let Err(reason) = value::node(&host.name) {
            let value = Some(host.name.clone());
            let reason = format!("the host's name cannot be the node's: {reason}");
            let problem = Problem { place: Place::Default, key: "node".to_owned(), value, reason };
            self.given.problems.push(problem);
        }
        host.name.clone()
    }

    fn interfaces(&mut self, keys: &NodeKeys) {
        for (n, new) in keys.interfaces.iter().enumerate() {
            if keys.interfaces[..n].iter().any(|known| known.name == new.name && known.ip == new.ip) {
                let reason = format!("`{}` has the address {} already", new.name, new.ip);
                self.refuse_item("interface", n, reason);
            }
        }
        if keys.interfaces.is_empty() {
            self.refuse("interface", "at least one is needed, such as \"pub1/192.0.2.1\"");
        }
    }

    fn listeners_apart(&mut self, keys: &NodeKeys) {
        let all = [
            ("listen-tcp-ng", &keys.listen_tcp_ng),
            ("listen-http", &keys.listen_http),
            ("listen-metrics", &keys.listen_metrics),
            ("listen-cli", &keys.listen_cli),
        ];
        for (at, (key, addresses)) in all.iter().enumerate() {
            for (n, address) in addresses.iter().enumerate() {
                if let Some((other, _)) = all[..at].iter().find(|(_, others)| others.contains(address)) {
                    self.refuse_item(key, n, format!("{address} is the address of `{other}` too"));
                }
            }
        }
    }

    fn ports(&mut self, keys: &NodeKeys) {
        let (min, max) = (keys.port_min, keys.port_max);
        if min > max {
            self.refuse("port-min", format!("is above port-max = {max}"));
        } else if u32::from(min).next_multiple_of(2) + 1 > u32::from(max) {
            self.refuse("port-max", format!("{min} to {max} has no pair of ports, an even one and the next"));
        }
    }

    fn cpus(&mut self, keys: &ShardKeys, host: &Host) -> Vec<usize> {
        let mut cpus: Vec<usize> = Vec::new();
        for (n, range) in keys.cpus.iter().enumerate() {
            for cpu in range.clone() {
                let reason = if !host.cpus.contains(&cpu) {
                    format!("CPU {cpu} is not among those this process may use: {:?}", host.cpus)
                } else if cpus.contains(&cpu) {
                    format!("CPU {cpu} is given twice")
                } else {
                    cpus.push(cpu);
                    continue;
                };
                self.refuse_item("shards.cpus", n, reason);
                break;
            }
        }
        if keys.cpus.is_empty() {
            cpus.clone_from(&host.cpus);
        }
        let most = usize::try_from(SHARDS_MAX).expect("a small number");
        let count = keys.count.map_or(cpus.len().min(most), usize::from);
        if keys.cpus.len() > count && self.given.problems.is_empty() {
            let reason = format!("are more CPUs than shards.count = {count}: some would never be used");
            self.refuse("shards.cpus", reason);
        }
        cpus.iter().copied().cycle().take(count).collect()
    }

    fn redis(&mut self, keys: RedisKeys, host: &Host) -> Option<RedisConfig> {
        let with_password = |mut url: RedisUrl| {
            if url.password.is_none() {
                url.password.clone_from(&host.redis_password);
            }
            url
        };
        let Some(url) = keys.url.clone().map(with_password) else {
            let key = self.key("redis.url");
            let others = !keys.subscribe_keyspace.is_empty()
                || keys.write_url.is_some()
                || keys.subscribe_url.is_some();
            if others && !self.given.is_refused(&key) {
                self.given.refuse(&key, "is needed by the other keys of [redis]");
            }
            return None;
        };
        let write_url = keys.write_url.clone().map_or_else(|| url.clone(), with_password);
        let subscribe_url = keys.subscribe_url.clone().map_or_else(|| url.clone(), with_password);
        let keyspace = write_url.keyspace;
        let subscribe = self.others(&keys.subscribe_keyspace, keyspace);
        Some(RedisConfig { url, write_url, subscribe_url, keyspace, subscribe, keys })
    }

    /// The other nodes' keyspaces, ascending.
    fn others(&mut self, list: &[Keyspace], own: Keyspace) -> Vec<Keyspace> {
        if let Some(n) = list.iter().position(|keyspace| *keyspace == own) {
            let reason = "is this node's own keyspace: list the other nodes' only";
            self.refuse_item("redis.subscribe-keyspace", n, reason);
        }
        let mut list = list.to_vec();
        list.sort_unstable();
        list
    }
}

#[cfg(test)]
mod tests;
