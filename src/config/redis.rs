//! The table `[redis]` in types.

use std::fmt;

use tandem_shards::names::Keyspace;

/// Causes that make a foreign call own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switchover {
    /// Signalling for it.
    Signalling,
    /// Signalling or media for it.
    Media,
    /// Only an operator.
    Off,
}

/// Ways to reach a Redis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Directly.
    Server {
        /// Host name or address.
        host: String,
        /// Port.
        port: u16,
    },
    /// By asking Sentinels who the master is.
    Sentinel {
        /// Hosts and ports.
        sentinels: Vec<(String, u16)>,
        /// The name of the master.
        master: String,
    },
}

/// Address and keyspace of a Redis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedisUrl {
    /// Way to reach it.
    pub place: Place,
    /// Keyspace (database number).
    pub keyspace: Keyspace,
    /// User name, of Redis 6 and later.
    pub user: Option<String>,
    /// Password.
    pub password: Option<Secret>,
    /// The connection is encrypted.
    pub tls: bool,
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for the one who needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "rediss" } else { "redis" };
        match &self.place {
            Place::Server { host, port } => {
                write!(f, "{scheme}://{}/{}", HostAndPort(host, *port), self.keyspace)
            }
            Place::Sentinel { sentinels, master } => {
                let hosts: Vec<String> =
                    sentinels.iter().map(|(host, port)| HostAndPort(host, *port).to_string()).collect();
                write!(f, "{scheme}+sentinel://{}/{master}/{}", hosts.join(","), self.keyspace)
            }
        }
    }
}

/// Shows a host and a port, an IPv6 address in brackets.
#[derive(Debug)]
pub struct HostAndPort<'a>(pub &'a str, pub u16);

impl fmt::Display for HostAndPort<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let HostAndPort(host, port) = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl RedisUrl {
    /// The hosts that are asked first: the server itself or the Sentinels.
    pub fn hosts(&self) -> Vec<(&str, u16)> {
        match &self.place {
            Place::Server { host, port } => vec![(host.as_str(), *port)],
            Place::Sentinel { sentinels, .. } => {
                sentinels.iter().map(|(host, port)| (host.as_str(), *port)).collect()
            }
        }
    }

    /// Reads `redis://[[user]:password@]host[:port][/keyspace]`, the same with `rediss`, rtpengine's
    /// `[password@]host:port[/keyspace]`, or `redis+sentinel://[[user]:password@]host[:port],.../master[/keyspace]`.
    ///
    /// # Errors
    /// What is wrong, for the operator.
    pub fn parse(text: &str) -> Result<RedisUrl, String> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme), rest),
            None => (None, text),
        };
        let (tls, sentinel) = match scheme {
            None | Some("redis") => (false, false),
            Some("rediss") => (true, false),
            Some("redis+sentinel") => (false, true),
            Some("rediss+sentinel") => (true, true),
            Some(other) => {
                let known = "`redis`, `rediss`, `redis+sentinel` or `rediss+sentinel`";
                return Err(format!("`{other}` is not a scheme of Redis: {known}"));
            }
        };
        // A password may contain `@` and `/`; a host cannot.
        let (credentials, rest) = match rest.rsplit_once('@') {
            Some((credentials, rest)) => (Some(credentials), rest),
            None => (None, rest),
        };
        let (user, password) = credentials_of(credentials, scheme.is_some());
        let (address, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let (place, keyspace) = if sentinel {
            let (master, keyspace) = rest.split_once('/').unwrap_or((rest, ""));
            if master.is_empty() {
                return Err(
                    "names no master; write it as `redis+sentinel://host:port/master/keyspace`".to_owned()
                );
            }
            const USUAL_SENTINEL: u16 = 26379;
            let hosts = address.split(',').map(|one| host_and_port(one.trim(), USUAL_SENTINEL));
            let sentinels = hosts.collect::<Result<Vec<_>, _>>()?;
            (Place::Sentinel { sentinels, master: master.to_owned() }, keyspace)
        } else {
            const USUAL: u16 = 6379;
            let (host, port) = host_and_port(address, USUAL)?;
            (Place::Server { host, port }, rest)
        };
        let keyspace = match keyspace {
            "" => Keyspace(0),
            number => Keyspace(number.parse().map_err(|_| format!("`{number}` is not a keyspace number"))?),
        };
        Ok(RedisUrl { place, keyspace, user, password, tls })
    }
}

fn credentials_of(credentials: Option<&str>, is_url: bool) -> (Option<String>, Option<Secret>) {
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    match credentials {
        None => (None, None),
        Some(credentials) if is_url => match credentials.split_once(':') {
            Some((user, password)) => (filled(user), filled(password).map(Secret)),
            None => (filled(credentials), None),
        },
        Some(password) => (None, filled(password).map(Secret)),
    }
}

fn host_and_port(address: &str, usual: u16) -> Result<(String, u16), String> {
    let (host, port) = match address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => match address.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        },
    };
    if host.is_empty() {
        return Err("has no host; write it as `redis://host:port/keyspace`".to_owned());
    }
    let port = match port {
        None => usual,
        Some(port) => match port.parse() {
            Ok(0) | Err(_) => return Err(format!("`{port}` is not a port")),
            Ok(port) => port,
        },
    };
    Ok((host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_to_write_a_url() {
        let cases = [
            ("redis://10.255.1.200:6379/1", "redis://10.255.1.200:6379/1", None, None),
            ("10.255.1.200:6379/1", "redis://10.255.1.200:6379/1", None, None),
            ("pa:ss@10.0.0.1:6380/4", "redis://10.0.0.1:6380/4", None, Some("pa:ss")),
            ("rediss://me:p@ss@redis.example/2", "rediss://redis.example:6379/2", Some("me"), Some("p@ss")),
            ("redis://:secret@[2001:db8::1]:7000", "redis://[2001:db8::1]:7000/0", None, Some("secret")),
            ("redis+sentinel://:s@s1,s2:7/ours/3", "redis+sentinel://s1:26379,s2:7/ours/3", None, Some("s")),
        ];
        for (text, shown, user, password) in cases {
            let url = RedisUrl::parse(text).expect(text);
            assert_eq!(url.to_string(), shown);
            assert_eq!(url.user.as_deref(), user, "{text}");
            assert_eq!(url.password.as_ref().map(Secret::reveal), password, "{text}");
        }
    }

    #[test]
    fn wrong_urls_are_explained() {
        let cases = [
            (
                "http://h/1",
                "`http` is not a scheme of Redis: `redis`, `rediss`, `redis+sentinel` or `rediss+sentinel`",
            ),
            (
                "redis+sentinel://h",
                "names no master; write it as `redis+sentinel://host:port/master/keyspace`",
            ),
            ("redis://h/one", "`one` is not a keyspace number"),
            ("redis://h:0/1", "`0` is not a port"),
            ("redis:///1", "has no host; write it as `redis://host:port/keyspace`"),
        ];
        for (text, reason) in cases {
            assert_eq!(RedisUrl::parse(text), Err(reason.to_owned()));
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        let url = RedisUrl::parse("redis://:secret@h/1").expect("a url");
        assert!(!format!("{url:?} {url}").contains("secret"));
    }
}
