//! Packets: phones send them, nodes relay them, phones hear them; and whether each was right.

use std::net::SocketAddr;
use std::time::Duration;

use super::{Happening, World};
use crate::output::{DropReason, Verdict};
use crate::sim::log::Column;
use crate::sim::network::Site;
use crate::sim::node::Open;
use crate::sim::packet::{self, BYTES, Packet, Tag, Told};
use crate::sim::phone::{Owner, owner_of};
use crate::time::Timestamp;

/// The distance of two packets of a phone.
const PACKET_PAUSE: Duration = Duration::from_millis(20);
/// One RTCP packet for so many RTP packets.
const RTP_PER_RTCP: u32 = 100;

impl World {
    /// Has a phone send from now on.
    pub(super) fn start_phone(&mut self, number: u32) {
        let phone = &mut self.phones[number as usize];
        phone.talking = true;
        if !phone.ticking {
            phone.ticking = true;
            let jitter = Duration::from_micros(u64::from(number) * 1_733 % 20_000);
            self.after(jitter, Happening::Tick(number));
        }
    }

    pub(super) fn phone_ticks(&mut self, number: u32) {
        let phone = &mut self.phones[number as usize];
        if !phone.talking {
            phone.ticking = false;
            return;
        }
        if !phone.silent
            && phone.direction.sends()
            && let Some((rtp, rtcp)) = phone.remote
        {
            let bytes = phone.next_rtp();
            let report = phone.serial.is_multiple_of(RTP_PER_RTCP).then(|| phone.next_rtcp());
            let sources = (phone.source(false), phone.source(true));
            let told = phone.told();
            self.send_to_node(sources.0, rtp, bytes, told);
            if let Some(bytes) = report {
                let source = if rtcp == rtp { sources.0 } else { sources.1 };
                self.send_to_node(source, rtcp, bytes, told);
            }
        }
        self.after(PACKET_PAUSE, Happening::Tick(number));
    }

    pub(super) fn spoof(&mut self, number: u32, until: Timestamp) {
        let phone = &self.phones[number as usize];
        if self.calm || self.now > until || !phone.talking {
            return;
        }
        if let Some((rtp, _)) = phone.remote {
            let (from, bytes, told) = (phone.spoofer(), phone.next_spoofed(), phone.told());
            self.send_to_node(from, rtp, bytes, told);
        }
        self.after(PACKET_PAUSE, Happening::Spoof { phone: number, until });
    }

    fn send_to_node(&mut self, from: SocketAddr, to: SocketAddr, bytes: [u8; BYTES], told: Told) {
        if let Some((_, site)) = self.node_at(to) {
            self.send(Packet { from, to, bytes, told, told_here: true, stray: false }, Site::Phones, site);
        }
    }

    fn send(&mut self, packet: Packet, from: Site, to: Site) {
        for at in self.network.send(self.now, from, to).into_iter().flatten() {
            let slot = self.in_flight.put(packet);
            self.agenda.enter(at, Happening::Arrive(slot));
        }
    }

    pub(super) fn packet_arrives(&mut self, slot: u32) {
        let packet = self.in_flight.take(slot);
        match (self.node_at(packet.to), owner_of(packet.to.ip())) {
            (Some((node, _)), _) => self.packet_at_node(node, packet),
            (None, Some(owner)) => self.packet_at_phone(owner, &packet),
            (None, None) => self.checker.fail(self.now, format!("a packet was sent to {}", packet.to)),
        }
    }

    fn packet_at_node(&mut self, number: usize, mut packet: Packet) {
        let Some(node) = &mut self.nodes[number] else { return };
        let Some((open, verdict)) = node.relay(self.now, packet.to, packet.from, &mut packet.bytes) else {
            return;
        };
        let shard_due = node.shards[usize::from(open.shard)].poll_timeout();
        let facts = [u64::from(packet.to.port()), u64::from(packet.from.port()), verdict_number(verdict)];
        self.log.mix(self.now, facts);
        if shard_due.is_some_and(|due| node.wake_at.is_none_or(|at| at > due)) {
            self.arm(number);
        }
        let Some(tag) = packet::tag(&packet.bytes) else {
            return self.checker.fail(self.now, format!("node {number} altered a packet to {}", packet.to));
        };
        self.judge(number, open, &packet, tag, verdict);
        self.note_fate(number, tag, verdict);
        if let Verdict::Forward { via, to, .. } = verdict {
            self.forward(number, open, packet, tag, (via, to));
        }
    }

    /// True if a packet was meant for an earlier use of the socket it came in on: by another call, or by another party
    /// of this call.
    fn is_stray(open: Open, tag: Tag, packet: &Packet) -> bool {
        tag.dialogue != open.dialogue || packet.told.at < open.fresh_since
    }

