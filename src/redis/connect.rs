//! Connections to Redis: a server, or whichever server Sentinels name as the master.
//!
//! Every wait is bounded. Nothing reconnects by itself: the threads do, once a second, since each of them has
//! something to do first when it was away.

use std::time::Duration;

use redis::{
    Client, Connection, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo, TlsCertificates, Value,
};
use tandem_shards::names::Keyspace;

use super::command::{Command, Reply, Trouble};
use super::feed::pattern;
use crate::config::redis::{Place, RedisUrl};

/// A way to connect.
#[derive(Clone, Debug)]
pub struct Connector {
    url: RedisUrl,
    tls_ca: Option<Vec<u8>>,
    connect_timeout: Duration,
    command_timeout: Duration,
}

/// A connection that knows which database is selected.
pub struct Link {
    connection: Connection,
    selected: Keyspace,
}

/// Commands on their way; see [`Link::send`].
#[derive(Debug)]
pub struct Sent {
    /// A database is selected first.
    selects: bool,
    commands: usize,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("selected", &self.selected).finish_non_exhaustive()
    }
}

impl Connector {
    /// A connector for a URL.
    pub fn new(url: &RedisUrl, connect_timeout: Duration, command_timeout: Duration) -> Self {
        Connector { url: url.clone(), tls_ca: None, connect_timeout, command_timeout }
    }

    /// Believes servers by these authorities only, if there are any given: certificates in PEM.
    pub fn with_authorities(self, tls_ca: Option<Vec<u8>>) -> Self {
        Connector { tls_ca, ..self }
    }

    /// URL of the server.
    pub fn url(&self) -> &RedisUrl {
        &self.url
    }

    /// Connects, and selects the database of the URL.
    ///
    /// # Errors
    /// What the network or the server says.
    pub fn connect(&self) -> Result<Link, Trouble> {
        let connection = match &self.url.place {
            Place::Server { host, port } => self.open(host, *port, true)?,
            Place::Sentinel { sentinels, master } => self.master(sentinels, master)?,
        };
        Ok(Link { connection, selected: self.url.keyspace })
    }

    /// Ok if this user may follow these keyspaces. The crate takes any answer to a subscription for a yes, so it is
    /// asked for on a connection that nothing else comes on.
    ///
    /// # Errors
    /// One sentence that says what to set; or the connection is lost.
    pub fn may_follow(&self, keyspaces: &[Keyspace]) -> Result<(), Trouble> {
        let Link { mut connection, .. } = self.connect()?;
        let patterns: Vec<String> = keyspaces.iter().map(|keyspace| pattern(*keyspace)).collect();
        let asked = redis::cmd("PSUBSCRIBE").arg(&patterns).query::<Value>(&mut connection);
        asked.map(drop).map_err(|error| {
            let user = self.url.user.as_deref().unwrap_or("default");
            let channels: Vec<String> = patterns.iter().map(|pattern| format!("'&{pattern}'")).collect();
            Trouble(format!(
                "user `{user}` may not subscribe to {} ({error}): run `redis-cli ACL SETUSER {user} \
                 +psubscribe {}`",
                patterns.join(" "),
                channels.join(" ")
            ))
        })
    }

    /// The server that one of the Sentinels names, if it agrees that it is the master.
    fn master(&self, sentinels: &[(String, u16)], master: &str) -> Result<Connection, Trouble> {
        let mut trouble = Trouble(format!("no Sentinel knows `{master}`"));
        for (host, port) in sentinels {
            match self.ask_sentinel(host, *port, master) {
                Ok((host, port)) => {
                    let mut connection = self.open(&host, port, true)?;
                    let role: Vec<Value> = redis::cmd("ROLE").query(&mut connection)?;
                    let is_master =
                        matches!(role.first(), Some(Value::BulkString(role)) if role == b"master");
                    if is_master {
                        return Ok(connection);
                    }
                    trouble = Trouble(format!("{host}:{port} is not the master of `{master}` any more"));
                }
                Err(error) => trouble = error,
            }
        }
        Err(trouble)
    }

    fn ask_sentinel(&self, host: &str, port: u16, master: &str) -> Result<(String, u16), Trouble> {
        let mut connection = self.open(host, port, false)?;
        let mut command = redis::cmd("SENTINEL");
        command.arg("get-master-addr-by-name").arg(master);
        let address: Option<(String, u16)> = command.query(&mut connection)?;
        address.ok_or_else(|| Trouble(format!("the Sentinel at {host}:{port} does not know `{master}`")))
    }

    fn open(&self, host: &str, port: u16, is_server: bool) -> Result<Connection, Trouble> {
        let host = host.to_owned();
        let address = if self.url.tls {
            ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None }
        } else {
            ConnectionAddr::Tcp(host, port)
        };
        let mut settings = RedisConnectionInfo::default().set_skip_set_lib_name();
        if is_server {
            settings = settings.set_db(i64::from(self.url.keyspace.0));
            if let Some(user) = &self.url.user {
                settings = settings.set_username(user);
            }
            if let Some(password) = &self.url.password {
                settings = settings.set_password(password.reveal());
            }
        }
        let info = address.into_connection_info()?.set_redis_settings(settings);
        if self.url.tls {
            // The second time it is there already.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let client = match &self.tls_ca {
            Some(pem) if self.url.tls => {
                let certificates = TlsCertificates { client_tls: None, root_cert: Some(pem.clone()) };
                Client::build_with_tls(info, certificates)?
            }
            _ => Client::open(info)?,
        };
        let connection = client.get_connection_with_timeout(self.connect_timeout)?;
        connection.set_read_timeout(Some(self.command_timeout))?;
        connection.set_write_timeout(Some(self.command_timeout))?;
        Ok(connection)
    }
}

