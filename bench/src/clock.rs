//! The clocks of the bench, in one place: every other module asks here.

use std::time::{Duration, Instant, SystemTime};

/// A point in time that never goes back.
#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Time that has passed since.
#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
pub(crate) fn since(start: Instant) -> Duration {
    start.elapsed()
}

/// Nanoseconds since 1970: the clock in which the kernel stamps received packets.
#[expect(clippy::disallowed_methods, reason = "kernel receive stamps use this clock")]
pub(crate) fn wall_nanoseconds() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Waits without using the CPU.
#[expect(clippy::disallowed_methods, reason = "the generator paces itself")]
pub(crate) fn pause(duration: Duration) {
    std::thread::sleep(duration);
}

/// Whole nanoseconds of a duration.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
