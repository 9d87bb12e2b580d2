//! The one way of a line from any listener to its command: rights are checked here, and what is changed or refused is
//! logged here, with who asked.

use tandem_shards::io::Ask;
use tandem_shards::names::CallId;
use tandem_shards::time::Timestamp;

use super::commands;
use super::execution::{Outcome, Scope, execute};
use super::problem::Problem;
use super::words::Words;
use crate::node::{Node, silence};
use crate::origin::{Origin, Right};
use crate::request_log::{About, Cut, Protocol};

/// Carries out a line, if its origin has the right.
pub fn carry_out(
    node: &Node,
    ask: &mut dyn Ask,
    now: Timestamp,
    line: &[u8],
    scope: &Scope,
    origin: &Origin,
) -> Outcome {
    let mut words = Words::new(line);
    let row = commands::find(&mut words);
    let right = row.as_ref().map_or(Right::Read, |row| row.head().right);
    let outcome = match row {
        _ if !origin.rights.allow(right) => Outcome::refused(forbidden(right)),
        Ok(row) => execute(node, ask, now, scope, |execution| row.run(execution, &mut words)),
        Err(problem) => Outcome::refused(problem),
    };
    match &outcome.answer {
        Err(problem) => {
            let call_id = words.call_id().map(CallId::as_bytes);
            let about = About { protocol: Protocol::Ctl, call_id, origin, command: line };
            let detail = Cut(problem.to_string().as_bytes()).to_string();
            node.requests.refused(now, &about, problem.name, Some(&detail));
        }
        Ok(answer) if right == Right::Change => {
            log::info!("{}: {} {origin}", words.for_log(), Cut(answer.table().trim().as_bytes()));
        }
        Ok(_) => {}
    }
    outcome
}

/// Carries out a line of the line protocol, and answers as rtpengine's CLI does.
///
/// # Errors
/// The listener does not grant the command, in words.
pub fn carry_out_line(
    node: &Node,
    ask: &mut dyn Ask,
    now: Timestamp,
    line: &[u8],
    origin: &Origin,
) -> Result<String, String> {
    let outcome = carry_out(node, ask, now, line, &Scope::default(), origin);
    let mut text = match outcome.answer {
        Ok(answer) => answer.rtpengine(),
        Err(problem) if problem.is_forbidden => return Err(problem.to_string()),
        Err(problem) => problem.text,
    };
    for silent in &outcome.silent {
        text += &format!("Shard {} did not answer: {}.\n", silent.shard, silence(silent.error));
    }
    Ok(text)
}

fn forbidden(right: Right) -> Problem {
    Problem::forbidden(match right {
        Right::Change => "Not allowed: this listener takes no command that changes something.\n",
        Right::Read | Right::Signal => "Not allowed: this listener takes no commands.\n",
    })
}
