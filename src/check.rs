//! `tandem check`: the configuration, and then whether this host can run it.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;

use nix::sys::resource::{Resource, getrlimit};
use serde::Serialize;
use serde_json::json;

use crate::capacity::Capacity;
use crate::config::problem::ProblemView;
use crate::config::redis::{RedisConfig, RedisUrl};
use crate::config::{Config, Host, KeyFlags, Problems, exposure};
use crate::ctl::problem::{EXIT_DONE, EXIT_HOST, EXIT_REFUSED};
use crate::redis::connect::Connector;

/// The oldest kernel whose io_uring has what the driver needs.
const KERNEL_MIN: (u32, u32) = (6, 1);
/// Locked memory that each shard's rings may need.
const MEMLOCK_PER_SHARD: u64 = 512 * 1024;

/// What was found about the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The subject.
    pub what: &'static str,
    /// The state.
    pub verdict: Verdict,
    /// In words, with what to do.
    pub text: String,
}

/// How something about the host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Right.
    Ok,
    /// Worth a look; the daemon runs.
    Note,
    /// The daemon would not run, or not as configured.
    Fail,
}

/// A report for stdout, and the exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What is printed.
    pub text: String,
    /// 0, 1 (configuration) or 6 (host).
    pub exit: u8,
}

/// Checks a configuration and the host.
pub fn check(path: Option<&Path>, flags: &KeyFlags, as_json: bool) -> Report {
    match Config::load(path, flags, &Host::this()) {
        Err(problems) => refused(&problems, as_json),
        Ok(config) => found(&probe(&config), as_json),
    }
}

fn refused(problems: &Problems, as_json: bool) -> Report {
    let text = if as_json {
        let list: Vec<ProblemView> = problems.0.iter().map(ProblemView::from).collect();
        format!("{}\n", json!({ "valid": false, "problems": list, "host": [] }))
    } else {
        let count = problems.0.len();
        format!("{problems}\n{count} {} in the configuration\n", if count == 1 { "error" } else { "errors" })
    };
    Report { text, exit: EXIT_REFUSED }
}

fn found(findings: &[Finding], as_json: bool) -> Report {
    let failed = findings.iter().filter(|finding| finding.verdict == Verdict::Fail).count();
    let text = if as_json {
        format!("{}\n", json!({ "valid": true, "problems": [], "host": findings }))
    } else {
        let mut text = String::from("ok    configuration: valid\n");
        for finding in findings {
            let mark = match finding.verdict {
                Verdict::Ok => "ok  ",
                Verdict::Note => "note",
                Verdict::Fail => "FAIL",
            };
            text.push_str(&format!("{mark}  {}: {}\n", finding.what, finding.text));
        }
        text
    };
    Report { text, exit: if failed == 0 { EXIT_DONE } else { EXIT_HOST } }
}

fn probe(config: &Config) -> Vec<Finding> {
    let mut findings = addresses(config);
    let exposed = exposure::of(config).into_iter();
    findings.extend(exposed.map(|exposure| finding("listener", Verdict::Note, exposure.to_string())));
    let limit = |resource| getrlimit(resource).map_or(0, |(_, hard)| hard);
    findings.push(open_files(&Capacity::of(config, limit(Resource::RLIMIT_NOFILE))));
    findings.push(locked_memory(config.cpus.len() as u64, limit(Resource::RLIMIT_MEMLOCK)));
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    findings.push(kernel(&read("/proc/sys/kernel/osrelease")));
    findings.push(io_uring(&read("/proc/sys/kernel/io_uring_disabled")));
    if let Some(redis) = &config.redis {
        let mut urls = vec![&redis.url];
        for url in [&redis.write_url, &redis.subscribe_url] {
            if !urls.iter().any(|known| known.place == url.place) {
                urls.push(url);
            }
        }
        findings.extend(urls.into_iter().map(|url| reach(url, redis)));
    }
    findings
}

fn finding(what: &'static str, verdict: Verdict, text: String) -> Finding {
    Finding { what, verdict, text }
}

