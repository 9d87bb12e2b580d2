//! A relayed packet costs no allocation: counted by the allocator itself.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

use common::{World, rtcp, rtp};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

#[expect(unsafe_code, reason = "an allocator can only be written with it")]
// SAFETY: every call is handed on to the system's allocator unchanged; counting touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `alloc` above, hence from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn no_allocation_per_packet() {
    let mut world = World::new();
    let (to_a, to_b) = world.audio_call("c");
    let socket_of = |world: &World, local| *world.open.iter().find(|(_, l)| **l == local).expect("open").0;
    let (socket_a, socket_b) = (socket_of(&world, to_a), socket_of(&world, to_b));
    let (from_a, from_b) = (common::address("127.10.0.1:6000"), common::address("127.20.0.1:6010"));
    let stranger = common::address("127.40.0.1:6100");
    let (mut media, mut report) = (rtp(1), rtcp());
    // The first packets confirm the sources, which the call is told of.
    world.relay(socket_a, from_a, &mut media);
    world.relay(socket_b, from_b, &mut media);
    world.pass(Duration::from_secs(5));
    // A party that names the relay is checked for loops, and makes one now and then.
    world.offer("d", &common::audio("127.0.0.1", 30500), |_| {});
    let checked = world.answer("d", &common::audio("127.20.0.1", 6010), |_| {}).rtp(0);
    let socket_checked = socket_of(&world, checked);
    let mut circling = rtp(1);
    for _ in 0..40 {
        world.relay(socket_checked, from_a, &mut circling);
    }
    world.pass(Duration::from_secs(5));
    let before = ALLOCATIONS.with(Cell::get);
    for n in 0..10_000u16 {
        circling[2..4].copy_from_slice(&(n / 40).to_be_bytes());
        world.relay(socket_checked, from_a, &mut circling);
        world.now = world.now + Duration::from_millis(20);
        world.relay(socket_a, from_a, &mut media);
        world.relay(socket_b, from_b, &mut media);
        world.relay(socket_a, from_a, &mut report);
        world.relay(socket_a, stranger, &mut media);
    }
    assert_eq!(ALLOCATIONS.with(Cell::get) - before, 0);
    let Some(call) = world.query("c") else { panic!("the call") };
    assert_eq!(call.observed[0].1.counts_in.packets, 20_001, "the packets did go through");
}
