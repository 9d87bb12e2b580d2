//! Checks of the host: the same for the start of the shards and for `tandem check`. Everything that is missing is named
//! at once, each in one sentence.

use std::io;

use super::StartError;
use super::ring::{Ring, Sizes};
use super::sys;

/// glommio refuses to start an executor with less.
const MEMLOCK_MIN: u64 = 512 * 1024;
/// For the probe: as small as rings can be.
const SMALL: Sizes = Sizes { submissions: 4, completions: 8, buffers: 4, requests: 1 };
/// Descriptors that a shard needs besides its sockets: the rings and eventfds of its executor and its own.
const DESCRIPTORS_PER_SHARD: u64 = 16;
/// Descriptors of everything else in the process.
const DESCRIPTORS_OTHERS: u64 = 64;

/// A fact about the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The subject.
    pub subject: &'static str,
    /// The judgement.
    pub verdict: Verdict,
    /// The fact in words, with what to do.
    pub text: String,
}

/// The judgement of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Right.
    Ok,
    /// Worth a look; the node runs.
    Note,
    /// The node would not run, or not as configured.
    Fail,
}

impl Finding {
    /// A fact that is right.
    pub fn ok(subject: &'static str, text: impl Into<String>) -> Finding {
        Finding { subject, verdict: Verdict::Ok, text: text.into() }
    }

    /// A fact worth a look.
    pub fn note(subject: &'static str, text: impl Into<String>) -> Finding {
        Finding { subject, verdict: Verdict::Note, text: text.into() }
    }

    /// A fact that keeps the node from running.
    pub fn fail(subject: &'static str, text: impl Into<String>) -> Finding {
        Finding { subject, verdict: Verdict::Fail, text: text.into() }
    }

    /// Makes a finding of what is wrong, or else of the fact that is right.
    fn of(subject: &'static str, wrong: Option<String>, right: impl Into<String>) -> Finding {
        wrong.map_or_else(|| Finding::ok(subject, right), |text| Finding::fail(subject, text))
    }
}

/// Everything about the host that shards on these CPUs depend on.
pub fn examine(cpus: &[usize]) -> Vec<Finding> {
    let memlock = match sys::memlock_limit() {
        Ok(limit) => Finding::of("locked memory", check_memlock(limit), format!("{} KiB", limit / 1024)),
        Err(error) => Finding::fail("locked memory", format!("the limit cannot be read: {error}")),
    };
    let descriptors = match sys::raise_descriptor_limit() {
        Ok(limit) => Finding::of("descriptors", check_descriptors(limit, cpus.len()), limit.to_string()),
        Err(error) => Finding::fail("descriptors", format!("the limit cannot be raised: {error}")),
    };
    vec![
        Finding::of("CPUs", check_cpus(cpus, &allowed_cpus()), join(cpus)),
        memlock,
        Finding::of("io_uring", check_ring(), format!("works, kernel {}", kernel_release())),
        descriptors,
    ]
}

/// The CPUs that this process may run on.
pub fn allowed_cpus() -> Vec<usize> {
    sys::allowed_cpus().unwrap_or_default()
}

/// Raises the limit of open descriptors as far as it goes, since every port is one; the limit then.
pub fn raise_descriptor_limit() -> u64 {
    sys::raise_descriptor_limit().unwrap_or(0)
}

/// Refuses a host that lacks something, and prepares the process: grows the table of descriptors.
pub(super) fn prepare(cpus: &[usize]) -> Result<(), StartError> {
    let failed = examine(cpus).into_iter().filter(|finding| finding.verdict == Verdict::Fail);
    let mut missing: Vec<String> = failed.map(|finding| finding.text).collect();
    if let Err(error) = sys::grow_descriptor_table(raise_descriptor_limit()) {
        missing.push(format!("the descriptor table cannot be grown: {error}"));
    }
    if missing.is_empty() { Ok(()) } else { Err(StartError(missing.join("; "))) }
}

fn check_cpus(cpus: &[usize], allowed: &[usize]) -> Option<String> {
    if cpus.is_empty() {
        return Some("no CPU is given to run a shard on".into());
    }
    if u16::try_from(cpus.len()).is_err() {
        return Some(format!("{} shards are too many: 65535 is the most", cpus.len()));
    }
    let mut forbidden: Vec<usize> = cpus.iter().copied().filter(|cpu| !allowed.contains(cpu)).collect();
    forbidden.sort_unstable();
    forbidden.dedup();
    (!forbidden.is_empty()).then(|| {
        format!("CPU {} is not among those this process may run on ({})", join(&forbidden), join(allowed))
    })
}

