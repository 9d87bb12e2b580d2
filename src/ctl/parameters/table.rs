//! The parameters, in the order of the help text.

use nix::sys::resource::{Resource, getrlimit};

use super::{NO_EFFECT, Parameter, Shown, Value, Zero, whole};

/// Number of parameters.
pub(super) const COUNT: usize = 16;

/// All parameters. rtpengine's that have no meaning here can be shown, since scripts ask for them, and not set: a
/// success that does nothing would be a lie.
pub(super) static PARAMETERS: [Parameter; COUNT] = [
    Parameter {
        word: "maxopenfiles",
        value: "<number>",
        help: "open files of the process",
        name_when_set: "open_files",
        shown: Shown::OpenFiles,
        get: |_, _| whole(getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft)),
        set: |parameter, _, _, text| parameter.set_open_files(text),
    },
    Parameter {
        word: "maxsessions",
        value: "<number>",
        help: "own calls; -1 is no limit",
        name_when_set: "maxsessions",
        shown: Shown::Before("Maximum sessions configured on rtpengine: "),
        get: |node, _| Value::Whole(node.admission.max_sessions()),
        set: Parameter::set_max_sessions,
    },
    Parameter {
        word: "maxcpu",
        value: "<percent>",
        help: "CPU usage above which calls are refused",
        name_when_set: "maxcpu",
        shown: Shown::Before("Maximum CPU usage configured on rtpengine: "),
        get: |_, live| Value::Decimal(live.limits.max_cpu.unwrap_or(0.0), 1),
        set: |parameter, _, live, text| parameter.set_decimal(&mut live.limits.max_cpu, 1, text),
    },
    Parameter {
        word: "maxload",
        value: "<load>",
        help: "load average above which calls are refused",
        name_when_set: "maxload",
        shown: Shown::Before("Maximum load average configured on rtpengine: "),
        get: |_, live| Value::Decimal(live.limits.max_load.unwrap_or(0.0), 2),
        set: |parameter, _, live, text| parameter.set_decimal(&mut live.limits.max_load, 2, text),
    },
    Parameter {
        word: "maxbw",
        value: "<bytes/s>",
        help: "media rate above which calls are refused",
        name_when_set: "maxbw",
        shown: Shown::Before("Maximum bandwidth configured on rtpengine: "),
        get: |_, live| whole(live.limits.max_bandwidth.unwrap_or(0)),
        set: Parameter::set_max_bandwidth,
    },
    Parameter {
        word: "timeout",
        value: "<seconds>",
        help: "a call without packets ends",
        name_when_set: "timeout",
        shown: Shown::Before("TIMEOUT="),
        get: |_, live| whole(live.settings.timeout.as_secs()),
        set: |parameter, _, live, text| {
            parameter.set_duration(&mut live.settings.timeout, Zero::Refused, text)
        },
    },
    Parameter {
        word: "silenttimeout",
        value: "<seconds>",
        help: "a call on hold ends",
        name_when_set: "timeout",
        shown: Shown::Before("SILENT_TIMEOUT="),
        get: |_, live| whole(live.settings.silent_timeout.as_secs()),
        set: |parameter, _, live, text| {
            parameter.set_duration(&mut live.settings.silent_timeout, Zero::Refused, text)
        },
    },
    Parameter {
        word: "offertimeout",
        value: "<seconds>",
        help: "a call without an answer ends",
        name_when_set: "timeout",
        shown: Shown::Before("OFFER_TIMEOUT="),
        get: |_, live| whole(live.settings.offer_timeout.as_secs()),
        set: |parameter, _, live, text| {
            parameter.set_duration(&mut live.settings.offer_timeout, Zero::Refused, text)
        },
    },
    Parameter {
        word: "finaltimeout",
        value: "<seconds>",
        help: "any call ends; 0 is never",
        name_when_set: "timeout",
        shown: Shown::Before("FINAL_TIMEOUT="),
        get: |_, live| whole(live.settings.final_timeout.as_secs()),
        set: |parameter, _, live, text| {
            parameter.set_duration(&mut live.settings.final_timeout, Zero::Taken, text)
        },
    },
    Parameter {
        word: "redisallowederrors",
        value: "<number>",
        help: "rtpengine's; no effect here",
        name_when_set: "redis-allowed-errors",
        shown: Shown::Value,
        get: |_, _| Value::Whole(-1),
        set: |parameter, _, _, text| Err(parameter.invalid(text, NO_EFFECT)),
    },
    Parameter {
        word: "redisdisabletime",
        value: "<seconds>",
        help: "rtpengine's; no effect here",
        name_when_set: "redis-disable-time",
        shown: Shown::Value,
        get: |_, _| Value::Whole(0),
        set: |parameter, _, _, text| Err(parameter.unchangeable(text, 0..=i64::MAX, "must be >= 0")),
    },
    Parameter {
        word: "redisdisable",
        value: "0 | 1",
        help: "rtpengine's; no effect here",
        name_when_set: "redis-disable",
        shown: Shown::Never,
        get: |_, _| Value::Whole(0),
        set: |parameter, _, _, text| Err(parameter.invalid(text, NO_EFFECT)),
    },
    Parameter {
        word: "redisconnecttimeout",
        value: "<ms>",
        help: "wait for a connection to Redis",
        name_when_set: "redis-connect-timeout",
        shown: Shown::Value,
        get: |_, _| Value::Whole(0),
        set: |parameter, _, _, text| Err(parameter.unchangeable(text, 1..=i64::MAX, "must be > 0")),
    },
    Parameter {
        word: "rediscmdtimeout",
        value: "<ms>",
        help: "wait for an answer of Redis",
        name_when_set: "redis-cmd-timeout",
        shown: Shown::Value,
        get: |_, _| Value::Whole(0),
        set: |parameter, _, _, text| Err(parameter.unchangeable(text, 0..=i64::MAX, "must be >= 0")),
    },
    Parameter {
        word: "controltos",
        value: "<byte>",
        help: "rtpengine's; no effect here",
        name_when_set: "control-tos",
        shown: Shown::Value,
        get: |_, _| Value::Whole(0),
        set: |parameter, _, _, text| Err(parameter.unchangeable(text, 0..=255, "must be between 0 and 255")),
    },
    Parameter {
        word: "deletedelay",
        value: "<seconds>",
        help: "a deleted call lives on",
        name_when_set: "delete-delay",
        shown: Shown::Value,
        get: |_, live| whole(live.settings.delete_delay.as_secs()),
        set: Parameter::set_delete_delay,
    },
];
