//! `tandem-bench`: one tool that plays the proxy, the phones and the stop-watch.
//!
//! It knows a relay only from the outside: the ng protocol, the ports it names, and what `/proc` says of its
//! process. So every figure can be taken of tandem, of rtpengine and of the bare forwarder (`forward`) alike.
//! Each run prints one JSON object a line on standard output and a readable line on standard error.

mod bencode;
mod calls;
mod clock;
mod compare;
mod contender;
mod demo;
mod dialogue;
mod forward;
mod load;
mod ng;
mod packet;
mod phones;
mod process;
mod samples;
mod signalling;
mod standby;

use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use serde_json::{Value, json};

/// Load generator and benches of tandem.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Send paced RTP through a relay and check every packet that comes out.
    Load(load::Options),
    /// Relay port i to port i^1 with epoll and nothing else: the floor to compare with.
    Forward(forward::Options),
    /// Open and close calls and measure how long each request takes.
    Calls(calls::Options),
    /// Measure the CPU time of a process that should be doing nothing.
    Idle {
        /// Process to watch.
        #[arg(long)]
        pid: u32,
        /// Seconds to watch.
        #[arg(long, default_value_t = 5)]
        seconds: u64,
    },
    /// Measure tandem, rtpengine and the bare forwarder side by side, interleaved.
    Compare(compare::Options),
    /// Measure what calls cost tandem and rtpengine, side by side, interleaved.
    Signalling(signalling::Options),
    /// Make calls at one node and measure how soon another holds them.
    Standby(standby::Options),
    /// Place calls, show what every shard does, and judge.
    Demo(demo::Options),
    /// Send one ng request, given as a JSON object, and print the reply as JSON.
    Ng {
        /// Address of the relay's ng listener.
        #[arg(long, default_value = "127.0.0.1:2223")]
        ng: SocketAddr,
        /// The request, for example `{"command":"ping"}`.
        #[arg(value_parser = json_object)]
        request: Value,
    },
    /// Wait until a relay answers an ng ping.
    Ping {
        /// Address of the relay's ng listener.
        #[arg(long, default_value = "127.0.0.1:2223")]
        ng: SocketAddr,
        /// Seconds to wait.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("tandem-bench: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Box<dyn Error>> {
    process::raise_descriptor_limit()?;
    match command {
        Command::Load(options) => load::command(&options),
        Command::Forward(options) => forward::command(&options),
        Command::Calls(options) => calls::command(&options),
        Command::Idle { pid, seconds } => {
            let share = process::cpu_share(pid, Duration::from_secs(seconds))?;
            print_run(
                &format!("idle: {:.3} % of one core", share * 100.0),
                &json!({"run": "idle", "cpu": share}),
            )?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Compare(options) => compare::command(&options),
        Command::Signalling(options) => signalling::command(&options),
        Command::Standby(options) => standby::command(&options),
        Command::Demo(options) => demo::command(&options),
        Command::Ng { ng, request } => {
            let reply = ng::Client::connect(ng)?.request(&request)?;
            writeln!(std::io::stdout(), "{reply}")?;
            Ok(if reply["result"] == "error" { ExitCode::FAILURE } else { ExitCode::SUCCESS })
        }
        Command::Ping { ng, seconds } => {
            ng::wait_until_ready(ng, Duration::from_secs(seconds))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn json_object(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(other) => Err(format!("{other} is not a JSON object")),
        Err(error) => Err(error.to_string()),
    }
}

/// Prints the two forms of one result.
fn print_run(readable: &str, figures: &Value) -> std::io::Result<()> {
    eprintln!("{readable}");
    writeln!(std::io::stdout(), "{figures}")
}
