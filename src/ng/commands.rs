//! The commands of the ng protocol, a row each.

/// The end of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandEffect {
    /// Carried out.
    Done,
    /// Answered `ok`, which proxies need, although nothing is done.
    OkAlone,
    /// Refused: it needs what does not exist here.
    Refused,
}

/// Defines the commands in the order of the statistics: name on the wire, heading in the statistics, effect.
macro_rules! commands {
    ($($kind:ident $name:literal $heading:literal $effect:ident $help:literal)*) => {
        /// A command of the ng protocol.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum CommandKind {
            $(#[doc = concat!("`", $name, "`: ", $help, ".")] $kind,)*
        }

        impl CommandKind {
            /// All commands, in the order of the statistics.
            pub const ALL: [CommandKind; [$($name),*].len()] = [$(CommandKind::$kind),*];

            /// The name on the wire.
            pub fn name(self) -> &'static str {
                match self { $(CommandKind::$kind => $name,)* }
            }

            /// The heading in rtpengine's statistics; in lower case the beginning of the names in its JSON.
            pub fn heading(self) -> &'static str {
                match self { $(CommandKind::$kind => $heading,)* }
            }

            /// The end of it.
            pub fn effect(self) -> CommandEffect {
                match self { $(CommandKind::$kind => CommandEffect::$effect,)* }
            }

            /// Its effect in words.
            pub fn help(self) -> &'static str {
                match self { $(CommandKind::$kind => $help,)* }
            }
        }
    };
}

commands! {
    Ping "ping" "Ping" Done "is answered `pong`"
    Offer "offer" "Offer" Done "makes a call, or changes it"
    Answer "answer" "Answer" Done "answers an offer"
    Delete "delete" "Delete" Done "ends a call, or one of its branches"
    Query "query" "Query" Done "shows a call with its statistics"
    List "list" "List" Done "lists call-ids"
    StartRecording "start recording" "StartRec" OkAlone "records nothing"
    StopRecording "stop recording" "StopRec" Done "nothing is recorded afterwards"
    PauseRecording "pause recording" "PauseRec" Done "nothing is recorded afterwards"
    StartForwarding "start forwarding" "StartFwd" OkAlone "forwards nothing"
    StopForwarding "stop forwarding" "StopFwd" Done "nothing is forwarded afterwards"
    BlockDtmf "block DTMF" "BlkDTMF" Done "drops telephone-events of a party"
    UnblockDtmf "unblock DTMF" "UnblkDTMF" Done "passes them again"
    BlockMedia "block media" "BlkMedia" Done "drops the media of a party"
    UnblockMedia "unblock media" "UnblkMedia" Done "passes it again"
    PlayMedia "play media" "PlayMedia" Refused "would play a file"
    StopMedia "stop media" "StopMedia" Refused "would stop it"
    PlayDtmf "play DTMF" "PlayDTMF" Refused "would send telephone-events"
    Statistics "statistics" "Stats" Done "shows the counters of the node"
    SilenceMedia "silence media" "SlnMedia" Done "replaces the media of a party by silence"
    UnsilenceMedia "unsilence media" "UnslnMedia" Done "passes it again"
    Publish "publish" "Pub" Refused "would take media of a publisher"
    SubscribeRequest "subscribe request" "SubReq" Refused "would offer media of a call to somebody else"
    SubscribeAnswer "subscribe answer" "SubAns" Refused "would answer that"
    Unsubscribe "unsubscribe" "Unsub" Refused "would end that"
    InjectStart "inject start" "InjStart" Refused "would mix media of another call in"
    InjectStop "inject stop" "InjStop" Refused "would end that"
    Connect "connect" "Conn" Refused "would connect parties of two calls"
    Cli "cli" "CLI" Done "runs a command of operators, as far as `ng-cli` allows"
    Transform "transform" "Trnsfm" Refused "would transcode media of nobody"
    Create "create" "Create" Refused "would make an SDP of nobody"
    CreateAnswer "create answer" "CrtAnsw" Refused "would take its answer"
    Mesh "mesh" "Mesh" Refused "would connect the parties of several calls"
}

impl CommandKind {
    /// The command of a name, as the wire says it; `CLI` is the one that has two spellings.
    pub fn of(name: &[u8]) -> Option<CommandKind> {
        let name = if name == b"CLI" { b"cli" } else { name };
        CommandKind::ALL.into_iter().find(|kind| kind.name().as_bytes() == name)
    }
}
