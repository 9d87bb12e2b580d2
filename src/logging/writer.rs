//! The way of lines to standard error: a queue that never waits, and the one thread that may.
//!
//! Standard error is a pipe, a terminal or the journal's socket, and whoever is to read it may have stopped. So no
//! thread but [`Queue::run`]'s writes to it: the others leave their lines here, and go on. A line that finds the queue
//! full is left out and counted; the count is said as soon as lines are read again.

use std::io::{ErrorKind, Write};
use std::os::fd::AsFd;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// Bytes that may wait: some ten thousand lines.
pub const BYTES_MAX: usize = 1 << 20;
/// Bytes that are written at once, if lines are no longer: a pipe takes as many whole, whoever else writes to it.
const WRITE_BYTES: usize = 4096;
/// Time for which lines gather once some were written, so that not each of many wakes the thread.
const GATHERING: Duration = Duration::from_millis(5);

/// The room that a line needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Room if there is some; without, the line is left out.
    Bounded,
    /// Room in any case: for the last words of a thread, or of the process.
    Always,
}

/// Lines on their way.
#[derive(Debug)]
pub struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// Lines that the writer has not taken yet.
    text: Vec<u8>,
    /// Lines left out since the writer looked last.
    left_out: u64,
    /// All lines that were lost: left out, or refused by standard error.
    lost: u64,
    is_writing: bool,
    /// The writer has nothing to do: whoever brings a line wakes it.
    is_idle: bool,
    /// Threads that wait until all is written.
    flushing: usize,
}

