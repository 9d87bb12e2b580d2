//! Receive buffers that a shard shares with the kernel (a provided-buffer ring).

use std::io;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU16, Ordering};

use io_uring::types::BufRingEntry;

use crate::limits::DATAGRAM_BYTES_MAX;

/// Bytes of one buffer: header, source address, payload.
const BUFFER_BYTES: usize = 2048;

/// A buffer that the kernel has filled. There is at most one for each number, and it cannot be copied: it
/// ends by being given back.
#[derive(Debug)]
#[must_use = "a buffer that is not given back is lost"]
pub(super) struct Buffer(u16);

/// The ring and the memory of the buffers.
pub(super) struct Buffers {
    ring: Mapping,
    memory: Mapping,
    count: u16,
    tail: u16,
    held: usize,
}

impl Buffers {
    /// Buffers that are all the kernel's, once the ring is registered.
    pub(super) fn new(count: u16) -> io::Result<Buffers> {
        assert!(count.is_power_of_two(), "the kernel wants a power of two");
        const { assert!(DATAGRAM_BYTES_MAX == BUFFER_BYTES - 16 - super::address::NAME_BYTES) };
        let ring = Mapping::new(usize::from(count) * size_of::<BufRingEntry>())?;
        let memory = Mapping::new(usize::from(count) * BUFFER_BYTES)?;
        let mut buffers = Buffers { ring, memory, count, tail: 0, held: usize::from(count) };
        for id in 0..count {
            buffers.give(Buffer(id));
        }
        buffers.publish();
        Ok(buffers)
    }

    /// The address of the ring, for its registration.
    pub(super) fn entries(&self) -> u64 {
        self.ring.start.as_ptr().expose_provenance() as u64
    }

    /// Buffers that are not the kernel's.
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// Takes the buffer that a completion names.
    pub(super) fn take(&mut self, id: u16) -> Buffer {
        assert!(id < self.count, "the kernel names buffers that it was given");
        self.held += 1;
        Buffer(id)
    }

    /// Gives a buffer back, as of the next [`Buffers::publish`].
    pub(super) fn give(&mut self, buffer: Buffer) {
        let address = self.address(&buffer).as_ptr().expose_provenance() as u64;
        let place = usize::from(self.tail & (self.count - 1));
        // SAFETY: `place` is below the number of entries, and the kernel reads none beyond the tail that was
        // published last, which this one is. The mapping is zeroed memory, a valid entry.
        let entry = unsafe { &mut *self.ring.start.as_ptr().cast::<BufRingEntry>().add(place) };
        entry.set_addr(address);
        entry.set_len(u32::try_from(BUFFER_BYTES).expect("small"));
        entry.set_bid(buffer.0);
        self.tail = self.tail.wrapping_add(1);
        self.held -= 1;
    }

    /// Lets the kernel see what was given back.
    pub(super) fn publish(&self) {
        let ring = self.ring.start.as_ptr().cast::<BufRingEntry>();
        // SAFETY: the ring is mapped and has at least one entry; its tail is aligned and is shared with the
        // kernel, which is why it is stored atomically. No reference to that entry is alive.
        let tail = unsafe { AtomicU16::from_ptr(BufRingEntry::tail(ring).cast_mut()) };
        tail.store(self.tail, Ordering::Release);
    }

    /// The whole of a buffer.
    pub(super) fn bytes(&mut self, buffer: &Buffer) -> &mut [u8] {
        // SAFETY: the range is inside the mapping, which is initialised (zeroed) memory. Whoever holds the
        // `Buffer` has it alone: the kernel does not write to it before it is given back, and `self` is
        // borrowed.
        unsafe { std::slice::from_raw_parts_mut(self.address(buffer).as_ptr(), BUFFER_BYTES) }
    }

    fn address(&self, buffer: &Buffer) -> NonNull<u8> {
        // SAFETY: numbers are below the count, so the offset is inside the mapping.
        unsafe { self.memory.start.add(usize::from(buffer.0) * BUFFER_BYTES) }
    }
}

/// Anonymous memory of our own: page-aligned, zeroed, touched page by page when it is first used.
struct Mapping {
    start: NonNull<u8>,
    length: usize,
}

impl Mapping {
    fn new(length: usize) -> io::Result<Mapping> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_ANONYMOUS | libc::MAP_PRIVATE;
        // SAFETY: a new anonymous mapping at an address that the kernel chooses touches nothing that exists.
        let start = unsafe { libc::mmap(std::ptr::null_mut(), length, protection, flags, -1, 0) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let start = NonNull::new(start.cast()).expect("no mapping starts at zero");
        Ok(Mapping { start, length })
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: this is the mapping made in `new`, and nothing borrows from it any more.
        let result = unsafe { libc::munmap(self.start.as_ptr().cast(), self.length) };
        assert_eq!(result, 0, "a mapping can be unmapped");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_apart_and_counted() {
        let mut buffers = Buffers::new(4).expect("memory");
        assert_eq!(buffers.held(), 0);
        let (a, b) = (buffers.take(0), buffers.take(3));
        buffers.bytes(&a).fill(1);
        buffers.bytes(&b).fill(2);
        assert!(buffers.bytes(&a).iter().all(|byte| *byte == 1));
        assert_eq!(buffers.held(), 2);
        buffers.give(a);
        buffers.give(b);
        assert_eq!(buffers.held(), 0);
    }
}
