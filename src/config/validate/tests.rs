//! Configurations that are refused, and those that are taken.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tandem_shards::names::InterfaceName;

use super::*;
use crate::config::given::ITEMS_MAX;
use crate::config::{CtlSocket, exposure, file, value};
use crate::origin::Rights;

fn host() -> Host {
    Host { cpus: (0..12).collect(), name: "rtp1".to_owned(), redis_password: None }
}

fn load(text: &str) -> Result<Config, Vec<String>> {
    let file = file::parse(Path::new("t.toml"), text);
    validate(file, &KeyFlags::default(), &host())
        .map_err(|Problems(list)| list.iter().map(ToString::to_string).collect())
}

const RING: &str = r#"
interface  = ["pub1/10.255.255.101", "pub2/10.255.255.102!203.0.113.7"]
listen-ng  = ["127.0.0.1:2223"]
listen-cli = ["127.0.0.1:9900"]
listen-ctl = "/run/tandem/ctl.sock"
port-min   = 30000
port-max   = 40000
timeout = 60
max-sessions = -1
[shards]
count = 8
cpus  = [2, 3, 4, 5, 6, 7, 8, 9]
[redis]
url = "redis://10.255.1.200:6379/1"
subscribe-keyspace = [2, 3]
"#;

#[test]
fn a_node_of_the_ring() {
    let config = load(RING).expect("valid");
    assert_eq!(config.name, "rtp1");
    assert_eq!(config.cpus, [2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(config.keys.interfaces[0].name, InterfaceName::from("pub1"));
    assert_eq!(config.keys.interfaces[1].advertised.to_string(), "203.0.113.7");
    assert_eq!(config.keys.listen_ctl, CtlSocket::At(PathBuf::from("/run/tandem/ctl.sock")));
    assert_eq!(config.settings.timeout, Duration::from_secs(60));
    assert!(config.settings.publish && config.settings.take_over_by_signalling);
    let redis = config.redis.expect("configured");
    assert_eq!((redis.keyspace, redis.subscribe), (Keyspace(1), vec![Keyspace(2), Keyspace(3)]));
    assert!(redis.keys.announces_by_sadd);
    assert_eq!(redis.keys.expires, Duration::from_secs(86400));
}

#[test]
fn nothing_configured_is_a_node_on_loopback() {
    let config = load("").expect("valid");
    assert_eq!(config.keys.listen_ng, ["127.0.0.1:2223".parse().expect("an address")]);
    assert_eq!(config.cpus, host().cpus);
    assert!(config.redis.is_none() && !config.settings.publish);
    assert_eq!(config.keys.interfaces.len(), 2);
}

#[test]
fn interfaces_in_all_spellings() {
    let cases = [
        ("192.0.2.1", "default 192.0.2.1 192.0.2.1"),
        ("pub1/192.0.2.1!198.51.100.1", "pub1 192.0.2.1 198.51.100.1"),
        ("v6/[2001:db8::1]", "v6 2001:db8::1 2001:db8::1"),
        ("v6/2001:db8::1![2001:db8::2]", "v6 2001:db8::1 2001:db8::2"),
        ("2001:db8::1", "default 2001:db8::1 2001:db8::1"),
        ("group:1/192.0.2.1", "group:1 192.0.2.1 192.0.2.1"),
    ];
    for (text, expected) in cases {
        let i = value::interface(text).expect(text);
        assert_eq!(format!("{} {} {}", i.name, i.ip, i.advertised), expected);
    }
    for text in ["", "/192.0.2.1", "pub1/host", "pub1/0.0.0.0", "pub1/192.0.2.1!::1", "pub1/192.0.2.1!"] {
        assert!(value::interface(text).is_err(), "{text}");
    }
}

#[test]
fn listeners_grant_what_they_are_told_to() {
    let config = load("").expect("valid");
    assert_eq!(config.http_rights(), Rights::READ.with_signal(true));
    assert_eq!(config.ng_rights(), Rights::OPERATE.with_signal(true));
    let text = "http-ng = false\nhttp-cli = \"off\"\nng-cli = \"read\"\nlisten-http = [\"0.0.0.0:80\", \"[::1]:80\"]\n\
        listen-ng = [\"[::]:2223\"]\nlisten-metrics = [\"192.0.2.1:9\"]\nlisten-cli = [\"9900\", \"192.0.2.1:9900\"]\n";
    let config = load(text).expect("valid");
    assert_eq!(config.http_rights(), Rights::NONE);
    assert_eq!(config.ng_rights(), Rights::READ.with_signal(true));
    let notes: Vec<_> = exposure::of(&config).into_iter().map(|e| (e.is_wide, e.to_string())).collect();
    let expected = [
        (
            true,
            "listen-ng at [::]:2223, which is every address of this host, has no access control: whoever reaches it \
             can make and end calls",
        ),
        (
            true,
            "listen-http at 0.0.0.0:80, which is every address of this host, has no access control: whoever reaches \
             it can do what http-ng and http-cli allow",
        ),
        (
            false,
            "listen-cli at 127.0.0.1:9900 has no access control: every user of this host can end all calls; `tandem \
             ctl` does not need it",
        ),
        (
            true,
            "listen-cli at 192.0.2.1:9900 has no access control: whoever reaches it can end all calls; `tandem ctl` \
             does not need it",
        ),
    ];
    assert_eq!(notes, expected.map(|(wide, text)| (wide, text.to_owned())));
}

#[test]
fn more_shards_than_cpus_share_them() {
    let config = load("[shards]\ncount = 5\ncpus = [\"2-3\"]\n").expect("valid");
    assert_eq!(config.cpus, [2, 3, 2, 3, 2]);
}

#[test]
fn meaning_is_checked_and_told_with_its_place() {
    let cases = [
        ("port-min = 7\nport-max = 8\n", "t.toml:2:12: port-max = 8: 7 to 8 has no pair of ports"),
        ("port-min = 50000\n", "t.toml:1:12: port-min = 50000: is above port-max = 40000"),
        ("port-max = 29999\n", "default: port-min = 30000: is above port-max = 29999"),
        (
            "interface = [\"a/192.0.2.1\", \"a/192.0.2.1!192.0.2.9\"]\n",
            "t.toml:1:29: interface = a/192.0.2.1!192.0.2.9: `a` has the",
        ),
        ("interface = []\n", "t.toml:1:13: interface = []: at least one"),
        (
            "listen-cli = [9000]\nlisten-http = [9000]\n",
            "t.toml:1:15: listen-cli = 9000: 127.0.0.1:9000 is the address of",
        ),
        ("listen-ng = [\"localhost:1\"]\n", "t.toml:1:14: listen-ng = localhost:1: must be `port`"),
        (
            "[redis]\nurl = \"h/1\"\nsubscribe-keyspace = [2, 1]\n",
            "t.toml:3:26: redis.subscribe-keyspace = 1: is this node's own",
        ),
        ("[redis]\nsubscribe-keyspace = [2]\n", "default: redis.url = : is needed"),
        (
            "[redis]\nurl = \"h/1\"\nannounce = \"sat\"\n",
            "t.toml:3:12: redis.announce = sat: must be one of set, sadd; did you mean `set`?",
        ),
        ("[shards]\ncpus = [99]\n", "t.toml:2:9: shards.cpus = 99: CPU 99 is not among"),
        ("[shards]\ncount = 1\ncpus = [2, 3]\n", "t.toml:3:8: shards.cpus = [2, 3]: are more CPUs"),
        ("[shards]\ncount = 257\n", "t.toml:2:9: shards.count = 257: must be 0 to 256"),
        ("timeout = 0\n", "t.toml:1:11: timeout = 0: must be at least 1"),
        ("max-sessions = -2\n", "t.toml:1:16: max-sessions = -2: must be at least -1"),
        ("max-cpu = 101\n", "t.toml:1:11: max-cpu = 101: must be 0 to 100"),
        ("endpoint-learning = \"of\"\n", "t.toml:1:21: endpoint-learning = of: must be one of off"),
        ("http-cli = \"al\"\n", "t.toml:1:12: http-cli = al: must be one of off, read, change"),
        (
            "ng-cli = \"raed\"\n",
            "t.toml:1:10: ng-cli = raed: must be one of off, read, change; did you mean `read`?",
        ),
        ("http-origins = [\"relay\"]\n", "t.toml:1:17: http-origins = relay: must be `https://name`"),
        (
            "listen-http = [9000]\nlisten-metrics = [9000]\n",
            "t.toml:2:19: listen-metrics = 9000: 127.0.0.1:9000 is the address of",
        ),
        ("log-level = \"loud\"\n", "t.toml:1:13: log-level = loud: must be one of error"),
    ];
    for (text, expected) in cases {
        let problems = load(text).expect_err(text);
        assert!(problems.iter().any(|p| p.starts_with(expected)), "{text}: {problems:#?}");
    }
}

#[test]
fn a_list_that_is_too_long_is_refused_as_a_whole() {
    let list = |item: &str| format!("[{}]", vec![item; ITEMS_MAX + 1].join(", "));
    for (key, text) in [
        ("interface", format!("interface = {}\n", list("\"a/192.0.2.1\""))),
        ("listen-ng", format!("listen-ng = {}\n", list("2223"))),
        ("shards.cpus", format!("[shards]\ncpus = {}\n", list("\"0-4095\""))),
        ("redis.subscribe-keyspace", format!("[redis]\nurl = \"h/1\"\nsubscribe-keyspace = {}\n", list("2"))),
    ] {
        let problems = load(&text).expect_err(key);
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert!(problems[0].ends_with(&format!("{key} = 257 items: must be at most 256")), "{problems:?}");
    }
    let problems = load("[shards]\ncpus = [\"8-4000\"]\n").expect_err("too many CPUs");
    assert_eq!(problems.len(), 1, "{problems:#?}");
}

#[test]
fn problems_of_reading_and_of_meaning_come_together() {
    let problems = load("port-min = 0\nnode = \"a b\"\ntimeout = \"long\"\nextra = 1\n").expect_err("four");
    assert_eq!(problems.len(), 4, "{problems:#?}");
}

#[test]
fn a_password_of_the_environment_is_used_and_never_shown() {
    let file = file::parse(Path::new("t.toml"), "[redis]\nurl = \"redis://h/1\"\n");
    let host = Host { redis_password: Some("hidden".to_owned().into()), ..host() };
    let config = validate(file, &KeyFlags::default(), &host).expect("valid");
    assert!(!format!("{config:?}").contains("hidden"));
    let password = config.redis.and_then(|redis| redis.url.password).expect("taken");
    assert_eq!(password.reveal(), "hidden");
    let problems = load("[redis]\nurl = \"redis://:hidden@h/one\"\n").expect_err("no keyspace");
    assert!(!problems[0].contains("hidden"), "{problems:?}");
}

#[test]
fn the_sample_that_is_shipped_is_valid() {
    let config = load(include_str!("../../../deploy/tandem.toml")).expect("valid");
    assert_eq!(config.keys.interfaces.len(), 3);
    assert_eq!(config.redis.map(|redis| redis.keyspace), Some(Keyspace(1)));
}
