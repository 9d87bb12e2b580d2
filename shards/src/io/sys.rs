//! The few system calls that neither std nor socket2 nor io-uring wraps, each behind a safe function.

use std::fs::OpenOptions;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

/// Growing the descriptor table further costs memory and buys nothing: more sockets than one node can use.
const DESCRIPTORS_GROWN_MAX: u64 = 1 << 20;

fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Behaviour of a read of an eventfd that was not rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// Waits: for reads that an io_uring does.
    Waits,
    /// Fails.
    Fails,
}

/// A new eventfd.
pub(super) fn eventfd(read: Read) -> io::Result<OwnedFd> {
    let flags = match read {
        Read::Waits => libc::EFD_CLOEXEC,
        Read::Fails => libc::EFD_CLOEXEC | libc::EFD_NONBLOCK,
    };
    // SAFETY: eventfd takes no pointers.
    let fd = check(unsafe { libc::eventfd(0, flags) })?;
    // SAFETY: the descriptor is new and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// A pipe with both ends in one descriptor, to be written to and polled as an eventfd is; reads do not wait.
///
/// The kernel lets no eventfd ring another: a ring that polls an eventfd, and has to signal its own when
/// that is written to, puts it off until RCU's grace period has passed, which is 10 to 20 ms
/// (`io_eventfd_signal`). A pipe has no such rule.
pub(super) fn bell() -> io::Result<OwnedFd> {
    let (ear, _hand) = io::pipe()?;
    let both_ends = format!("/proc/self/fd/{}", ear.as_raw_fd());
    let mut options = OpenOptions::new();
    Ok(options.read(true).write(true).custom_flags(libc::O_NONBLOCK).open(both_ends)?.into())
}

/// Adds one to an eventfd.
pub(super) fn ring(eventfd: BorrowedFd<'_>) {
    let one = 1u64.to_ne_bytes();
    // SAFETY: `one` is valid for the kernel to read its length.
    let written = unsafe { libc::write(eventfd.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    // It fails or waits only at a count of 2^64 - 1.
    debug_assert_eq!(written, 8);
}

/// Makes the descriptor `target` stand for what `source` stands for.
pub(super) fn replace(target: RawFd, source: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: dup3 takes no pointers. `target` keeps its owner, which closes it as before.
    check(unsafe { libc::dup3(source.as_raw_fd(), target, libc::O_CLOEXEC) })?;
    Ok(())
}

/// The number of descriptors that this process may have.
pub(super) fn descriptors_max() -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is valid for the kernel to write one rlimit.
    let asked = check(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) });
    asked.map_or(u64::MAX, |_| limit.rlim_cur)
}

/// Raises the soft limit of descriptors to the hard one; returns it.
pub(super) fn raise_descriptor_limit() -> io::Result<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is valid for the kernel to write one rlimit.
    check(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) })?;
    if limit.rlim_cur < limit.rlim_max {
        limit.rlim_cur = limit.rlim_max;
        // SAFETY: `limit` is valid for the kernel to read one rlimit.
        check(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) })?;
    }
    Ok(limit.rlim_cur)
}

/// Grows the descriptor table to its limit at once. The kernel doubles it on demand, and in a process with
/// threads each doubling waits for a grace period: up to tens of milliseconds in the middle of calls.
pub(super) fn grow_descriptor_table(limit: u64) -> io::Result<()> {
    let highest = limit.min(DESCRIPTORS_GROWN_MAX).saturating_sub(1);
    let highest = libc::c_int::try_from(highest).expect("below 2^20");
    let any = eventfd(Read::Fails)?;
    // SAFETY: F_DUPFD_CLOEXEC takes an integer.
    let fd = check(unsafe { libc::fcntl(any.as_raw_fd(), libc::F_DUPFD_CLOEXEC, highest) })?;
    // SAFETY: the descriptor is new and nobody else has it; dropping it closes it.
    drop(unsafe { OwnedFd::from_raw_fd(fd) });
    Ok(())
}

/// The limit of locked memory, in bytes.
pub(super) fn memlock_limit() -> io::Result<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is valid for the kernel to write one rlimit.
    check(unsafe { libc::getrlimit(libc::RLIMIT_MEMLOCK, &raw mut limit) })?;
    Ok(limit.rlim_cur)
}