impl Queue {
    /// An empty queue.
    pub const fn empty() -> Queue {
        let state =
            State { text: Vec::new(), left_out: 0, lost: 0, is_writing: false, is_idle: false, flushing: 0 };
        Queue { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Takes a line with its end, or counts it.
    pub fn push(&self, line: &[u8], room: Room) {
        let mut state = self.state();
        if room == Room::Bounded && state.text.len() + line.len() > BYTES_MAX {
            state.left_out += 1;
            state.lost += 1;
        } else {
            state.text.extend_from_slice(line);
        }
        if std::mem::take(&mut state.is_idle) {
            self.changed.notify_all();
        }
    }

    /// Waits until all lines are written, but not for longer than `patience`.
    pub fn flush(&self, patience: Duration) {
        let mut state = self.state();
        state.flushing += 1;
        self.changed.notify_all();
        let is_owed = |state: &mut State| !state.text.is_empty() || state.is_writing;
        let (mut state, _) =
            self.changed.wait_timeout_while(state, patience, is_owed).unwrap_or_else(PoisonError::into_inner);
        state.flushing -= 1;
    }

    /// Lines that were lost so far.
    pub fn lost(&self) -> u64 {
        self.state().lost
    }

    /// Writes what comes, for ever. `say_lost` is called when lines get through again, and pushes one that says how
    /// many did not.
    pub fn run(&self, out: &mut (impl Write + AsFd), say_lost: impl Fn(u64)) -> ! {
        let mut batch = Vec::new();
        let mut unsaid = 0;
        loop {
            unsaid += self.take(&mut batch);
            match write(out, &batch) {
                0 if unsaid > 0 => say_lost(std::mem::take(&mut unsaid)),
                0 => {}
                unwritten => {
                    unsaid += unwritten;
                    self.state().lost += unwritten;
                }
            }
            batch.clear();
            self.rest();
        }
    }

    /// Takes all that is there, once there is something; the number is that of lines left out behind it.
    fn take(&self, batch: &mut Vec<u8>) -> u64 {
        let is_empty = |state: &mut State| {
            state.is_idle = state.text.is_empty() && state.left_out == 0;
            state.is_idle
        };
        let mut state =
            self.changed.wait_while(self.state(), is_empty).unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut state.text, batch);
        state.is_writing = true;
        std::mem::take(&mut state.left_out)
    }

    /// A batch is done with: those who wait for it are told, and the next one gathers unless somebody waits.
    fn rest(&self) {
        let mut state = self.state();
        state.is_writing = false;
        self.changed.notify_all();
        let gathered = self.changed.wait_timeout_while(state, GATHERING, |state| state.flushing == 0);
        drop(gathered.unwrap_or_else(PoisonError::into_inner));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes lines; the number is that of lines that were refused.
fn write(out: &mut (impl Write + AsFd), mut text: &[u8]) -> u64 {
    while !text.is_empty() {
        let length = whole_lines(text);
        match out.write(&text[..length]) {
            Ok(written) => text = &text[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // Whoever started the daemon has left it non-blocking.
            Err(error) if error.kind() == ErrorKind::WouldBlock => wait_for_room(out),
            Err(_) => {
                let lines = text.iter().filter(|byte| **byte == b'\n').count();
                return u64::try_from(lines).expect("fits");
            }
        }
    }
    0
}

fn wait_for_room(out: &impl AsFd) {
    // An error comes back from the next write.
    let _ = poll(&mut [PollFd::new(out.as_fd(), PollFlags::POLLOUT)], PollTimeout::NONE);
}

/// The length of as many whole lines as are written at once, or of the first one if it is longer.
fn whole_lines(text: &[u8]) -> usize {
    let is_end = |byte: &u8| *byte == b'\n';
    let within = text.iter().take(WRITE_BYTES).rposition(is_end);
    within.or_else(|| text.iter().position(is_end)).map_or(text.len(), |end| end + 1)
}

#[cfg(test)]
mod tests {
    use std::io::{self, BufRead, BufReader, PipeReader, Read};
    use std::sync::Arc;

    use super::*;

    /// A queue with its thread, which writes into a pipe.
    #[expect(clippy::disallowed_methods, reason = "a test of a thread loop")]
    fn start() -> (Arc<Queue>, PipeReader) {
        let (reader, mut writer) = io::pipe().expect("a pipe");
        let queue = Arc::new(Queue::empty());
        let (running, saying) = (Arc::clone(&queue), Arc::clone(&queue));
        std::thread::spawn(move || {
            running.run(&mut writer, |lost| saying.push(format!("{lost} lost\n").as_bytes(), Room::Always))
        });
        (queue, reader)
    }

    fn line(number: usize) -> Vec<u8> {
        format!("{number:0>99}\n").into_bytes()
    }

    #[test]
    fn lines_that_nobody_reads_are_left_out_and_counted_once_they_are() {
        let (queue, reader) = start();
        let count = 2 * BYTES_MAX / 100;
        for number in 0..count {
            queue.push(&line(number), Room::Bounded);
        }
        queue.push(b"last words\n", Room::Always);
        queue.flush(Duration::from_millis(20));
        let lost = usize::try_from(queue.lost()).expect("a count");
        // What waits, what the writer has taken, and what the pipe holds got through.
        assert!(lost > count / 10 && lost <= count - BYTES_MAX / 100, "{lost} of {count}");
        let mut lines = BufReader::new(reader).lines().map(|line| line.expect("text"));
        for number in 0..count - lost {
            assert_eq!(lines.next().expect("a line").into_bytes(), line(number)[..99]);
        }
        assert_eq!(lines.next().as_deref(), Some("last words"));
        assert_eq!(lines.next(), Some(format!("{lost} lost")));
        queue.push(b"more\n", Room::Bounded);
        assert_eq!(lines.next().as_deref(), Some("more"));
        assert_eq!(queue.lost(), u64::try_from(lost).expect("a count"));
    }

    #[test]
    fn lines_that_are_refused_are_counted() {
        let (queue, reader) = start();
        drop(reader);
        for number in 0..50 {
            queue.push(&line(number), Room::Bounded);
        }
        queue.flush(Duration::from_secs(20));
        assert_eq!(queue.lost(), 50);
    }

    #[test]
    fn a_flush_waits_for_what_is_read() {
        let (queue, mut reader) = start();
        queue.push(b"one\ntwo\n", Room::Bounded);
        queue.flush(Duration::from_secs(20));
        let mut text = [0; 8];
        reader.read_exact(&mut text).expect("written already");
        assert_eq!(&text, b"one\ntwo\n");
    }

    #[test]
    fn whole_lines_are_written_at_once() {
        let short = b"a\nb\n".repeat(3000);
        assert_eq!(whole_lines(&short), WRITE_BYTES);
        let odd = b"four\n".repeat(3000);
        assert_eq!(whole_lines(&odd), WRITE_BYTES / 5 * 5);
        let long = [vec![b'x'; 9000], b"\nnext\n".to_vec()].concat();
        assert_eq!(whole_lines(&long), 9001);
        assert_eq!(whole_lines(b"no end"), 6);
    }
}
