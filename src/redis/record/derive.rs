//! Facts of a call that rtpengine's record lacks, derived from those it has.
//!
//! The options of an offer (`rtcp-mux`), the SDP that was passed on (`zero_printed`, `hidden`) and settings of the
//! call (`endpoint-learning`, the guard) cannot be derived: they are as if nothing had been asked for.

use tandem_shards::call::state::{CallState, MediaState};
use tandem_shards::time::Timestamp;

use super::fields;

/// The call as follows from who has a name: whether it was answered, and that before it was, nobody told its maker
/// where to send.
pub(super) fn call(call: &mut CallState) {
    call.answered = call.legs.iter().filter(|leg| leg.tag.is_some()).count() > 1;
    if !call.answered {
        let maker = call.legs.iter_mut().filter(|leg| leg.offerer);
        for media in maker.flat_map(|leg| leg.media.iter_mut().flatten()) {
            media.told_at = None;
        }
    }
}

/// A media as follows from its flags, the `ps_flags` of its first stream and the time of the last signal.
pub(super) fn media(media: &mut MediaState, stream_flags: u64, last_signal: Timestamp) {
    media.flags.mux_offered = media.flags.rtcp_mux;
    media.flags.mux_sent = media.flags.rtcp_mux;
    media.flags.pierce_nat = stream_flags & fields::stream::PIERCE_NAT != 0;
    media.flags.nat_wait = stream_flags & fields::stream::NAT_WAIT != 0;
    // rtpengine keeps no sockets for a media that was rejected.
    media.flags.disabled = media.components().next().is_none();
    media.signalled_at = media.signalled.rtp.map(|_| last_signal);
    media.told_at = Some(last_signal);
}
