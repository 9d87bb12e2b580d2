//! Parameters that can be shown and set while the node runs, with rtpengine's words and texts.

use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::{Live, Node};
use crate::logging;

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// Open files of the process.
    MaxOpenFiles,
    /// Own calls.
    MaxSessions,
    /// CPU usage.
    MaxCpu,
    /// Load average.
    MaxLoad,
    /// Bytes of media per second.
    MaxBandwidth,
    /// `timeout`.
    Timeout,
    /// `silent-timeout`.
    SilentTimeout,
    /// `offer-timeout`.
    OfferTimeout,
    /// `final-timeout`.
    FinalTimeout,
    /// Has no meaning here.
    RedisAllowedErrors,
    /// Has no meaning here.
    RedisDisableTime,
    /// Has no meaning here.
    RedisDisable,
    /// Set in the configuration only.
    RedisConnectTimeout,
    /// Set in the configuration only.
    RedisCommandTimeout,
    /// Has no meaning here.
    ControlTos,
    /// `delete-delay`.
    DeleteDelay,
}

/// What a parameter was set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A whole number.
    Whole(i64),
    /// A number with this many decimals.
    Decimal(f64, usize),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Whole(number) => write!(f, "{number}"),
            Value::Decimal(number, decimals) => write!(f, "{number:.decimals$}"),
        }
    }
}

use Parameter as P;

impl Parameter {
    /// All, in the order of the help text.
    pub const ALL: [Parameter; 16] = [
        P::MaxOpenFiles,
        P::MaxSessions,
        P::MaxCpu,
        P::MaxLoad,
        P::MaxBandwidth,
        P::Timeout,
        P::SilentTimeout,
        P::OfferTimeout,
        P::FinalTimeout,
        P::RedisAllowedErrors,
        P::RedisDisableTime,
        P::RedisDisable,
        P::RedisConnectTimeout,
        P::RedisCommandTimeout,
        P::ControlTos,
        P::DeleteDelay,
    ];

