//! A digest of what a call *is*: whether two records say the same.

use std::net::{IpAddr, SocketAddr};

use tandem_shards::call::state::{CallSnapshot, CallState, LegState, MediaState, Version};
use tandem_shards::names::Family;
use tandem_shards::settings::Learning;

/// A digest of a call that leaves out what changes without anything having changed: the version, counters,
/// times (but not that a deletion is scheduled), addresses of this host, whether a source is confirmed yet.
///
/// It is the same on all machines and in all versions, so that it can be stored.
pub fn digest(call: &CallSnapshot) -> u64 {
    // Taken apart in full, so that a new field cannot be forgotten here.
    let CallSnapshot { state, observed } = call;
    let CallState {
        call_id,
        ownership: _,
        contested: _,
        version: Version { epoch: _, sequence: _ },
        created: _,
        last_signal: _,
        deletion,
        created_from,
        tos,
        answered,
        learning,
        guard,
        drop_traffic,
        metadata,
        legs,
    } = state;
    let mut digest = Digest::new();
    digest.bytes(call_id.as_bytes());
    digest.optional(deletion.map(|due| due.as_secs()), Digest::number);
    digest.optional(*created_from, Digest::endpoint);
    digest.optional(*tos, |digest, tos| digest.number(tos.into()));
    digest.flags(&[*answered, *drop_traffic]);
    digest.optional(*learning, |digest, learning| {
        digest.number(match learning {
            Learning::Off => 0,
            Learning::Immediate => 1,
            Learning::Delayed => 2,
            Learning::Heuristic => 3,
        });
    });
    digest.optional(*guard, |digest, guard| digest.flags(&[guard]));
    digest.optional(metadata.as_ref(), |digest, text| digest.bytes(text.as_bytes()));
    digest.list(legs, Digest::leg);
    digest.list(observed, |digest, (_, stream)| digest.optional(stream.endpoint, Digest::endpoint));
    digest.state
}

/// FNV-1a over length-prefixed fields.
struct Digest {
    state: u64,
}

impl Digest {
    fn new() -> Digest {
        Digest { state: 0xcbf2_9ce4_8422_2325 }
    }

    fn raw(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.state = (self.state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn number(&mut self, number: u64) {
        self.raw(&number.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.raw(bytes);
    }

    fn flags(&mut self, flags: &[bool]) {
        self.number(flags.iter().fold(1, |bits, flag| bits << 1 | u64::from(*flag)));
    }

    fn optional<T>(&mut self, value: Option<T>, one: impl FnOnce(&mut Digest, T)) {
        self.flags(&[value.is_some()]);
        if let Some(value) = value {
            one(self, value);
        }
    }

    fn list<'v, T>(&mut self, values: &'v [T], mut one: impl FnMut(&mut Digest, &'v T)) {
        self.number(values.len() as u64);
        for value in values {
            one(self, value);
        }
    }

    fn endpoint(&mut self, endpoint: SocketAddr) {
        match endpoint.ip() {
            IpAddr::V4(ip) => self.bytes(&ip.octets()),
            IpAddr::V6(ip) => self.bytes(&ip.octets()),
        }
        self.number(endpoint.port().into());
    }

    fn family(&mut self, family: Family) {
        self.flags(&[family == Family::Ip6]);
    }

    fn leg(&mut self, leg: &LegState) {
        let names = [
            leg.tag.as_ref().map(|name| name.as_bytes()),
            leg.branch.as_ref().map(|name| name.as_bytes()),
            leg.label.as_ref().map(|name| name.as_bytes()),
            leg.metadata.as_ref().map(|name| name.as_bytes()),
        ];
        for name in names {
            self.optional(name, Digest::bytes);
        }
        self.list(&leg.aliases, |digest, alias| digest.bytes(alias.as_bytes()));
        self.bytes(leg.interface.as_bytes());
        self.optional(leg.family, Digest::family);
        let treatment = leg.treatment;
        self.flags(&[
            leg.offerer,
            leg.settled,
            treatment.block_media,
            treatment.block_dtmf,
            treatment.silence_media,
            treatment.block_short,
        ]);
        self.optional(leg.sent.origin.as_ref(), |digest, (user, session, version)| {
            for text in [user, session, version] {
                digest.bytes(text.as_bytes());
            }
        });
        self.optional(leg.sent.session_name.as_ref(), |digest, name| digest.bytes(name.as_bytes()));
        self.optional(leg.sent.version, Digest::number);
        self.number(leg.sent.digest);
        self.list(&leg.peers, |digest, peer| digest.number((*peer).into()));
        self.list(&leg.media, |digest, media| digest.optional(media.as_ref(), Digest::media));
        // Nothing is added where it goes without saying: digests stay comparable.
        if !leg.sections.is_empty() {
            self.list(&leg.sections, |digest, position| digest.number((*position).into()));
        }
    }

    fn media(&mut self, media: &MediaState) {
        self.bytes(media.kind.as_bytes());
        self.bytes(media.protocol.text.as_bytes());
        self.bytes(media.interface.as_bytes());
        self.family(media.family);
        self.flags(&[media.direction.sends(), media.direction.receives()]);
        self.flags(&media.flags.values());
        self.flags(&media.mux_options.values());
        self.flags(&[media.signalled_at.is_some(), media.told_at.is_some()]);
        self.optional(media.signalled.rtp, Digest::endpoint);
        self.optional(media.signalled.rtcp, Digest::endpoint);
        self.optional(media.ptime, |digest, ptime| digest.number(ptime.into()));
        self.optional(media.mid.as_ref(), |digest, mid| digest.bytes(mid.as_bytes()));
        self.list(&media.payload_types, |digest, payload| {
            digest.number(payload.number.into());
            digest.number(payload.clock_rate.into());
            for text in [&payload.name, &payload.parameters, &payload.format] {
                digest.bytes(text.as_bytes());
            }
        });
        self.list(&media.formats, |digest, format| digest.bytes(format.as_bytes()));
        self.list(&media.port_sets, |digest, set| {
            digest.optional(set.key, Digest::endpoint);
            digest.bytes(set.interface.as_bytes());
            digest.number(set.position.into());
            digest.number(set.first.into());
            digest.number(set.count.into());
        });
    }
}
