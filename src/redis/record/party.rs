//! Small parts of a party's section.

use tandem_shards::call::state::{LegTreatment, SentSdp};

use super::fields;
use super::tree::Section;

/// Media commands in force.
pub(super) fn treatment(section: &Section<'_>) -> LegTreatment {
    let flags = section.number("ml_flags").unwrap_or(0);
    LegTreatment {
        block_media: section.flag("block_media") || flags & fields::party::BLOCK_MEDIA != 0,
        block_dtmf: section.flag("block_dtmf"),
        silence_media: flags & fields::party::SILENCE_MEDIA != 0,
        block_short: flags & fields::party::BLOCK_SHORT != 0,
    }
}

/// The parts of the SDP sent to a party that rtpengine 12.5 and later remember.
pub(super) fn sent(section: &Section<'_>) -> SentSdp {
    let origin = || {
        let user = section.text("last_sdp_orig_username")?;
        let session = section.text("last_sdp_orig_session_id")?;
        Some((user, session, section.text("last_sdp_orig_version_num")?))
    };
    SentSdp {
        origin: origin(),
        session_name: None,
        version: section.number("last_sdp_orig_version_num"),
        digest: 0,
    }
}
