//! Our own io_uring: the only way in which packets reach a shard or leave it.
//!
//! # The model
//!
//! One multishot receive stands for each socket and puts datagrams into buffers of one shared ring. A
//! datagram is forwarded straight out of the buffer it came in: payload and destination address are read from
//! there. `MSG_DONTWAIT` makes a send finish inside `io_uring_enter`: it can neither wait nor be handed to a
//! worker. So when a submission was consumed its buffer is free, without any completion, and only
//! failures post one (`CQE_SKIP_SUCCESS`).
//!
//! Requests come in the same way, into longer buffers of their own, with the address of this host that they were
//! sent to.
//!
//! # Invariants
//!
//! * A buffer is held by the kernel, or by one [`Buffer`], or by one queued send. A `Buffer` cannot be
//!   copied, and every way to get rid of one gives it back.
//! * Every receive that is armed posts exactly one completion without `more`.
//! * Descriptors are used as they are. Registered files would save some nanoseconds, but before Linux 6.13
//!   the removal of one waits for every request that was issued earlier: with receives that stand for hours,
//!   a closed port would stay bound for hours.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::os::fd::{BorrowedFd, RawFd};
use std::time::Duration;

use io_uring::{IoUring, cqueue, opcode, squeue, types};

use super::address;
use super::buffers::{Buffer, Buffers, Group};
use super::control::{self, CONTROL_BYTES};
use super::request_socket::DatagramPath;
use crate::limits::DATAGRAM_BYTES_MAX;
use crate::names::SocketId;
use crate::packet::PacketBuf;

/// The header that a multishot receive puts before name and payload (`io_uring_recvmsg_out`).
const HEADER_BYTES: usize = 16;
/// Bytes at the start of a buffer that the destination of its packet is written to; what lies between them and the
/// payload is room for the packet.
const DESTINATION_BYTES: usize = address::NAME_BYTES;
/// Offset of the payload: there are no control messages.
const PAYLOAD_AT: usize = HEADER_BYTES + address::NAME_BYTES;
/// Bytes of a buffer that the kernel may fill with a packet.
const PACKET_BUFFER_BYTES: usize = PAYLOAD_AT + DATAGRAM_BYTES_MAX;
/// Bytes behind the longest packet, for what is added to it: an authentication tag, its key's identifier, an index
/// (RFC 3711, 80 bytes at most). Whole cache lines, so that no two buffers share one.
const PACKET_ROOM_BYTES: usize = 128;
/// The offset of a request's payload.
const REQUEST_AT: usize = PAYLOAD_AT + CONTROL_BYTES;
/// Bytes of a buffer for a request: no datagram is longer. What is not written to takes no memory.
const REQUEST_BUFFER_BYTES: usize = (REQUEST_AT + 65_535).next_multiple_of(4096);
/// Attempts to make room in a full submission queue. One is enough, unless the kernel is out of memory.
const SUBMITS_MAX: usize = 1000;
/// With `min_wait`: this many completions end the wait early.
const BATCH: usize = 64;
/// With `min_wait`: how long to wait if nothing comes at all.
const BATCH_WAIT: Duration = Duration::from_millis(20);

/// Sizes of the rings of a shard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub(super) submissions: u32,
    pub(super) completions: u32,
    /// For packets: a power of two.
    pub(super) buffers: u16,
    /// For requests: a power of two.
    pub(super) requests: u16,
}

impl Default for Sizes {
    fn default() -> Self {
        Sizes { submissions: 1024, completions: 8192, buffers: 4096, requests: 64 }
    }
}

/// Subject of a completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// A datagram, or the end of a standing receive.
    Receive(SocketId),
    /// A request that came to the listener of this number, or the end of its standing receive.
    Listen(u32),
    /// A send that failed.
    Send(SocketId),
    /// Nothing of interest: a cancellation or removal that found nothing.
    Ignored,
    /// The mailbox was rung.
    Mail,
    /// The tick.
    Tick,
    /// The deadline of this number.
    Deadline(u32),
}

const SLOT_BITS: u32 = 29;
const GENERATION_BITS: u32 = 32;

impl Tag {
    fn pack(self) -> u64 {
        let (kind, generation, slot) = match self {
            Tag::Receive(id) => (0, id.generation, id.slot),
            Tag::Send(id) => (1, id.generation, id.slot),
            Tag::Ignored => (2, 0, 0),
            Tag::Mail => (3, 0, 0),
            Tag::Tick => (4, 0, 0),
            Tag::Deadline(number) => (5, number, 0),
            Tag::Listen(number) => (6, number, 0),
        };
        assert!(slot >> SLOT_BITS == 0, "slots are below SOCKETS_PER_SHARD_MAX");
        kind << (SLOT_BITS + GENERATION_BITS) | u64::from(generation) << SLOT_BITS | u64::from(slot)
    }

