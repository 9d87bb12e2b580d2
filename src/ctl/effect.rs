//! The table of what commands change, which is what their origins need a right for.

use tandem_shards::input::Filter;
use tandem_shards::names::CallId;

use super::commands::{CallAct, CtlCommand as C, DebugFlag, Handover, ParamsWord};
use crate::request_log::Cut;

/// What a command does to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Reads,
    /// It changes something. In words for the log, which begin with `call=` where it is about one call.
    Changes(String),
}

impl C {
    /// Tells of each command whether it changes something: calls, settings, what is logged, the load of Redis.
    pub fn effect(&self) -> Effect {
        use Effect::{Changes, Reads};
        let of_call = |call_id: &CallId, words: &str| Changes(format!("call={call_id} {words}"));
        match self {
            C::Help(_) | C::Usage | C::Numsessions | C::Sessions(_) | C::Session(_) | C::Totals => Reads,
            C::Counters | C::JsonStats | C::Interfaces | C::Transcoders | C::Show(_) | C::LogLevels => Reads,
            C::LogLevel(_) | C::KsList | C::Shards | C::Status | C::Ping | C::Redis | C::Wrong(_) => Reads,
            C::Params(ParamsWord::Start | ParamsWord::Current | ParamsWord::Diff) | C::Debug(None) => Reads,
            C::Params(ParamsWord::Revert) => Changes("params revert".to_owned()),
            C::Set(parameter, value) => {
                Changes(format!("set {} {}", parameter.word(), Cut(value.as_bytes())))
            }
            C::SetLogLevel(system, level) => {
                let system = system.as_deref().unwrap_or("all");
                Changes(format!("set loglevel {} {}", Cut(system.as_bytes()), Cut(level.as_bytes())))
            }
            C::Terminate(Filter::One(call_id)) => of_call(call_id, "terminate"),
            C::Terminate(filter) => Changes(format!("terminate {filter:?}").to_lowercase()),
            C::KsAdd(keyspace) => Changes(format!("ksadd {}", Cut(keyspace.as_bytes()))),
            C::KsRm(keyspace) => Changes(format!("ksrm {}", Cut(keyspace.as_bytes()))),
            C::Active => Changes("active".to_owned()),
            C::StandBy(Handover::Safe) => Changes("standby".to_owned()),
            C::StandBy(Handover::Forced) => Changes("standby --force".to_owned()),
            C::Resync(None) => Changes("resync".to_owned()),
            C::Resync(Some(keyspace)) => Changes(format!("resync {keyspace}")),
            C::Debug(Some((call_id, flag))) => of_call(call_id, flag.words()),
            C::Call(call_id, act) => match act {
                CallAct::Info | CallAct::Party(_) | CallAct::Wrong(_) => Reads,
                CallAct::Terminate => of_call(call_id, "terminate"),
                CallAct::Debug(flag) => of_call(call_id, flag.words()),
            },
        }
    }
}

impl DebugFlag {
    fn words(&self) -> &'static str {
        match self {
            DebugFlag::On => "debug on",
            DebugFlag::Off => "debug off",
            DebugFlag::Invalid(_) => "debug",
        }
    }
}