/// The CPUs that this process may run on.
pub(super) fn allowed_cpus() -> io::Result<Vec<usize>> {
    // SAFETY: a cpu_set_t is plain bits; all zero is the empty set.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: `set` is valid for the kernel to write the size that is named.
    check(unsafe { libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &raw mut set) })?;
    let bits = size_of::<libc::cpu_set_t>() * 8;
    // SAFETY: every number is below the number of bits of the set.
    Ok((0..bits).filter(|cpu| unsafe { libc::CPU_ISSET(*cpu, &set) }).collect())
}

/// Lets a socket tell to which address of this host each datagram was sent.
pub(super) fn tell_local_addresses(socket: BorrowedFd<'_>, is_ip4: bool) -> io::Result<()> {
    let (level, option) = match is_ip4 {
        true => (libc::IPPROTO_IP, libc::IP_PKTINFO),
        false => (libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO),
    };
    let on: libc::c_int = 1;
    let length = libc::socklen_t::try_from(size_of_val(&on)).expect("4");
    // SAFETY: `on` is valid for the kernel to read the length that is named.
    check(unsafe { libc::setsockopt(socket.as_raw_fd(), level, option, (&raw const on).cast(), length) })?;
    Ok(())
}

/// The bytes filled of each part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Received {
    pub(super) payload: usize,
    pub(super) name: usize,
    pub(super) control: usize,
}

/// Receives a message that is there already.
pub(super) fn receive_message(
    socket: BorrowedFd<'_>,
    payload: &mut [u8],
    name: &mut [u8],
    control: &mut [u8],
) -> io::Result<Received> {
    let mut part = libc::iovec { iov_base: payload.as_mut_ptr().cast(), iov_len: payload.len() };
    // SAFETY: a msghdr is integers and pointers; all zero is the empty one.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_name = name.as_mut_ptr().cast();
    message.msg_namelen = libc::socklen_t::try_from(name.len()).expect("short");
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = control.len();
    // SAFETY: all that the message points to is borrowed until this returns, and valid for the kernel to write the
    // lengths that are named.
    let length = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, libc::MSG_DONTWAIT) };
    let payload = usize::try_from(length).map_err(|_| io::Error::last_os_error())?;
    let name = name.len().min(message.msg_namelen as usize);
    Ok(Received { payload, name, control: control.len().min(message.msg_controllen) })
}

/// The CPU time this thread has used so far, in the kernel or out of it.
pub(super) fn thread_cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is valid for the kernel to write one timespec.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(result, 0, "every thread has a CPU clock");
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or(0);
    Duration::new(seconds, nanoseconds)
}

/// A random number.
pub(super) fn random() -> io::Result<u64> {
    let mut bytes = [0u8; 8];
    // SAFETY: `bytes` is valid for the kernel to write the length that is named.
    let length = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    // Requests of up to 256 bytes are never cut short.
    if length == 8 { Ok(u64::from_ne_bytes(bytes)) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_descriptor_limit_is_raised_once_and_the_table_grown() {
        let limit = raise_descriptor_limit().expect("a limit");
        assert_eq!(raise_descriptor_limit().expect("a limit"), limit);
        grow_descriptor_table(limit).expect("room for one descriptor");
    }

    #[test]
    fn a_bell_is_no_eventfd_and_a_read_does_not_wait() {
        use std::io::{Read as _, Write as _};

        let mut bell = std::fs::File::from(bell().expect("a pipe"));
        let name = std::fs::read_link(format!("/proc/self/fd/{}", bell.as_raw_fd())).expect("a link");
        assert!(name.to_string_lossy().starts_with("pipe:"), "{name:?}");
        let mut rung = [0; 8];
        assert!(bell.read(&mut rung).is_err());
        bell.write_all(&[1; 8]).expect("room");
        assert_eq!(bell.read(&mut rung).expect("it was rung"), 8);
    }

    #[test]
    fn this_thread_has_a_cpu_and_a_cpu_clock() {
        assert!(!allowed_cpus().expect("a set").is_empty());
        let before = thread_cpu_time();
        let mut x = 1u64;
        while thread_cpu_time() == before {
            x = std::hint::black_box(x.wrapping_mul(3));
        }
    }
}
