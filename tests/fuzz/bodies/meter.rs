//! Cost of a run: memory, counted by the allocator itself, and processor time of its thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;

struct Counting;

thread_local! {
    /// Bytes held by this thread, or fewer: what another thread frees is counted there.
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    let held = HELD.get() + bytes;
    HELD.set(held);
    PEAK.set(PEAK.get().max(held));
}

fn signed(bytes: usize) -> isize {
    isize::try_from(bytes).expect("no allocation is larger than that")
}

#[expect(unsafe_code, reason = "an allocator can only be written with it")]
// SAFETY: every call is handed on to the system's allocator unchanged; counting touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(signed(layout.size()));
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-signed(layout.size()));
        // SAFETY: the pointer came from `alloc` above, hence from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Cost of a run.
#[derive(Debug)]
pub struct Cost {
    /// Most bytes held at once, above what was held before.
    pub memory_bytes: usize,
    /// Processor time.
    pub time: Duration,
}

/// Measures a run on this thread.
pub fn measure(run: impl FnOnce()) -> Cost {
    let (before, start) = (HELD.get(), processor_time());
    PEAK.set(before);
    run();
    let memory_bytes = usize::try_from(PEAK.get() - before).unwrap_or(0);
    Cost { memory_bytes, time: processor_time().saturating_sub(start) }
}

fn processor_time() -> Duration {
    let usage: Usage = getrusage(UsageWho::RUSAGE_THREAD).expect("a thread may ask for its own usage");
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

#[test]
fn what_is_held_at_once_is_seen() {
    let cost = measure(|| {
        let first = vec![0u8; 1000];
        let second = vec![0u8; 2000];
        drop((first, second));
        drop(vec![0u8; 1500]);
    });
    assert_eq!(cost.memory_bytes, 3000);
}
