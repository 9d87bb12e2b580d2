//! The thread of a shard: a glommio executor on its CPU, and in it one task, the engine.
//!
//! # Who waits where
//!
//! While packets flow the engine blocks in its own ring, and the executor would never have a turn. So a tick
//! in that ring reminds the engine every few milliseconds: it rings an eventfd and awaits it. That makes the
//! task truly pending, and the executor goes once through its own rings, timers and wake-ups. (A task that
//! merely yields stays runnable, and glommio then does not look at its reactor until its preempt timer
//! fires.)
//!
//! When nothing has happened for a while the engine parks: the eventfd is registered with its ring, so that
//! every completion rings it, and awaited. The executor sleeps, and there is neither tick nor CPU use.
//!
//! glommio has no way to await a foreign descriptor. But it can read a file, and a descriptor
//! can be replaced under its feet: a file object on `/dev/null` whose descriptor is made to mean the eventfd
//! reads the eventfd.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::thread::JoinHandle;

use crossbeam_channel::Sender;
use glommio::io::BufferedFile;
use glommio::{LocalExecutorBuilder, Placement};

use super::clock::Clock;
use super::core::Core;
use super::engine::{Engine, Fittings, Step};
use super::mailbox;
use super::messages::Messages;
use super::outlet::{Outlet, Outlets};
use super::ring::Sizes;
use super::sys;
use crate::names::ShardId;

/// glommio's own buffers: it opens `/dev/null` and nothing else.
const EXECUTOR_MEMORY: usize = 64 << 10;

/// Parts of one shard's thread.
#[derive(Debug)]
pub(super) struct Place<M> {
    pub(super) shard: ShardId,
    pub(super) cpu: usize,
    pub(super) sizes: Sizes,
    pub(super) min_wait_us: u32,
    pub(super) mail: mailbox::Receiver<M>,
    pub(super) messages: Messages<M>,
    pub(super) outlets: Outlets,
}

/// Starts a shard's thread. It tells `ready` once: that its core may be handed requests, or why not.
#[expect(clippy::disallowed_methods, reason = "this is where shards get their threads")]
pub(super) fn spawn<C: Core>(
    place: Place<C::Message>,
    make: impl FnOnce(ShardId) -> C + Send + 'static,
    ready: Sender<Result<(), String>>,
) -> io::Result<JoinHandle<()>> {
    let name = format!("shard-{}", place.shard);
    std::thread::Builder::new().name(name).spawn(move || {
        let (shard, cpu) = (place.shard, place.cpu);
        let because = |reason: &dyn std::fmt::Display| {
            Err(format!("shard {shard} cannot start on CPU {cpu}: {reason}"))
        };
        let builder = LocalExecutorBuilder::new(Placement::Fixed(cpu)).io_memory(EXECUTOR_MEMORY);
        let executor = match builder.make() {
            Ok(executor) => executor,
            Err(error) => return drop(ready.send(because(&error))),
        };
        executor.run(async move {
            match set_up(place, make).await {
                Ok((engine, bell)) => {
                    let _ = ready.send(Ok(()));
                    // Whoever starts shards waits for the last of these to go.
                    drop(ready);
                    run(engine, bell).await;
                }
                Err(error) => drop(ready.send(because(&error))),
            }
        });
    })
}

async fn set_up<C: Core>(
    place: Place<C::Message>,
    make: impl FnOnce(ShardId) -> C,
) -> io::Result<(Engine<C>, Bell)> {
    let Place { shard, cpu, sizes, min_wait_us, mail, messages, outlets } = place;
    let outlet = Outlet { shard, cpu, started: Clock::of_process().now(), outlets };
    let engine = Engine::new(make(shard), Fittings { sizes, min_wait_us, mail, messages, outlet })?;
    Ok((engine, Bell::new().await?))
}

async fn run<C: Core>(mut engine: Engine<C>, bell: Bell) {
    loop {
        engine.turn();
        match engine.next_step() {
            Step::Go => engine.submit(),
            Step::Wait => engine.wait(),
            Step::Yield => {
                engine.yielded();
                bell.ring();
                bell.wait().await;
            }
            Step::Park => {
                if engine.park(bell.eventfd.as_fd()) {
                    bell.wait().await;
                }
                engine.unpark();
            }
            Step::Stop => break,
        }
    }
    engine.close_all();
    bell.close().await;
}

/// An eventfd that a task can await.
struct Bell {
    eventfd: OwnedFd,
    file: BufferedFile,
}

impl Bell {
    async fn new() -> io::Result<Bell> {
        let file = BufferedFile::open("/dev/null").await?;
        let eventfd = sys::eventfd(sys::Read::Waits)?;
        sys::replace(file.as_raw_fd(), eventfd.as_fd())?;
        Ok(Bell { eventfd, file })
    }

    fn ring(&self) {
        sys::ring(self.eventfd.as_fd());
    }

    async fn wait(&self) {
        // An error would only mean a turn too early.
        let _ = self.file.read_at(0, 8).await;
    }

    async fn close(self) {
        let _ = self.file.close().await;
    }
}
