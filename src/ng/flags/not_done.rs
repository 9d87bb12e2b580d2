//! Features that requests can ask for and this relay does not have: one table, each entry with its consequence.
//!
//! A key or flag of these never makes an offer fail: proxies are configured once for relays of many kinds, and a call
//! without the feature is better than none. It is answered `ok`, counted, and said in the log with the call-id. The
//! same holds for `start recording` and `start forwarding`, which scripts call beside the call itself and rtpengine
//! answers `ok` without a recorder as well. Commands that exist for nothing else than what cannot be done (`play
//! media` ...) are refused.

/// A feature that does not exist here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// Keys and fingerprints of its own: encrypted media passes from end to end.
    Encryption,
    /// Candidates of its own: what the parties say of ICE is taken out.
    Ice,
    /// Other codecs, packet times or T.38 than the parties' own.
    Transcoding,
    /// Recording of media.
    Recording,
    /// Copies of media to another place.
    Forwarding,
    /// Playing and echoing of media.
    Playback,
    /// Detection and injection of telephone events.
    Dtmf,
    /// Parties that are no caller and no callee.
    Subscriptions,
    /// A jitter buffer.
    Buffering,
    /// Changes of the SDP other than those that are done.
    SdpRewriting,
    /// Messages to other programs, and statistics in other forms.
    Reporting,
    /// Debug lines of more calls than can be debugged at the same time.
    Debugging,
}

impl Feature {
    /// All of them.
    pub const ALL: [Feature; 12] = [
        Feature::Encryption,
        Feature::Ice,
        Feature::Transcoding,
        Feature::Recording,
        Feature::Forwarding,
        Feature::Playback,
        Feature::Dtmf,
        Feature::Subscriptions,
        Feature::Buffering,
        Feature::SdpRewriting,
        Feature::Reporting,
        Feature::Debugging,
    ];

    /// The stable name, for the log and the metrics.
    pub fn name(self) -> &'static str {
        match self {
            Feature::Encryption => "encryption",
            Feature::Ice => "ICE",
            Feature::Transcoding => "transcoding",
            Feature::Recording => "recording",
            Feature::Forwarding => "forwarding",
            Feature::Playback => "playback",
            Feature::Dtmf => "DTMF",
            Feature::Subscriptions => "subscriptions",
            Feature::Buffering => "buffering",
            Feature::SdpRewriting => "SDP rewriting",
            Feature::Reporting => "reporting",
            Feature::Debugging => "debugging",
        }
    }

    /// The feature that a key asks for, if it is one that does not exist.
    pub fn of_key(key: &[u8]) -> Option<Feature> {
        find(KEYS, key).or_else(|| begun(KEY_PREFIXES, key))
    }

    /// The feature that a flag asks for, if it is one that does not exist.
    pub fn of_flag(flag: &[u8]) -> Option<Feature> {
        find(FLAGS, flag).or_else(|| begun(FLAG_PREFIXES, flag))
    }
}

/// Names of keys or flags, by the feature that they ask for. Case does not count: they are known by name only.
pub type Names = [(Feature, &'static [&'static str])];

/// True for a value that declines the feature, which is done by doing nothing.
pub fn is_declined(value: &[u8]) -> bool {
    matches!(value, b"off" | b"no" | b"none" | b"false" | b"disable" | b"disabled" | b"remove")
}

fn find(names: &Names, name: &[u8]) -> Option<Feature> {
    let is_it = |known: &str| known.as_bytes().eq_ignore_ascii_case(name);
    names.iter().find(|(_, names)| names.iter().any(|known| is_it(known))).map(|(feature, _)| *feature)
}

fn begun(names: &Names, name: &[u8]) -> Option<Feature> {
    let begins = |known: &str| {
        name.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known.as_bytes()))
    };
    names.iter().find(|(_, names)| names.iter().any(|known| begins(known))).map(|(feature, _)| *feature)
}

/// Keys.
pub const KEYS: &Names = &[
    (Feature::Encryption, &["DTLS", "DTLS-fingerprint", "OSRTP", "SDES"]),
    (Feature::Ice, &["ICE-lite"]),
    (Feature::Transcoding, &["T.38", "T38", "ptime", "ptime-reverse", "repacketize", "reverse-ptime"]),
    (Feature::Recording, &["record-call"]),
    (
        Feature::Playback,
        &[
            "audio-player",
            "blob",
            "blob64",
            "db-id",
            "duration",
            "file",
            "moh",
            "repeat-duration",
            "repeat-times",
            "start-pos",
        ],
    ),
    (Feature::Dtmf, &["code", "digit", "frequencies", "volume"]),
    (
        Feature::Subscriptions,
        &[
            "alias-key",
            "calls",
            "from-tags",
            "inbound-peer",
            "instance",
            "medias",
            "outbound-peer",
            "peer",
            "tags",
            "to-call-id",
        ],
    ),
    (Feature::Buffering, &["delay-buffer"]),
    (Feature::SdpRewriting, &["bundle", "template"]),
    (Feature::Reporting, &["ssrc-reporting", "xmlrpc-callback"]),
];

/// Beginnings of keys.
pub const KEY_PREFIXES: &Names = &[
    (Feature::Recording, &["recording-"]),
    (Feature::Dtmf, &["DTMF-"]),
    (Feature::Playback, &["trigger", "vsc-"]),
];

/// Flags.
pub const FLAGS: &Names = &[
    (Feature::Encryption, &["WebRTC", "pad-crypto", "recrypt"]),
    (Feature::Ice, &["fragment", "trickle-ICE"]),
    (
        Feature::Transcoding,
        &[
            "allow-asymmetric-codecs",
            "allow-transcoding",
            "always-transcode",
            "asymmetric-codecs",
            "force-transcoding",
            "no-codec-renegotiation",
            "reuse-codecs",
            "static-codec",
            "static-codecs",
        ],
    ),
    (Feature::Recording, &["record-call", "skip-recording-db"]),
    (Feature::Playback, &["early-media", "media-echo", "player"]),
    (Feature::Dtmf, &["block-DTMF", "detect-DTMF", "inject-DTMF"]),
    (Feature::Subscriptions, &["bidirectional", "block-egress", "mix", "siprec"]),
    (Feature::SdpRewriting, &["inactive", "reset"]),
    (Feature::Reporting, &["RTCP-mirror", "mirror-RTCP"]),
];

/// Beginnings of flags.
pub const FLAG_PREFIXES: &Names = &[
    (Feature::Encryption, &["DTLS-", "OSRTP-", "SDES-"]),
    (Feature::Dtmf, &["DTMF-"]),
    (Feature::Ice, &["ICE-"]),
    (Feature::Transcoding, &["T.38-", "T38-", "transcode-"]),
    (Feature::Playback, &["trigger", "vsc-"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_can_be_asked_for_and_has_its_place() {
        for (place, feature) in Feature::ALL.into_iter().enumerate() {
            assert_eq!(feature as usize, place);
            let asked = KEYS.iter().chain(FLAGS).any(|(of, _)| *of == feature);
            // A command and the limit of debugged calls ask for these.
            assert!(asked || matches!(feature, Feature::Forwarding | Feature::Debugging), "{feature:?}");
        }
        assert_eq!(Feature::of_flag(b"transcode-PCMA"), Some(Feature::Transcoding));
        assert_eq!(Feature::of_flag(b"asymmetric"), None);
        assert_eq!(Feature::of_key(b"record-call"), Some(Feature::Recording));
        assert_eq!(Feature::of_key(b"dtmf-log-dest"), Some(Feature::Dtmf));
    }
}
