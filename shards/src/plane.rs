//! Shared resources of the calls of a shard: ports, sockets, the packet path and the queue of effects.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::interfaces::Interfaces;
use crate::media::flows::OpenPort;
use crate::media::relay::Relay;
use crate::names::{ShardId, SocketId};
use crate::output::Effect;
use crate::ports::{NewPorts, Ports};
use crate::random::Random;
use crate::settings::Settings;

/// The resources of a shard.
#[derive(Debug)]
pub(crate) struct Plane {
    pub(crate) id: ShardId,
    pub(crate) interfaces: Arc<Interfaces>,
    pub(crate) ports: Arc<Ports>,
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
            let Some(socket) = self.relay.flows.open_socket(new.address) else {
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
            self.relay.flows.close_socket(socket);
            if new.asked && !failed.contains(&socket) {
                self.effects.push_back(Effect::Close { socket });
            }
        }
        new.asked = false;
        self.ports.release(new.address, new.first, new.wish.len());
    }

    /// Closes a port in use.
    pub(crate) fn close(&mut self, port: OpenPort) {
        self.relay.flows.close_socket(port.socket);
        self.effects.push_back(Effect::Close { socket: port.socket });
        self.ports.release(port.address, port.port, 1);
    }

    /// Uses new settings from now on.
    pub(crate) fn configure(&mut self, settings: Settings) {
        self.relay.guard_silence = settings.guard_silence;
        self.settings = settings;
    }
}