    /// The word after `list` and `set`, what follows it, the name in answers to `set`, and what it is.
    fn texts(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            P::MaxOpenFiles => ("maxopenfiles", "<number>", "open_files", "open files of the process"),
            P::MaxSessions => ("maxsessions", "<number>", "maxsessions", "own calls; -1 is no limit"),
            P::MaxCpu => ("maxcpu", "<percent>", "maxcpu", "CPU usage above which calls are refused"),
            P::MaxLoad => ("maxload", "<load>", "maxload", "load average above which calls are refused"),
            P::MaxBandwidth => ("maxbw", "<bytes/s>", "maxbw", "media rate above which calls are refused"),
            P::Timeout => ("timeout", "<seconds>", "timeout", "a call without packets ends"),
            P::SilentTimeout => ("silenttimeout", "<seconds>", "timeout", "a call on hold ends"),
            P::OfferTimeout => ("offertimeout", "<seconds>", "timeout", "a call without an answer ends"),
            P::FinalTimeout => ("finaltimeout", "<seconds>", "timeout", "any call ends; 0 is never"),
            P::RedisAllowedErrors => {
                ("redisallowederrors", "<number>", "redis-allowed-errors", "rtpengine's; no effect here")
            }
            P::RedisDisableTime => {
                ("redisdisabletime", "<seconds>", "redis-disable-time", "rtpengine's; no effect here")
            }
            P::RedisDisable => ("redisdisable", "0 | 1", "redis-disable", "rtpengine's; no effect here"),
            P::RedisConnectTimeout => {
                ("redisconnecttimeout", "<ms>", "redis-connect-timeout", "wait for a connection to Redis")
            }
            P::RedisCommandTimeout => {
                ("rediscmdtimeout", "<ms>", "redis-cmd-timeout", "wait for an answer of Redis")
            }
            P::ControlTos => ("controltos", "<byte>", "control-tos", "rtpengine's; no effect here"),
            P::DeleteDelay => ("deletedelay", "<seconds>", "delete-delay", "a deleted call lives on"),
        }
    }

    /// The word after `list` and `set`.
    pub fn word(self) -> &'static str {
        self.texts().0
    }

    /// What follows the word in `set`.
    pub fn follows(self) -> &'static str {
        self.texts().1
    }

    /// What it is.
    pub fn about(self) -> &'static str {
        self.texts().3
    }

    /// The name in answers to `set`, which for all timeouts is `timeout`.
    pub fn name_when_set(self) -> &'static str {
        self.texts().2
    }

    /// Whether `list` has it.
    pub fn can_be_shown(self) -> bool {
        self != P::RedisDisable
    }

    /// What it is now.
    pub fn value(self, node: &Node, live: &Live) -> Value {
        let seconds = |duration: Duration| whole(duration.as_secs());
        let settings = &live.settings;
        match self {
            P::MaxOpenFiles => whole(getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft)),
            P::MaxSessions => Value::Whole(node.admission.max_sessions()),
            P::MaxCpu => Value::Decimal(live.limits.max_cpu.unwrap_or(0.0), 1),
            P::MaxLoad => Value::Decimal(live.limits.max_load.unwrap_or(0.0), 2),
            P::MaxBandwidth => whole(live.limits.max_bandwidth.unwrap_or(0)),
            P::Timeout => seconds(settings.timeout),
            P::SilentTimeout => seconds(settings.silent_timeout),
            P::OfferTimeout => seconds(settings.offer_timeout),
            P::FinalTimeout => seconds(settings.final_timeout),
            P::DeleteDelay => seconds(settings.delete_delay),
            P::RedisAllowedErrors => Value::Whole(-1),
            P::RedisDisableTime
            | P::RedisDisable
            | P::RedisConnectTimeout
            | P::RedisCommandTimeout
            | P::ControlTos => Value::Whole(0),
        }
    }

    /// Reads a value and sets it. The answer in words is the whole line, since each differs.
    ///
    /// # Errors
    /// The whole line that says why not.
    pub fn set(self, node: &Node, live: &mut Live, text: &str) -> Result<Value, String> {
        match self {
            P::MaxSessions => {
                let number = self.whole(text)?;
                if number < -1 {
                    return Err(self.fail(text, "either positive or -1 values allowed"));
                }
                node.admission.set_max_sessions(number);
                Ok(Value::Whole(number))
            }
            P::MaxCpu | P::MaxLoad => {
                let number = decimal(text).ok_or_else(|| self.fail(text, "no digits found"))?;
                let (limit, decimals) = match self {
                    P::MaxCpu => (&mut live.limits.max_cpu, 1),
                    _ => (&mut live.limits.max_load, 2),
                };
                *limit = (number > 0.0).then_some(number);
                Ok(Value::Decimal(number, decimals))
            }
            P::MaxBandwidth => {
                let number = self.positive(text)?;
                live.limits.max_bandwidth = (number > 0).then_some(number);
                Ok(whole(number))
            }
            P::Timeout | P::SilentTimeout | P::OfferTimeout | P::FinalTimeout | P::DeleteDelay => {
                self.set_duration(live, text)
            }
            P::MaxOpenFiles => self.set_open_files(text),
            P::ControlTos => {
                let right = self.whole(text).is_ok_and(|number| (0..=255).contains(&number));
                let reason = if right { NO_EFFECT } else { "must be between 0 and 255" };
                Err(self.invalid(text, reason))
            }
            P::RedisConnectTimeout => Err(self.unchangeable(text, 1, "must be > 0")),
            P::RedisDisableTime | P::RedisCommandTimeout => Err(self.unchangeable(text, 0, "must be >= 0")),
            P::RedisAllowedErrors | P::RedisDisable => Err(self.invalid(text, NO_EFFECT)),
        }
    }

    fn set_duration(self, live: &mut Live, text: &str) -> Result<Value, String> {
        let settings = &mut live.settings;
        let number = match self {
            P::DeleteDelay => self.positive(text).map_err(|_| "Invalid delete-delay value\n".to_owned())?,
            _ => self.positive(text)?,
        };
        let ends_all = number == 0 && !matches!(self, P::FinalTimeout | P::DeleteDelay);
        if ends_all || u32::try_from(number).is_err() {
            return Err(self.fail(text, &format!("must be 1 to {}", u32::MAX)));
        }
        let place = match self {
            P::SilentTimeout => &mut settings.silent_timeout,
            P::OfferTimeout => &mut settings.offer_timeout,
            P::FinalTimeout => &mut settings.final_timeout,
            P::DeleteDelay => &mut settings.delete_delay,
            _ => &mut settings.timeout,
        };
        *place = Duration::from_secs(number);
        Ok(whole(number))
    }

    fn set_open_files(self, text: &str) -> Result<Value, String> {
        const LEAST: u64 = 65536;
        let number = self.positive(text)?;
        if number < LEAST {
            return Err(self.fail(text, &format!("can't set it under {LEAST}")));
        }
        match setrlimit(Resource::RLIMIT_NOFILE, number, number) {
            Ok(()) => Ok(whole(number)),
            Err(errno) => Err(self.fail(text, &format!("errno = {}", errno as i32))),
        }
    }

    fn whole(self, text: &str) -> Result<i64, String> {
        strtol(text).map_err(|why| self.fail(text, why.text()))
    }

    fn positive(self, text: &str) -> Result<u64, String> {
        let number = self.whole(text)?;
        u64::try_from(number).map_err(|_| self.fail(text, "errno=0"))
    }

    fn fail(self, text: &str, reason: &str) -> String {
        format!("Fail setting {} to {text}; {reason}\n", self.name_when_set())
    }

    fn invalid(self, text: &str, reason: &str) -> String {
        format!("Invalid {} value {text}, {reason}\n", self.name_when_set())
    }

    fn unchangeable(self, text: &str, least: i64, reason: &'static str) -> String {
        let right = self.whole(text).is_ok_and(|number| number >= least);
        self.invalid(text, if right { NO_EFFECT } else { reason })
    }
}