    fn unpack(packed: u64) -> Tag {
        let slot = u32::try_from(packed & ((1 << SLOT_BITS) - 1)).expect("29 bits");
        let generation = u32::try_from(packed >> SLOT_BITS & u64::from(u32::MAX)).expect("32 bits");
        let id = SocketId { slot, generation };
        match packed >> (SLOT_BITS + GENERATION_BITS) {
            0 => Tag::Receive(id),
            1 => Tag::Send(id),
            2 => Tag::Ignored,
            3 => Tag::Mail,
            4 => Tag::Tick,
            5 => Tag::Deadline(generation),
            6 => Tag::Listen(generation),
            kind => unreachable!("the kernel hands back what it was given, not kind {kind}"),
        }
    }
}

/// Something the kernel has done.
#[derive(Debug)]
pub(super) struct Completion {
    pub(super) tag: Tag,
    /// A length, or an error number below zero.
    pub(super) result: i32,
    /// The request stands and will post more.
    pub(super) more: bool,
    /// The buffer that was filled.
    pub(super) buffer: Option<Buffer>,
}

/// A received datagram.
#[derive(Debug)]
pub(super) struct Datagram<'a> {
    pub(super) source: SocketAddr,
    /// The payload, with room on both sides.
    pub(super) packet: PacketBuf<'a>,
    /// True if the datagram was longer than the buffer.
    pub(super) is_cut: bool,
}

/// Ways to wait in the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// Not at all: submit, and let the kernel do what it has put off.
    Not,
    /// Until there is a completion.
    One,
    /// Until there are many, or this many microseconds have passed and there is one.
    Batch(u32),
    /// Until there is a completion, but not longer.
    AtMost(Duration),
}

/// The ring.
pub(super) struct Ring {
    // First, so that it is closed before the memory that it points to goes.
    uring: IoUring,
    buffers: Buffers,
    requests: Buffers,
    /// Room that a receive leaves before the payload. Boxed: the kernel reads it whenever a receive is armed.
    message: Box<libc::msghdr>,
    /// The same for requests.
    request: Box<libc::msghdr>,
    tick: Box<types::Timespec>,
    deadline: Box<types::Timespec>,
    /// Submissions queued since the start.
    queued: u64,
    /// Buffers of sends, with the number of their submission.
    sending: VecDeque<(u64, Buffer)>,
}

impl Ring {
    /// A ring that belongs to this thread.
    pub(super) fn new(sizes: Sizes) -> io::Result<Ring> {
        let uring = IoUring::builder()
            .setup_single_issuer()
            .setup_defer_taskrun()
            .setup_coop_taskrun()
            .setup_submit_all()
            .setup_clamp()
            .setup_cqsize(sizes.completions)
            .build(sizes.submissions)?;
        let buffers = Buffers::new(Group::Packets, sizes.buffers, PACKET_BUFFER_BYTES, PACKET_ROOM_BYTES)?;
        let requests = Buffers::new(Group::Requests, sizes.requests, REQUEST_BUFFER_BYTES, 0)?;
        for group in [&buffers, &requests] {
            let (entries, count, number) = (group.entries(), group.count(), group.group() as u16);
            // SAFETY: the entries are mapped for as long as the group lives, which is longer than the ring does.
            unsafe { uring.submitter().register_buf_ring_with_flags(entries, count, number, 0)? };
        }
        // SAFETY: a msghdr is integers and pointers; all zero is the empty one.
        let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
        message.msg_namelen = u32::try_from(address::NAME_BYTES).expect("28");
        let request = Box::new(libc::msghdr { msg_controllen: CONTROL_BYTES, ..message });
        Ok(Ring {
            uring,
            buffers,
            requests,
            message: Box::new(message),
            request,
            tick: Box::default(),
            deadline: Box::default(),
            queued: 0,
            sending: VecDeque::with_capacity(usize::from(sizes.buffers)),
        })
    }

    /// True if the kernel can wait for several completions without arming a timer too often (6.12).
    pub(super) fn can_wait_for_batches(&self) -> bool {
        self.uring.params().is_feature_min_timeout()
    }

    /// True if the kernel leaves out completions of success (5.17).
    pub(super) fn can_skip_success(&self) -> bool {
        self.uring.params().is_feature_skip_cqe_on_success()
    }

    /// Number of completions that the kernel keeps.
    pub(super) fn completions(&self) -> usize {
        self.uring.params().cq_entries() as usize
    }

    /// Buffers that are neither the kernel's nor queued to be sent.
    pub(super) fn held(&self) -> usize {
        self.buffers.held() + self.requests.held() - self.sending.len()
    }

