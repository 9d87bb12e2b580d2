//! Listeners that more can reach than may be meant: said at the start and by `tandem check`.

use std::fmt;
use std::net::SocketAddr;

use super::Config;
use crate::origin::ListenerKind;

/// A listener worth a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Kind of listener.
    pub kind: ListenerKind,
    /// Address.
    pub address: SocketAddr,
    /// Others than users of this host reach it.
    pub is_wide: bool,
}

/// The listeners of a configuration that are worth a note: those of the line protocol, which asks nobody who he is,
/// and those at every address of the host.
pub fn of(config: &Config) -> Vec<Exposure> {
    let lists = [
        (ListenerKind::Ng, &config.keys.listen_ng),
        (ListenerKind::TcpNg, &config.keys.listen_tcp_ng),
        (ListenerKind::Http, &config.keys.listen_http),
        (ListenerKind::Metrics, &config.keys.listen_metrics),
        (ListenerKind::Cli, &config.keys.listen_cli),
    ];
    let all = lists.into_iter().flat_map(|(kind, list)| list.iter().map(move |address| (kind, *address)));
    let noted = all.filter(|(kind, address)| *kind == ListenerKind::Cli || address.ip().is_unspecified());
    noted.map(|(kind, address)| Exposure { kind, address, is_wide: !address.ip().is_loopback() }).collect()
}

impl fmt::Display for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Exposure { kind, address, is_wide } = self;
        write!(f, "{} at {address}", kind.key())?;
        if address.ip().is_unspecified() {
            f.write_str(", which is every address of this host,")?;
        }
        f.write_str(" has no access control: ")?;
        f.write_str(if *is_wide { "whoever reaches it can " } else { "every user of this host can " })?;
        f.write_str(match kind {
            ListenerKind::Ng | ListenerKind::TcpNg => "make and end calls",
            ListenerKind::Http => "do what http-ng and http-cli allow",
            ListenerKind::Metrics => "read the metrics",
            ListenerKind::Cli | ListenerKind::Ctl => "end all calls; `tandem ctl` does not need it",
        })
    }
}