const NO_EFFECT: &str = "it cannot be changed while tandem runs";

/// Why a number was not read; the texts are those that C's `strtol` leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotANumber {
    /// It begins with something else.
    NoDigits,
    /// It is too large.
    TooLarge,
}

impl NotANumber {
    /// As rtpengine says it.
    pub fn text(self) -> &'static str {
        match self {
            NotANumber::NoDigits => "no digits found",
            NotANumber::TooLarge => "errno=34",
        }
    }
}

/// Reads a number as C's `strtol` does: what follows the digits is ignored.
///
/// # Errors
/// No digits, or too many.
pub fn strtol(text: &str) -> Result<i64, NotANumber> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    if end == 0 {
        return Err(NotANumber::NoDigits);
    }
    let number: i64 = digits[..end].parse().map_err(|_| NotANumber::TooLarge)?;
    Ok(if negative { -number } else { number })
}

/// Reads a decimal number that is not negative; what follows is ignored.
fn decimal(text: &str) -> Option<f64> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    text[..end].parse().ok()
}

fn whole(number: u64) -> Value {
    Value::Whole(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Parameters by the names that rtpengine's `params current` has for them.
pub fn listing(node: &Node, live: &Live) -> Vec<(String, String)> {
    let settings = &live.settings;
    let (min, max) = node.ports.range();
    let mut list: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: String| list.push((name.to_owned(), value));
    add("log-level-core", logging::to_syslog(logging::level()).to_string());
    add("max_sessions", live.limits.max_sessions.to_string());
    add("default_tos", settings.tos.to_string());
    add("port_min", min.to_string());
    add("port_max", max.to_string());
    if let Some(redis) = &node.redis {
        add("redis_db", redis.keyspace().to_string());
    }
    add("bw_limit", live.limits.max_bandwidth.unwrap_or(0).to_string());
    for (name, duration) in [
        ("silent_timeout_us", settings.silent_timeout),
        ("timeout_us", settings.timeout),
        ("final_timeout_us", settings.final_timeout),
        ("offer_timeout_us", settings.offer_timeout),
        ("delete_delay_us", settings.delete_delay),
    ] {
        add(name, duration.as_micros().to_string());
    }
    add("max-cpu", Parameter::MaxCpu.value(node, live).to_string());
    add("max-load", Parameter::MaxLoad.value(node, live).to_string());
    for (n, address) in node.interfaces.addresses().iter().enumerate() {
        add(&format!("interface[{n}]"), format!("{}/{}", address.interface, address.ip));
    }
    let followed = node.redis.as_ref().map(|redis| redis.subscribed()).unwrap_or_default();
    for (n, keyspace) in followed.iter().enumerate() {
        add(&format!("keyspace[{n}]"), keyspace.to_string());
    }
    list
}

/// The same in the names and units of rtpengine's `params diff`: microseconds and hundredths.
pub fn numbers(live: &Live) -> Vec<(&'static str, i128)> {
    #[expect(clippy::cast_possible_truncation, reason = "limits are small numbers with two decimals")]
    let hundredths = |limit: Option<f64>| i128::from((limit.unwrap_or(0.0) * 100.0).round() as i64);
    let micros = |duration: Duration| i128::try_from(duration.as_micros()).unwrap_or(i128::MAX);
    let settings = &live.settings;
    vec![
        ("max-cpu", hundredths(live.limits.max_cpu)),
        ("max-load", hundredths(live.limits.max_load)),
        ("max-bw", i128::from(live.limits.max_bandwidth.unwrap_or(0))),
        ("timeout", micros(settings.timeout)),
        ("silent-timeout", micros(settings.silent_timeout)),
        ("final-timeout", micros(settings.final_timeout)),
        ("offer-timeout", micros(settings.offer_timeout)),
        ("delete-delay", micros(settings.delete_delay)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_c_does() {
        let cases = [
            ("12", Ok(12)),
            ("-1", Ok(-1)),
            ("12abc", Ok(12)),
            ("abc", Err(NotANumber::NoDigits)),
            ("-", Err(NotANumber::NoDigits)),
            ("99999999999999999999", Err(NotANumber::TooLarge)),
        ];
        for (text, number) in cases {
            assert_eq!(strtol(text), number, "{text}");
        }
        assert_eq!(decimal("95.5%"), Some(95.5));
        assert_eq!(decimal("abc"), None);
    }
}