    /// Arms the standing receive of a socket.
    pub(super) fn receive(&mut self, socket: SocketId, descriptor: RawFd) {
        let (message, group) = (&raw const *self.message, Group::Packets as u16);
        let entry = opcode::RecvMsgMulti::new(types::Fd(descriptor), message, group);
        self.push(&entry.build().user_data(Tag::Receive(socket).pack()));
    }

    /// Arms the standing receive of a listener.
    pub(super) fn listen(&mut self, listener: u32, descriptor: RawFd) {
        let (message, group) = (&raw const *self.request, Group::Requests as u16);
        let entry = opcode::RecvMsgMulti::new(types::Fd(descriptor), message, group);
        self.push(&entry.build().user_data(Tag::Listen(listener).pack()));
    }

    /// Ends the standing receive that has a tag: its last completion will come.
    pub(super) fn cancel(&mut self, tag: Tag) {
        let entry = opcode::AsyncCancel::new(tag.pack()).build();
        self.push(&entry.flags(squeue::Flags::SKIP_SUCCESS).user_data(Tag::Ignored.pack()));
    }

    /// The datagram that a completion with this `length` has put into `buffer`.
    pub(super) fn datagram(&mut self, buffer: &Buffer, length: usize) -> Option<Datagram<'_>> {
        const CUT: u32 = libc::MSG_TRUNC.cast_unsigned();
        let bytes = self.buffers.bytes(buffer);
        let head = bytes.get(..length)?.get(..PAYLOAD_AT)?;
        let name_length = u32::from_ne_bytes(*head.first_chunk()?) as usize;
        let flags = u32::from_ne_bytes(head[12..16].try_into().ok()?);
        let source = address::read(head[HEADER_BYTES..].get(..name_length)?)?;
        let (_, packet) = bytes.split_at_mut(DESTINATION_BYTES);
        let packet = PacketBuf::new(packet, PAYLOAD_AT - DESTINATION_BYTES..length - DESTINATION_BYTES);
        Some(Datagram { source, packet, is_cut: flags & CUT != 0 })
    }

    /// The request that a completion with this `length` has put into `buffer`.
    pub(super) fn request(
        &mut self,
        listener: usize,
        buffer: &Buffer,
        length: usize,
    ) -> Option<(DatagramPath, &[u8])> {
        let bytes = self.requests.bytes(buffer).get(..length)?;
        let (head, payload) = bytes.split_at_checked(REQUEST_AT)?;
        let number = |at: usize| Some(u32::from_ne_bytes(*head.get(at..)?.first_chunk()?) as usize);
        let peer = address::read(head[HEADER_BYTES..].get(..number(0)?)?)?;
        let local = control::read(head[PAYLOAD_AT..].get(..number(4)?)?);
        Some((DatagramPath { listener, peer, local }, payload))
    }

    /// Sends the packet that begins at a place of its [`PacketBuf`] in `buffer` out of a socket.
    pub(super) fn send(
        &mut self,
        via: SocketId,
        descriptor: RawFd,
        buffer: Buffer,
        place: Range<usize>,
        to: SocketAddr,
    ) {
        let (name, packet) = self.buffers.bytes(&buffer).split_at_mut(DESTINATION_BYTES);
        let name = name.first_chunk_mut().expect("as long as a name");
        let name_length = address::write(name, to);
        let name = name.as_ptr().cast();
        let packet = &packet[place];
        let length = u32::try_from(packet.len()).expect("below a buffer's size");
        let entry = opcode::Send::new(types::Fd(descriptor), packet.as_ptr(), length)
            .flags(libc::MSG_DONTWAIT)
            .dest_addr(name)
            .dest_addr_len(u16::try_from(name_length).expect("28 at most").into())
            .build();
        self.push(&entry.flags(squeue::Flags::SKIP_SUCCESS).user_data(Tag::Send(via).pack()));
        self.sending.push_back((self.queued, buffer));
    }

    /// Gives a buffer back to the kernel.
    pub(super) fn give(&mut self, buffer: Buffer) {
        match buffer.group() {
            Group::Packets => self.buffers.give(buffer),
            Group::Requests => self.requests.give(buffer),
        }
    }

    /// Keeps polling a descriptor for input.
    pub(super) fn poll(&mut self, descriptor: RawFd) {
        let events = u32::from(libc::POLLIN.cast_unsigned());
        let entry = opcode::PollAdd::new(types::Fd(descriptor), events).multi(true).build();
        self.push(&entry.user_data(Tag::Mail.pack()));
    }

    /// Posts a completion after a while.
    pub(super) fn tick(&mut self, after: Duration) {
        *self.tick = types::Timespec::from(after);
        let entry = opcode::Timeout::new(&raw const *self.tick).build();
        self.push(&entry.user_data(Tag::Tick.pack()));
    }

    /// Posts a completion after a while; `replaced` is an earlier one that is not wanted any more.
    pub(super) fn deadline(&mut self, number: u32, after: Duration, replaced: Option<u32>) {
        if let Some(replaced) = replaced {
            let entry = opcode::TimeoutRemove::new(Tag::Deadline(replaced).pack()).build();
            self.push(&entry.flags(squeue::Flags::SKIP_SUCCESS).user_data(Tag::Ignored.pack()));
        }
        *self.deadline = types::Timespec::from(after);
        let entry = opcode::Timeout::new(&raw const *self.deadline).build();
        self.push(&entry.user_data(Tag::Deadline(number).pack()));
    }

    /// Takes over all completions there are.
    pub(super) fn collect(&mut self, mut each: impl FnMut(Completion)) {
        for entry in self.uring.completion() {
            let tag = Tag::unpack(entry.user_data());
            let buffers = if let Tag::Listen(_) = tag { &mut self.requests } else { &mut self.buffers };
            let buffer = cqueue::buffer_select(entry.flags()).map(|id| buffers.take(id));
            each(Completion { tag, result: entry.result(), more: cqueue::more(entry.flags()), buffer });
        }
    }

    /// True if there is a completion to collect.
    pub(super) fn has_completions(&mut self) -> bool {
        !self.uring.completion().is_empty()
    }

    /// True if the kernel has taken every submission.
    pub(super) fn is_submitted(&mut self) -> bool {
        self.uring.submission().is_empty()
    }

    /// Submits everything that is queued, and waits.
    pub(super) fn enter(&mut self, wait: Wait) {
        self.buffers.publish();
        self.requests.publish();
        let submitter = self.uring.submitter();
        let result = match wait {
            Wait::Not => {
                const GET_EVENTS: u32 = 1;
                let queued = u32::try_from(self.uring.submission().len()).expect("a queue's length");
                // SAFETY: no argument is passed, and the flag only asks the kernel to run deferred work.
                unsafe { self.uring.submitter().enter::<libc::sigset_t>(queued, 0, GET_EVENTS, None) }
            }
            Wait::One => submitter.submit_and_wait(1),
            Wait::Batch(microseconds) => {
                let most = types::Timespec::from(BATCH_WAIT);
                let args = types::SubmitArgs::new().timespec(&most).min_wait_usec(microseconds);
                submitter.submit_with_args(BATCH, &args)
            }
            Wait::AtMost(most) => {
                let most = types::Timespec::from(most);
                submitter.submit_with_args(1, &types::SubmitArgs::new().timespec(&most))
            }
        };
        match result {
            Ok(_) => {}
            // Nothing came in time, a signal did, or the kernel wants completions collected or memory freed
            // first: what was not submitted stays queued.
            Err(error) if matches!(error.raw_os_error(), Some(libc::ETIME | libc::EINTR)) => {}
            Err(error) if matches!(error.raw_os_error(), Some(libc::EBUSY | libc::EAGAIN)) => {}
            Err(error) => panic!("io_uring_enter failed in a way that it never should: {error}"),
        }
        self.reclaim();
    }

    /// From now on each completion also rings this eventfd, so that somebody else can wait for them.
    pub(super) fn attach(&self, eventfd: BorrowedFd<'_>) -> io::Result<()> {
        use std::os::fd::AsRawFd;
        self.uring.submitter().register_eventfd(eventfd.as_raw_fd())
    }

    /// Ends [`Ring::attach`].
    pub(super) fn detach(&self) -> io::Result<()> {
        self.uring.submitter().unregister_eventfd()
    }

    /// Gives back the buffers of sends that the kernel has taken: they are done.
    fn reclaim(&mut self) {
        let left = self.uring.submission().len() as u64;
        let taken = self.queued - left;
        while let Some((number, buffer)) = self.sending.pop_front() {
            if number > taken {
                self.sending.push_front((number, buffer));
                break;
            }
            self.buffers.give(buffer);
        }
        self.buffers.publish();
    }

    fn push(&mut self, entry: &squeue::Entry) {
        for _ in 0..SUBMITS_MAX {
            // SAFETY: everything an entry points to lives long enough. Sends point into a buffer that is
            // given back only after the submission was consumed. Receives point to `message` and `request`,
            // timeouts to `tick` and `deadline`, and those are dropped after the ring. Descriptors that were closed in
            // the meantime fail by themselves.
            if unsafe { self.uring.submission().push(entry) }.is_ok() {
                self.queued += 1;
                return;
            }
            self.enter(Wait::Not);
        }
        panic!("the kernel takes no submissions any more");
    }
}
