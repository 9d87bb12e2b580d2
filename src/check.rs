//! `tandem check`: the configuration, and then the host. What is checked here is checked at the start too, by the same
//! functions.

use std::path::Path;

use serde_json::{Value, json};
use tandem_shards::io::host::{self, Finding, Verdict};

use crate::addresses;
use crate::capacity::Capacity;
use crate::config::problem::ProblemView;
use crate::config::{Config, Host, InterfaceConfig, KeyFlags, Problems, RedisConfig, RedisUrl, exposure};
use crate::ctl::problem::{EXIT_DONE, EXIT_HOST, EXIT_REFUSED};
use crate::redis::connect::Connector;

/// A report for stdout, and the exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Text for stdout.
    pub text: String,
    /// 0, 1 (configuration) or 6 (host).
    pub exit: u8,
}

/// Checks a configuration and the host.
pub fn check(path: Option<&Path>, flags: &KeyFlags, as_json: bool) -> Report {
    match Config::load(path, flags, &Host::this()) {
        Err(problems) => refused(&problems, as_json),
        Ok(config) => found(&examine(&config), as_json),
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
        let host: Vec<_> = findings.iter().map(as_data).collect();
        format!("{}\n", json!({ "valid": true, "problems": [], "host": host }))
    } else {
        let mut text = String::from("ok    configuration: valid\n");
        for finding in findings {
            let mark = match finding.verdict {
                Verdict::Ok => "ok  ",
                Verdict::Note => "note",
                Verdict::Fail => "FAIL",
            };
            text.push_str(&format!("{mark}  {}: {}\n", finding.subject, finding.text));
        }
        text
    };
    Report { text, exit: if failed == 0 { EXIT_DONE } else { EXIT_HOST } }
}

fn as_data(finding: &Finding) -> Value {
    let verdict = match finding.verdict {
        Verdict::Ok => "ok",
        Verdict::Note => "note",
        Verdict::Fail => "fail",
    };
    json!({ "what": finding.subject, "verdict": verdict, "text": finding.text })
}

fn examine(config: &Config) -> Vec<Finding> {
    let capacity = Capacity::of(config, host::raise_descriptor_limit());
    let mut findings = addresses(config);
    findings
        .extend(exposure::of(config).iter().map(|exposure| Finding::note("listener", exposure.to_string())));
    findings.push(capacity.finding());
    findings.extend(host::examine(&config.cpus));
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

/// The addresses of the first interface must be here: own calls use them. Those of the others may come later,
/// with the calls of a node that has died.
fn addresses(config: &Config) -> Vec<Finding> {
    let own = &config.keys.interfaces[0].name;
    let check = |interface: &InterfaceConfig| {
        let name = format!("{}/{}", interface.name, interface.ip);
        match addresses::is_here(interface.ip) {
            Ok(true) => Finding::ok("address", name),
            Ok(false) if interface.name != *own => {
                let text = format!("{name} is not on this host now; calls on it are held until it comes");
                Finding::note("address", text)
            }
            Ok(false) => Finding::fail("address", format!("{name} is not on this host")),
            Err(error) => {
                Finding::note("address", format!("{name}: the kernel does not say where it is: {error}"))
            }
        }
    };
    config.keys.interfaces.iter().map(check).collect()
}

/// Connects as the daemon would, and looks whether Redis tells of changes.
fn reach(url: &RedisUrl, config: &RedisConfig) -> Finding {
    let connector = Connector::new(url, config.keys.connect_timeout, config.keys.command_timeout);
    let checked = connector.connect().and_then(|mut link| {
        link.ping()?;
        if config.keys.configure { Ok(()) } else { link.check_events(false) }
    });
    match checked {
        Ok(()) => Finding::ok("redis", format!("{url} answers")),
        Err(trouble) => Finding::fail("redis", format!("{url}: {}", trouble.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_tells_configuration_from_host() {
        let good = Finding::ok("a", "");
        let bad = Finding::fail("b", "why");
        assert_eq!(found(std::slice::from_ref(&good), false).exit, 0);
        assert_eq!(found(&[good, bad], true).exit, 6);
        let file = Path::new("/nonexistent/tandem.toml");
        let report = check(Some(file), &KeyFlags::default(), false);
        assert_eq!(report.exit, 1);
        assert!(report.text.starts_with("/nonexistent/tandem.toml: cannot be read: "), "{}", report.text);
    }
}
