//! Telling systemd how the daemon is (sd_notify(3)): one datagram to the socket in `NOTIFY_SOCKET`.

use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// Longest wait for systemd.
const PATIENCE: Duration = Duration::from_secs(1);

/// The daemon serves.
pub fn ready(status: &str) {
    tell(&format!("READY=1\nSTATUS={status}"));
}

/// The daemon is alive.
pub fn alive() {
    tell("WATCHDOG=1");
}

/// Longest silence of this process that systemd's watchdog accepts, if there is a watchdog.
pub fn watchdog() -> Option<Duration> {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    watchdog_of(number("WATCHDOG_USEC"), number("WATCHDOG_PID"), u64::from(std::process::id()))
}

/// Meaning of systemd's variables for the process with this number: another one may be meant.
fn watchdog_of(micros: Option<u64>, meant: Option<u64>, process: u64) -> Option<Duration> {
    micros
        .filter(|micros| *micros > 0 && meant.is_none_or(|meant| meant == process))
        .map(Duration::from_micros)
}

/// The daemon ends.
pub fn stopping() {
    tell("STOPPING=1\nSTATUS=ending");
}

/// Tells systemd, if it has started us. That it cannot be told is no reason to end.
fn tell(state: &str) {
    if let Some(socket) = std::env::var_os("NOTIFY_SOCKET")
        && let Err(error) = send(&socket, state)
    {
        log::warn!("systemd cannot be told: {error}");
    }
}

fn send(socket: &OsStr, state: &str) -> io::Result<()> {
    let address = match socket.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        _ => SocketAddr::from_pathname(socket)?,
    };
    let socket = UnixDatagram::unbound()?;
    // If systemd does not read, the node goes on.
    socket.set_write_timeout(Some(PATIENCE))?;
    socket.send_to_addr(state.as_bytes(), &address).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watchdog_counts_for_the_process_that_is_meant() {
        let second = Some(Duration::from_secs(1));
        for (micros, meant, expected) in [
            (None, None, None),
            (Some(0), None, None),
            (Some(1_000_000), None, second),
            (Some(1_000_000), Some(7), second),
            (Some(1_000_000), Some(8), None),
        ] {
            assert_eq!(watchdog_of(micros, meant, 7), expected);
        }
    }

    #[test]
    fn a_state_arrives_at_both_kinds_of_sockets() {
        let name = format!("tandem-notify-{}", std::process::id());
        let path = std::env::temp_dir().join(&name);
        let at_path = UnixDatagram::bind(&path).expect("free");
        let abstract_name = SocketAddr::from_abstract_name(&name).expect("short");
        let at_name = UnixDatagram::bind_addr(&abstract_name).expect("free");
        for (receiver, socket) in
            [(at_path, path.clone().into_os_string()), (at_name, format!("@{name}").into())]
        {
            send(&socket, "READY=1").expect("bound");
            let mut state = [0; 16];
            let count = receiver.recv(&mut state).expect("sent before");
            assert_eq!(&state[..count], b"READY=1");
        }
        std::fs::remove_file(path).expect("ours");
    }
}