/// The addresses of the first interface must be here: own calls use them. Those of the others may come later,
/// with the calls of a node that has died.
fn addresses(config: &Config) -> Vec<Finding> {
    let own = &config.interfaces[0].name;
    let check = |interface: &crate::config::InterfaceConfig| {
        let name = format!("{}/{}", interface.name, interface.ip);
        match UdpSocket::bind(SocketAddr::new(interface.ip, 0)) {
            Ok(_) => finding("address", Verdict::Ok, name),
            Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable && interface.name != *own => {
                let text = format!("{name} is not on this host now; calls on it are held until it comes");
                finding("address", Verdict::Note, text)
            }
            Err(error) => finding("address", Verdict::Fail, format!("{name}: {error}")),
        }
    };
    config.interfaces.iter().map(check).collect()
}

fn open_files(capacity: &Capacity) -> Finding {
    let enough = capacity.files_allowed >= capacity.files_needed;
    finding("room", if enough { Verdict::Ok } else { Verdict::Fail }, capacity.to_string())
}

fn locked_memory(shards: u64, allowed: u64) -> Finding {
    let needed = shards * MEMLOCK_PER_SHARD;
    if allowed >= needed {
        return finding("locked memory", Verdict::Ok, format!("{} KiB are enough", needed / 1024));
    }
    let text = format!("RLIMIT_MEMLOCK is {} KiB, {} KiB may be needed", allowed / 1024, needed / 1024);
    finding("locked memory", Verdict::Fail, text)
}

fn kernel(release: &str) -> Finding {
    let release = release.trim();
    let mut numbers = release.split(['.', '-']).map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if version >= KERNEL_MIN {
        return finding("kernel", Verdict::Ok, release.to_owned());
    }
    let (major, minor) = KERNEL_MIN;
    finding("kernel", Verdict::Fail, format!("{release} is older than {major}.{minor}"))
}

/// `io_uring_disabled`: 0 is allowed, 1 for those in `io_uring_group`, 2 is off (sysctl/kernel.rst).
fn io_uring(disabled: &str) -> Finding {
    match disabled.trim() {
        "" | "0" => finding("io_uring", Verdict::Ok, "allowed".to_owned()),
        "1" => {
            let text = "kernel.io_uring_disabled is 1: only for root and the group kernel.io_uring_group";
            finding("io_uring", Verdict::Note, text.to_owned())
        }
        _ => {
            let text = "kernel.io_uring_disabled is 2: set it to 0 with sysctl";
            finding("io_uring", Verdict::Fail, text.to_owned())
        }
    }
}

/// Connects as the daemon would, and looks whether Redis tells of changes.
fn reach(url: &RedisUrl, config: &RedisConfig) -> Finding {
    let connector = Connector::new(url, config.connect_timeout, config.command_timeout);
    let checked = connector.connect().and_then(|mut link| {
        link.ping()?;
        if config.configure { Ok(()) } else { link.check_events(false) }
    });
    match checked {
        Ok(()) => finding("redis", Verdict::Ok, format!("{url} answers")),
        Err(trouble) => finding("redis", Verdict::Fail, format!("{url}: {}", trouble.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_and_switches_are_judged() {
        for (release, verdict) in [
            ("6.1.0-18-amd64\n", Verdict::Ok),
            ("6.12.3", Verdict::Ok),
            ("5.15.0-generic", Verdict::Fail),
            ("7.0", Verdict::Ok),
            ("", Verdict::Fail),
        ] {
            assert_eq!(kernel(release).verdict, verdict, "{release}");
        }
        for (value, verdict) in [("0\n", Verdict::Ok), ("1\n", Verdict::Note), ("2\n", Verdict::Fail)] {
            assert_eq!(io_uring(value).verdict, verdict);
        }
        assert_eq!(locked_memory(8, 1 << 20).verdict, Verdict::Fail);
    }

    #[test]
    fn the_exit_code_tells_configuration_from_host() {
        let good = finding("a", Verdict::Ok, String::new());
        let bad = finding("b", Verdict::Fail, "why".to_owned());
        assert_eq!(found(std::slice::from_ref(&good), false).exit, 0);
        assert_eq!(found(&[good, bad], true).exit, 6);
        let file = Path::new("/nonexistent/tandem.toml");
        let report = check(Some(file), &KeyFlags::default(), false);
        assert_eq!(report.exit, 1);
        assert!(report.text.starts_with("/nonexistent/tandem.toml: cannot be read: "), "{}", report.text);
    }
}
