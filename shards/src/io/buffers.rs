//! Receive buffers that a shard shares with the kernel: groups of them, each a provided-buffer ring with buffers of one
//! size.

use std::io;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU16, Ordering};

use io_uring::types::BufRingEntry;

/// The purpose of a group of buffers; the number under which the kernel knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Group {
    /// Packets of media.
    Packets = 0,
    /// Requests: datagrams of any length.
    Requests = 1,
}

/// A buffer that the kernel has filled. There is at most one for each number of a group, and it cannot be copied: it
/// ends by being given back.
#[derive(Debug)]
#[must_use = "a buffer that is not given back is lost"]
pub(super) struct Buffer {
    group: Group,
    id: u16,
}

impl Buffer {
    /// The group that it goes back to.
    pub(super) fn group(&self) -> Group {
        self.group
    }
}

/// The ring and the memory of one group.
pub(super) struct Buffers {
    group: Group,
    ring: Mapping,
    memory: Mapping,
    /// Bytes of each that the kernel may fill.
    size: usize,
    /// Bytes of each, with the room behind.
    stride: usize,
    count: u16,
    tail: u16,
    held: usize,
}

impl Buffers {
    /// Buffers that are all the kernel's, once the ring is registered. It fills them up to `size`, and leaves the room
    /// behind alone.
    pub(super) fn new(group: Group, count: u16, size: usize, room: usize) -> io::Result<Buffers> {
        let stride = size + room;
        assert!(count.is_power_of_two(), "the kernel wants a power of two");
        let ring = Mapping::new(usize::from(count) * size_of::<BufRingEntry>())?;
        let memory = Mapping::new(usize::from(count) * stride)?;
        let mut buffers =
            Buffers { group, ring, memory, size, stride, count, tail: 0, held: usize::from(count) };
        for id in 0..count {
            buffers.give(Buffer { group, id });
        }
        buffers.publish();
        Ok(buffers)
    }

    /// The group, for its registration.
    pub(super) fn group(&self) -> Group {
        self.group
    }

    /// The number of buffers.
    pub(super) fn count(&self) -> u16 {
        self.count
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
        Buffer { group: self.group, id }
    }

    /// Gives a buffer back, as of the next [`Buffers::publish`].
    pub(super) fn give(&mut self, buffer: Buffer) {
        assert_eq!(buffer.group, self.group, "a buffer goes back to its group");
        let address = self.address(&buffer).as_ptr().expose_provenance() as u64;
        let place = usize::from(self.tail & (self.count - 1));
        // SAFETY: `place` is below the number of entries, and the kernel reads none beyond the tail that was
        // published last, which this one is. The mapping is zeroed memory, a valid entry.
        let entry = unsafe { &mut *self.ring.start.as_ptr().cast::<BufRingEntry>().add(place) };
        entry.set_addr(address);
        entry.set_len(u32::try_from(self.size).expect("small"));
        entry.set_bid(buffer.id);
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

    /// The whole of a buffer, with its room.
    pub(super) fn bytes(&mut self, buffer: &Buffer) -> &mut [u8] {
        assert_eq!(buffer.group, self.group, "a buffer of this group");
        // SAFETY: the range is inside the mapping, which is initialised (zeroed) memory. Whoever holds the
        // `Buffer` has it alone: the kernel does not write to it before it is given back, and `self` is
        // borrowed.
        unsafe { std::slice::from_raw_parts_mut(self.address(buffer).as_ptr(), self.stride) }
    }

    fn address(&self, buffer: &Buffer) -> NonNull<u8> {
        // SAFETY: numbers are below the count, so the offset is inside the mapping.
        unsafe { self.memory.start.add(usize::from(buffer.id) * self.stride) }
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
        let mut buffers = Buffers::new(Group::Packets, 4, 2048, 64).expect("memory");
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