impl Link {
    /// Sends commands, those of one database in one go, and waits for the replies.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn execute(&mut self, commands: &[Command]) -> Result<Vec<Reply>, Trouble> {
        let mut replies = Vec::with_capacity(commands.len());
        for commands in commands.chunk_by(|a, b| a.keyspace == b.keyspace) {
            let sent = self.send(commands)?;
            replies.extend(self.receive(&sent)?);
        }
        Ok(replies)
    }

    /// Sends commands to one database and does not wait. Whatever was sent has to be received, in this order,
    /// before anything else is done here.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn send(&mut self, commands: &[Command]) -> Result<Sent, Trouble> {
        let mut packed = Vec::new();
        let keyspace = commands.first().map_or(self.selected, |command| command.keyspace);
        let selects = self.selected != keyspace;
        if selects {
            redis::cmd("SELECT").arg(keyspace.0).write_packed_command(&mut packed);
        }
        for command in commands {
            assert_eq!(command.keyspace, keyspace, "one database at a time");
            let mut built = redis::Cmd::new();
            for word in &command.words {
                built.arg(word.as_slice());
            }
            built.write_packed_command(&mut packed);
        }
        self.connection.send_packed_command(&packed)?;
        self.selected = keyspace;
        Ok(Sent { selects, commands: commands.len() })
    }

    /// The replies to what was sent, refusals of single commands among them.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn receive(&mut self, sent: &Sent) -> Result<Vec<Reply>, Trouble> {
        if sent.selects
            && let Value::ServerError(error) = self.connection.recv_response()?
        {
            return Err(Trouble(error.to_string()));
        }
        (0..sent.commands).map(|_| Ok(reply(self.connection.recv_response()?))).collect()
    }

    /// Ok if the server still answers.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn ping(&mut self) -> Result<(), Trouble> {
        redis::cmd("PING").query::<String>(&mut self.connection)?;
        Ok(())
    }

    /// The connection, to be used for notifications from now on.
    pub fn into_connection(self) -> Connection {
        self.connection
    }

    /// Checks that the server tells of changes as it must, and sets it so if `configure` allows it.
    ///
    /// # Errors
    /// One sentence that says what to set.
    pub fn check_events(&mut self, configure: bool) -> Result<(), Trouble> {
        const KEY: &str = "notify-keyspace-events";
        let read = redis::cmd("CONFIG").arg("GET").arg(KEY).query::<Vec<String>>(&mut self.connection);
        // Hosted servers often refuse CONFIG: then only use can tell.
        let Ok(pair) = read else { return Ok(()) };
        let present = pair.get(1).map_or("", String::as_str);
        let missing = missing_events(present);
        if missing.is_empty() {
            return Ok(());
        }
        let wanted = format!("{present}{missing}");
        let advice = if configure {
            let set = redis::cmd("CONFIG").arg("SET").arg(KEY).arg(&wanted).query::<()>(&mut self.connection);
            match set {
                Ok(()) => {
                    log::info!("{KEY} was `{present}`, is `{wanted}` now");
                    return Ok(());
                }
                Err(error) => format!("this user may not set it ({error})"),
            }
        } else {
            "or set `redis.configure = true`".to_owned()
        };
        Err(Trouble(format!(
            "Redis does not publish the keyspace events that tandem needs: {KEY} is `{present}`, missing `{missing}`; \
             run `redis-cli CONFIG SET {KEY} {wanted}` and write it into redis.conf, {advice}"
        )))
    }
}

fn reply(value: Value) -> Reply {
    match value {
        Value::Okay | Value::SimpleString(_) => Reply::Done,
        Value::Int(number) => Reply::Number(number),
        Value::BulkString(value) => Reply::Value(value),
        Value::Nil => Reply::Nothing,
        Value::ServerError(error) if error.code() == "WRONGTYPE" => Reply::WrongType,
        Value::ServerError(error) => Reply::Refused(error.to_string()),
        other => page(&other).unwrap_or_else(|| Reply::Refused(format!("not understood: {other:?}"))),
    }
}

/// The reply to `SCAN`.
fn page(value: &Value) -> Option<Reply> {
    let (cursor, keys): (u64, Vec<Vec<u8>>) = redis::from_redis_value_ref(value).ok()?;
    Some(Reply::Page(cursor, keys))
}

/// The event classes that are missing: keyspace channel, strings, sets, generic commands, expired, evicted.
fn missing_events(present: &str) -> String {
    let has = |flag: char| present.contains(flag) || (flag != 'K' && present.contains('A'));
    ['K', '$', 's', 'g', 'x', 'e'].into_iter().filter(|flag| !has(*flag)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        for (present, missing) in [("", "K$sgxe"), ("AKE", ""), ("AE", "K"), ("Kg$", "sxe"), ("Ex", "K$sge")]
        {
            assert_eq!(missing_events(present), missing, "{present}");
        }
    }
}
