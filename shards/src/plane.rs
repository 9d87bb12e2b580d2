//! What calls draw on: ports, sockets, flows and the queue of effects.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::admission::Admission;
use crate::call::draft::NewPorts;
use crate::call::state::{RtpSeen, StreamCounts};
use crate::call::{Media, PortSet};
use crate::interfaces::Interfaces;
use crate::names::{ShardId, SocketId};
use crate::output::Effect;
use crate::ports::Ports;
use crate::random::Random;
use crate::relay::reception::Reception;
use crate::relay::source::Source;
use crate::relay::{Flow, FlowKind, Gate, Relay, RelaySettings};
use crate::settings::Settings;
use crate::sockets::FlowId;
use crate::time::Timestamp;

/// The resources of a shard.
#[derive(Debug)]
pub(crate) struct Plane {
    pub(crate) id: ShardId,
    pub(crate) interfaces: Arc<Interfaces>,
    pub(crate) ports: Arc<Ports>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) settings: Settings,
    pub(crate) relay: Relay,
    pub(crate) effects: VecDeque<Effect>,
    pub(crate) random: Random,
}

impl Plane {
    /// Takes free ports and a slot for each. `false` if there are none.
    pub(crate) fn take_any(&mut self, new: &mut NewPorts) -> bool {
        let random = self.random.next_u64();
        let Some(first) = self.ports.take(new.address, self.id, new.wish, random) else {
            return false;
        };
        new.first = first;
        self.take_slots(new)
    }

    /// Takes exactly the ports that are named and a slot for each. `false` if they are taken.
    pub(crate) fn take_exact(&mut self, new: &mut NewPorts) -> bool {
        self.ports.claim(new.address, new.first, new.wish.len()) && self.take_slots(new)
    }

    fn take_slots(&mut self, new: &mut NewPorts) -> bool {
        for _ in 0..new.wish.len() {
            let Some(socket) = self.relay.sockets.insert(new.address) else {
                self.abandon(new, &[]);
                return false;
            };
            new.sockets.push(socket);
        }
        true
    }

    /// Asks for the sockets of ports that were taken. Returns how many.
    pub(crate) fn open(&mut self, new: &mut NewPorts, tos: u8) -> usize {
        new.asked = true;
        let ip = self.interfaces.address(new.address).ip;
        for (offset, socket) in (0..).zip(&new.sockets) {
            let local = SocketAddr::new(ip, new.first + offset);
            self.effects.push_back(Effect::Open { socket: *socket, local, tos: Some(tos) });
        }
        new.sockets.len()
    }

    /// Gives back ports that were to be opened, and closes those of their sockets that are open.
    pub(crate) fn abandon(&mut self, new: &mut NewPorts, failed: &[SocketId]) {
        for socket in new.sockets.drain(..) {
            self.relay.sockets.remove(socket);
            if new.asked && !failed.contains(&socket) {
                self.effects.push_back(Effect::Close { socket });
            }
        }
        new.asked = false;
        self.ports.release(new.address, new.first, new.wish.len());
    }

    /// Closes a set of ports in use.
    pub(crate) fn close_set(&mut self, set: &PortSet) {
        for socket in &set.sockets {
            self.relay.sockets.remove(*socket);
            self.effects.push_back(Effect::Close { socket: *socket });
        }
        let count = u16::try_from(set.sockets.len()).expect("a pair at most");
        self.ports.release(set.address, set.first, count);
    }

    /// Closes all that a media holds.
    pub(crate) fn close_media(&mut self, media: &Media) {
        for set in &media.port_sets {
            self.close_set(set);
        }
        for flow in media.flows() {
            self.close_flow(flow);
        }
    }

    pub(crate) fn close_flow(&mut self, id: FlowId) {
        self.relay.flows.remove(id.0);
    }

    /// A flow that nothing is known of yet.
    pub(crate) fn new_flow(&mut self, call: u32, kind: FlowKind, now: Timestamp) -> FlowId {
        FlowId(self.relay.flows.insert(Flow {
            call,
            kind,
            dtls: false,
            gate: Gate::default(),
            source: Source::default(),
            endpoint: None,
            via: None,
            nat_wait: false,
            to_rtp: None,
            to_rtcp: None,
            counts_in: StreamCounts::default(),
            counts_out: StreamCounts::default(),
            last_packet: now,
            heard: false,
            seen: RtpSeen::default(),
            reception: Reception::default(),
            telephone_events: 0,
            take_over_in: 0,
            repeats: None,
        }))
    }

    /// Uses new settings from now on.
    pub(crate) fn configure(&mut self, settings: Settings) {
        self.relay.settings = RelaySettings { guard_silence: settings.guard_silence };
        self.settings = settings;
    }

    pub(crate) fn flow(&self, id: FlowId) -> &Flow {
        &self.relay.flows[id.0]
    }

    pub(crate) fn flow_mut(&mut self, id: FlowId) -> &mut Flow {
        &mut self.relay.flows[id.0]
    }
}
