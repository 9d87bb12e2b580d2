//! The command line: verbs to library calls to exit codes.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Command, CommandFactory, Parser, Subcommand};
use serde_json::json;

use crate::config::{Config, Host, KeyFlags, reference};
use crate::ctl::client::{self, CtlArgs};
use crate::ctl::problem::{EXIT_CODES, EXIT_REFUSED};
use crate::{check, daemon, logging};

/// A thread-per-core io_uring RTP relay with hot standby.
#[derive(Debug, Parser)]
#[command(name = "tandem", version, propagate_version = true, after_help = exit_codes())]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run the daemon in the foreground; with no options: a single node on loopback
    Run(NodeArgs),
    /// Validate a configuration, and check that this host can run it
    Check {
        #[command(flatten)]
        node: NodeArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Talk to a running daemon
    Ctl(CtlArgs),
    /// Show configuration files
    Config {
        /// Kind of file to print
        #[command(subcommand)]
        what: ConfigVerb,
    },
    /// Show the version
    Version {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigVerb {
    /// A file with every key, its text and its default, commented out
    Default,
}

#[derive(Args, Debug)]
struct NodeArgs {
    /// Configuration file (TOML); flags win over it
    #[arg(long, short = 'c', value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: KeyFlags,
}

/// The command line, for what is made of it.
pub fn command() -> Command {
    Cli::command()
}

/// Runs the verb of the command line.
pub fn main() -> ExitCode {
    match Cli::parse().verb {
        Verb::Run(args) => run(&args),
        Verb::Check { node, json } => {
            let report = check::check(node.config.as_deref(), &node.flags, json);
            print(&report.text);
            ExitCode::from(report.exit)
        }
        Verb::Ctl(args) => client::run(&args),
        Verb::Config { what: ConfigVerb::Default } => {
            print(&reference::default_file());
            ExitCode::SUCCESS
        }
        Verb::Version { json } => {
            print(&version(json));
            ExitCode::SUCCESS
        }
    }
}

fn run(args: &NodeArgs) -> ExitCode {
    let outcome = Config::load(args.config.as_deref(), &args.flags, &Host::this())
        .map_err(|problems| problems.to_string())
        .and_then(|config| daemon::run(&config));
    match outcome {
        Ok(()) => {
            logging::flush();
            ExitCode::SUCCESS
        }
        Err(reason) => {
            logging::say_last(&format!("tandem: {reason}"));
            ExitCode::from(EXIT_REFUSED)
        }
    }
}

fn version(as_json: bool) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    if as_json {
        return format!("{}\n", json!({ "version": version, "build": build, "drivers": ["io_uring"] }));
    }
    format!("tandem {version} ({build}, driver io_uring)\n")
}

fn exit_codes() -> String {
    let lines = EXIT_CODES.map(|(code, meaning)| format!("  {code}  {meaning}\n"));
    format!("Exit codes:\n{}", lines.concat().trim_end())
}

/// A reader that has seen enough (`| head`) is no error.
fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_and_words_are_understood() {
        for line in [
            "tandem run --config a.toml --interface pub1/192.0.2.1;pub2/192.0.2.2 --max-sessions -1",
            "tandem run --shards 3 --cpus 2-9 --source-guard=off",
            "tandem ctl list sessions foreign --shard 2 --json",
            "tandem ctl set maxsessions -1",
            "tandem ctl terminate all --yes",
        ] {
            Cli::try_parse_from(line.split(' ')).expect(line);
        }
    }
}
