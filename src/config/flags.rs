//! Keys as flags of the command line.

use std::collections::BTreeMap;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use tandem_shards::keys::{Form, KeyInfo};

use super::given::{Given, GivenValue, ITEMS_MAX};
use super::keys::known;
use super::problem::Place;

/// The flags of a command line that stand for keys, by the paths of the keys: only those that were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFlags(BTreeMap<String, Vec<String>>);

impl KeyFlags {
    /// Lays the flags over the keys of the file: flags win.
    pub fn overlay(&self, given: &mut Given) {
        for (path, items) in &self.0 {
            let mut value = GivenValue::at(Place::Flag, items.clone());
            value.items.truncate(ITEMS_MAX);
            given.put(path.clone(), value);
        }
    }
}

fn flag(key: &KeyInfo) -> Arg {
    let default = if key.default.is_empty() { String::new() } else { format!(" [default: {}]", key.default) };
    let flag = Arg::new(key.path())
        .long(key.flag())
        .value_name(key.shape.value_name)
        .help(format!("{}{default}", key.help))
        .visible_aliases(key.alias);
    match key.shape.form {
        Form::Switch => flag.num_args(0..=1).require_equals(true).default_missing_value("true"),
        Form::Whole | Form::Decimal => flag.allow_negative_numbers(true),
        Form::Text => flag,
        Form::List => flag.action(ArgAction::Append).value_delimiter(';'),
    }
}

impl Args for KeyFlags {
    fn augment_args(command: Command) -> Command {
        command.args(known().iter().map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        KeyFlags::augment_args(command)
    }
}

impl FromArgMatches for KeyFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = BTreeMap::new();
        for key in known() {
            if let Some(texts) = matches.get_many::<String>(&key.path()) {
                let texts = texts.map(|text| text.trim().to_owned());
                // An empty text is an empty list.
                let texts = texts.filter(|text| key.shape.form != Form::List || !text.is_empty());
                given.insert(key.path(), texts.collect());
            }
        }
        Ok(KeyFlags(given))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = KeyFlags::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::config::{Host, file, validate::validate};

    #[test]
    fn only_flags_that_are_given_win() {
        let command = KeyFlags::augment_args(Command::new("run"));
        let line = ["run", "--port-min", "100", "--redis", "redis://h/2", "--source-guard=false"];
        let flags = KeyFlags::from_arg_matches(&command.get_matches_from(line)).expect("matches");
        let file = file::parse(Path::new("t.toml"), "port-max = 700\nport-min = 600\n");
        let host = Host { cpus: vec![0], name: "rtp1".to_owned(), redis_password: None };
        let config = validate(file, &flags, &host).expect("valid");
        assert_eq!((config.keys.port_min, config.keys.port_max), (100, 700));
        let redis = config.redis.expect("given");
        assert_eq!(redis.url.to_string(), "redis://h:6379/2");
        assert_eq!(redis.keys.expires, Duration::from_secs(86400));
        assert!(!config.settings.guard);
    }

    #[test]
    fn all_errors_of_flags_come_at_once() {
        let command = KeyFlags::augment_args(Command::new("run"));
        let line = ["run", "--port-min", "x", "--interface", "a/192.0.2.1;b/host", "--http-ng=perhaps"];
        let flags = KeyFlags::from_arg_matches(&command.get_matches_from(line)).expect("matches");
        let host = Host { cpus: vec![0], name: "rtp1".to_owned(), redis_password: None };
        let problems = validate(Given::default(), &flags, &host).expect_err("three errors").to_string();
        let expected = "command line: interface = b/host: `host` is not an IP address; write \
            `name/address[!advertised]`\ncommand line: http-ng = perhaps: must be true or false\n\
            command line: port-min = x: must be 1 to 65535";
        assert_eq!(problems, expected);
    }
}