    /// Logs when what becomes of a phone's packets changes.
    fn note_fate(&mut self, node: usize, tag: Tag, verdict: Verdict) {
        let fate = match verdict {
            Verdict::Forward { .. } => "relayed",
            Verdict::Consume => "consumed",
            Verdict::Punt => "punted",
            Verdict::Drop(reason) => reason.name(),
        };
        let phone = self.dialogues[tag.dialogue as usize].phones[usize::from(tag.leg)];
        let known = &mut self.phones[phone as usize].fate;
        if !tag.spoofed && *known != (node, fate) {
            *known = (node, fate);
            let Tag { dialogue, leg, .. } = tag;
            self.say(Column::Node(node), || format!("call-{dialogue} leg {leg} is {fate}"));
        }
    }

    /// Compares a verdict with what is known of the sender.
    fn judge(&mut self, number: usize, open: Open, packet: &Packet, tag: Tag, verdict: Verdict) {
        self.checker.packet(self.now, number, open.dialogue, verdict);
        let guarded = matches!(verdict, Verdict::Drop(DropReason::Guarded | DropReason::NotAnswered));
        let sender = owner_of(packet.from.ip());
        if Self::is_stray(open, tag, packet) {
            self.checker.counts.strays += 1;
            self.strayed[open.dialogue as usize] = self.now;
            if let Some(sender) = sender.filter(|_| !guarded) {
                self.strangers.insert((open.dialogue, sender.phone()));
            }
            return;
        }
        if !self.nodes[number].as_ref().is_some_and(|node| node.has_told(packet.told)) {
            // Calls of one name that were made apart may have the same port for different parties.
            if let Some(sender) = sender.filter(|_| !guarded && self.made[open.dialogue as usize] > 1) {
                self.strangers.insert((open.dialogue, sender.phone()));
            }
            return; // whose socket this is in this node's view is another question
        }
        match sender {
            Some(Owner::Spoofer(_)) if guarded => self.checker.counts.guarded += 1,
            Some(Owner::Spoofer(_)) => {
                let Some(node) = &self.nodes[number] else { return };
                self.checker.foreign_source(self.now, number, tag, packet.to, &node.settings);
            }
            // Reports teach nothing of where RTP comes from.
            Some(Owner::Own(_)) if !guarded && packet::is_rtp(&packet.bytes) => {
                self.checker.genuine(self.now, number, tag, packet.from, packet.to);
            }
            _ => {}
        }
    }

    /// A packet leaves a node: out of a socket of the same call, to a party of the same call.
    fn forward(
        &mut self,
        number: usize,
        open: Open,
        mut packet: Packet,
        tag: Tag,
        (via, to): (crate::names::SocketId, SocketAddr),
    ) {
        let Some(node) = &self.nodes[number] else { return };
        let dialogue = open.dialogue;
        let Some((from, via_dialogue)) = node.socket(open.shard, via) else {
            return self.checker.fail(self.now, format!("call-{dialogue} sends from a closed socket"));
        };
        let receiver = owner_of(to.ip()).map(Owner::phone);
        let belongs = receiver.is_some_and(|phone| {
            self.phones[phone as usize].dialogue == dialogue || self.strangers.contains(&(dialogue, phone))
        });
        if via_dialogue != dialogue || !belongs {
            let what = format!("a packet of call-{dialogue} left by a socket of call-{via_dialogue} to {to}");
            return self.checker.fail(self.now, what);
        }
        self.checker.counts.relayed += 1;
        packet.told_here = node.has_told(packet.told);
        packet.stray |= Self::is_stray(open, tag, &packet) || self.behind.contains(&(number, dialogue));
        (packet.from, packet.to) = (from, to);
        self.send(packet, Site::Node(number), Site::Phones);
    }

    fn packet_at_phone(&mut self, owner: Owner, packet: &Packet) {
        let number = owner.phone();
        let Some(tag) = packet::tag(&packet.bytes) else {
            return self.checker.fail(self.now, "a packet was altered on the way");
        };
        let phone = &mut self.phones[number as usize];
        if matches!(owner, Owner::Spoofer(_)) || !phone.is_reached_at(packet.to) {
            return;
        }
        let strange = self.strangers.contains(&(tag.dialogue, number));
        if tag.dialogue != phone.dialogue {
            if !packet.stray && !strange {
                let what =
                    format!("a packet of call-{} came to a phone of call-{}", tag.dialogue, phone.dialogue);
                self.checker.fail(self.now, what);
            }
            return;
        }
        if tag.leg == phone.leg && !packet.stray && !strange && packet.told_here {
            let what = format!("leg {} of call-{} hears itself from {}", tag.leg, tag.dialogue, packet.from);
            return self.checker.fail(self.now, what);
        }
        phone.received += 1;
        if !tag.spoofed {
            phone.heard = self.now;
        }
    }
}

fn verdict_number(verdict: Verdict) -> u64 {
    match verdict {
        Verdict::Forward { via, to, .. } => 1 << 32 | u64::from(via.slot) << 16 | u64::from(to.port()),
        Verdict::Punt => 1,
        Verdict::Consume => 2,
        Verdict::Drop(reason) => 3 + reason as u64,
    }
}