fn check_memlock(limit: u64) -> Option<String> {
    (limit < MEMLOCK_MIN).then(|| {
        format!(
            "{} KiB of locked memory are allowed and each shard needs {} KiB (LimitMEMLOCK=, ulimit -l)",
            limit / 1024,
            MEMLOCK_MIN / 1024
        )
    })
}

fn check_descriptors(limit: u64, shards: usize) -> Option<String> {
    let needed = DESCRIPTORS_OTHERS + DESCRIPTORS_PER_SHARD * shards as u64;
    (limit < needed).then(|| {
        format!(
            "{limit} descriptors are allowed and {needed} are needed before the first socket \
             (LimitNOFILE=, ulimit -n)"
        )
    })
}

/// Tries the very thing: a ring with the flags that shards use, and buffers for it. A kernel that takes these
/// flags (6.1) has all the requests that are used, multishot receives (6.0) among them.
fn check_ring() -> Option<String> {
    match Ring::new(SMALL) {
        Ok(ring) if ring.can_skip_success() => None,
        Ok(_) => Some(too_old(&kernel_release())),
        Err(error) => Some(explain(&error, disabled_by_sysctl(), &kernel_release())),
    }
}

fn explain(error: &io::Error, disabled: Option<u8>, release: &str) -> String {
    match (error.raw_os_error(), disabled) {
        (Some(libc::EPERM), Some(value @ 1..)) => {
            format!("io_uring is switched off (kernel.io_uring_disabled = {value})")
        }
        (Some(libc::EPERM | libc::EACCES), _) => {
            "io_uring is forbidden here, most likely by the seccomp filter of a container".into()
        }
        (Some(libc::ENOSYS), _) => {
            format!("this kernel ({release}) has no io_uring, or the seccomp filter of a container hides it")
        }
        (Some(libc::EINVAL), _) => too_old(release),
        (Some(libc::ENOMEM), _) => "there is no memory for an io_uring (LimitMEMLOCK=, ulimit -l)".into(),
        _ => format!("io_uring does not work here: {error}"),
    }
}

fn too_old(release: &str) -> String {
    format!("this kernel ({release}) is too old: Linux 6.1 is needed")
}

fn disabled_by_sysctl() -> Option<u8> {
    std::fs::read_to_string("/proc/sys/kernel/io_uring_disabled").ok()?.trim().parse().ok()
}

fn kernel_release() -> String {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    release.trim().to_owned()
}

fn join(numbers: &[usize]) -> String {
    numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_host_will_do() {
        let cpus = sys::allowed_cpus().expect("a set");
        prepare(&cpus).expect("these tests need io_uring");
    }

    #[test]
    fn all_that_is_missing_is_named_at_once() {
        let StartError(text) = prepare(&[100_000, 100_001]).expect_err("there is no such CPU");
        assert!(text.starts_with("CPU 100000, 100001 is not among those"), "{text}");
    }

    #[test]
    fn each_sentence_says_what_to_do() {
        let errno = io::Error::from_raw_os_error;
        let cases = [
            (check_cpus(&[], &[0]), "no CPU is given to run a shard on"),
            (
                check_cpus(&[3, 1, 3, 0], &[0, 2]),
                "CPU 1, 3 is not among those this process may run on (0, 2)",
            ),
            (
                check_memlock(64 * 1024),
                "64 KiB of locked memory are allowed and each shard needs 512 KiB (LimitMEMLOCK=, ulimit -l)",
            ),
            (
                check_descriptors(100, 4),
                "100 descriptors are allowed and 128 are needed before the first socket \
                 (LimitNOFILE=, ulimit -n)",
            ),
            (
                Some(explain(&errno(libc::EPERM), Some(2), "6.1.0")),
                "io_uring is switched off (kernel.io_uring_disabled = 2)",
            ),
            (
                Some(explain(&errno(libc::EPERM), Some(0), "6.1.0")),
                "io_uring is forbidden here, most likely by the seccomp filter of a container",
            ),
            (
                Some(explain(&errno(libc::ENOSYS), None, "5.0.0")),
                "this kernel (5.0.0) has no io_uring, or the seccomp filter of a container hides it",
            ),
            (
                Some(explain(&errno(libc::EINVAL), None, "5.15.0")),
                "this kernel (5.15.0) is too old: Linux 6.1 is needed",
            ),
        ];
        for (got, wanted) in cases {
            assert_eq!(got.as_deref(), Some(wanted));
        }
        assert_eq!(check_cpus(&[0, 0, 2], &[0, 2]), None);
        assert_eq!(check_memlock(MEMLOCK_MIN), None);
        assert_eq!(check_descriptors(128, 4), None);
    }
}
