//! Telling systemd how the daemon is (sd_notify(3)): one datagram to the socket in `NOTIFY_SOCKET`.

use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// The daemon serves.
pub fn ready(status: &str) {
    tell(&format!("READY=1\nSTATUS={status}"));
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
    UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

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
