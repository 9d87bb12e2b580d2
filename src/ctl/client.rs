//! `tandem ctl`: one request to the socket of a running daemon.

use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::problem::{EXIT_NOT_FOUND, EXIT_PARTIAL, EXIT_REFUSED, EXIT_UNREACHABLE, EXIT_USAGE};
use super::request::{Format, Request, Response};
use super::socket;

/// Talk to a running daemon.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  tandem ctl status
  tandem ctl list numsessions
  tandem ctl list sessions foreign --shard 2 --json
  tandem ctl call a84b4c76e66710 info
  tandem ctl terminate all --yes
  tandem ctl usage                 all commands")]
pub struct CtlArgs {
    /// Socket of the daemon [default: the first of the usual places that exists]
    #[arg(long, short = 's', value_name = "PATH")]
    pub socket: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Ask only this shard
    #[arg(long, value_name = "NUMBER")]
    pub shard: Option<u16>,
    /// List at most so many calls
    #[arg(long, value_name = "CALLS")]
    pub limit: Option<usize>,
    /// Do not ask before something is ended for all calls of a kind
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Stand by even if nobody is there to take the calls
    #[arg(long)]
    pub force: bool,
    /// Wait this many seconds for the answer
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub timeout: u64,
    /// Command; `usage` lists all
    #[arg(required = true, allow_negative_numbers = true, value_name = "COMMAND")]
    pub words: Vec<String>,
}

/// Runs the client and says how the process ends.
pub fn run(args: &CtlArgs) -> ExitCode {
    let (code, text, error) = match ask(args) {
        Ok(done) => done,
        Err(refusal) => (refusal.code, String::new(), refusal.text),
    };
    // A reader that has seen enough (`| head`) is no error.
    let _ = io::stdout().write_all(text.as_bytes());
    if !error.is_empty() {
        let _ = writeln!(io::stderr(), "{error}");
    }
    ExitCode::from(code)
}

struct Refusal {
    code: u8,
    text: String,
}

/// The exit code, what goes to stdout, and what goes to stderr.
fn ask(args: &CtlArgs) -> Result<(u8, String, String), Refusal> {
    let refuse = |code, text: String| Refusal { code, text };
    let command = line(args)?;
    confirm(args)?;
    let path = args.socket.clone().or_else(socket::find).ok_or_else(|| {
        let usual: Vec<String> = socket::usual().iter().map(|path| path.display().to_string()).collect();
        let text = format!("no daemon found at {}; is it running? --socket names another", usual.join(", "));
        refuse(EXIT_UNREACHABLE, text)
    })?;
    let unreachable = |error: io::Error| {
        refuse(EXIT_UNREACHABLE, format!("cannot talk to the daemon at {}: {error}", path.display()))
    };
    let mut stream = UnixStream::connect(&path).map_err(unreachable)?;
    let patience = Duration::from_secs(args.timeout.max(1));
    stream.set_read_timeout(Some(patience)).map_err(unreachable)?;
    let request = Request {
        command,
        shard: args.shard,
        limit: args.limit,
        format: if args.json { Format::Json } else { Format::Text },
    };
    let mut line = serde_json::to_string(&request).expect("texts and numbers");
    line.push('\n');
    stream.write_all(line.as_bytes()).map_err(unreachable)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
            refuse(EXIT_PARTIAL, format!("no answer in {} seconds", patience.as_secs()))
        }
        _ => unreachable(error),
    })?;
    let response: Response = serde_json::from_str(&answer)
        .map_err(|_| refuse(EXIT_PARTIAL, "the daemon closed without an answer: it is busy".to_owned()))?;
    Ok(show(response))
}

/// The line of the command; `--force` is a word of it.
fn line(args: &CtlArgs) -> Result<String, Refusal> {
    let mut words: Vec<&str> = args.words.iter().map(String::as_str).collect();
    if args.force {
        if words != ["standby"] {
            return Err(Refusal { code: EXIT_USAGE, text: "--force is for `standby`".to_owned() });
        }
        words.push("--force");
    }
    Ok(words.join(" "))
}

/// Data is for stdout even when it tells of a refusal; a refusal in words is for stderr.
fn show(response: Response) -> (u8, String, String) {
    let silent = response.silent.join("\n");
    match (response.text, response.data) {
        (Some(text), _) if matches!(response.exit, EXIT_REFUSED | EXIT_NOT_FOUND) => {
            let reason = [text.trim_matches('\n'), &silent].join("\n");
            (response.exit, String::new(), reason.trim().to_owned())
        }
        (Some(text), _) => (response.exit, text, silent),
        (None, data) => {
            let data = data.unwrap_or_default();
            let text = serde_json::to_string_pretty(&data).expect("it was read from JSON");
            (response.exit, text + "\n", silent)
        }
    }
}

/// Asks before calls of a whole kind are ended.
fn confirm(args: &CtlArgs) -> Result<(), Refusal> {
    let words: Vec<&str> = args.words.iter().map(String::as_str).collect();
    let what = match words[..] {
        ["terminate", kind @ ("all" | "own" | "foreign"), ..] => format!("end {kind} calls"),
        _ => return Ok(()),
    };
    let refuse = |text: String| Err(Refusal { code: EXIT_REFUSED, text });
    if args.yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return refuse(format!("this would {what}; say --yes"));
    }
    let _ = write!(io::stderr(), "This will {what}. Sure? [y/N] ");
    let mut reply = String::new();
    let _ = io::stdin().read_line(&mut reply);
    match reply.trim() {
        "y" | "yes" => Ok(()),
        _ => refuse("nothing done".to_owned()),
    }
}
