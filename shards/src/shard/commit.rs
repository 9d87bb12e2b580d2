//! The one way that a changed call takes effect: books, ports, flows, marks and deadline follow from its state.

use std::net::SocketAddr;

use crate::call::routes::routes;
use crate::call::state::{CallSnapshot, CallState, Ownership, PortSetState, StreamId, StreamObserved};
use crate::interfaces::{AddressId, Interfaces};
use crate::media::flows::{Handles, OpenPort};
use crate::output::Effect;
use crate::ports::NewPorts;
use crate::time::Timestamp;

use super::Shard;

/// Additions that a change brings with it.
#[derive(Debug, Default)]
pub(super) struct Brought {
    /// Ports that were opened for it.
    pub(super) opened: Vec<NewPorts>,
    /// Observations of the streams by another node.
    pub(super) observed: Option<Vec<(StreamId, StreamObserved)>>,
}

impl Shard {
    /// Changes a call that keeps its ports.
    pub(super) fn change(&mut self, now: Timestamp, index: u32, change: impl FnOnce(&mut CallState)) {
        self.commit(now, index, Brought::default(), change);
    }

    /// Changes a call and sees that everything follows: ports that the state does not name any more are closed, each
    /// flow does what the state says, sockets are marked, the deadline is set.
    pub(super) fn commit(
        &mut self,
        now: Timestamp,
        index: u32,
        brought: Brought,
        change: impl FnOnce(&mut CallState),
    ) {
        let tos_before = self.tos_of(self.calls[index].state().tos);
        self.calls.update(index, change);
        let call = &mut self.calls[index];
        call.handles.add(brought.opened.into_iter().flat_map(opened_ports));
        self.route(now, index, brought.observed.as_deref());
        self.close_unwanted(index);
        let tos = self.tos_of(self.calls[index].state().tos);
        if tos != tos_before {
            self.mark(index);
        }
        self.arm(now, index);
    }

    /// Marks the packets of a call's sockets anew.
    pub(super) fn mark(&mut self, index: u32) {
        let call = &self.calls[index];
        let tos = self.tos_of(call.state().tos);
        self.plane.effects.extend(call.handles.sockets().map(|socket| Effect::Mark { socket, tos }));
    }

    /// Makes the flows of a call do what its state and the settings say.
    pub(super) fn route(
        &mut self,
        now: Timestamp,
        index: u32,
        observed: Option<&[(StreamId, StreamObserved)]>,
    ) {
        let specs = routes(self.calls[index].state(), &self.plane.settings);
        let handles = &mut self.calls[index].handles;
        let flows = &mut self.plane.relay.flows;
        flows.apply(index, handles, &specs, observed, now, &mut self.plane.effects);
    }

    /// The DSCP byte of a call's packets.
    pub(super) fn tos_of(&self, tos: Option<u8>) -> u8 {
        tos.unwrap_or(self.plane.settings.tos)
    }

    fn close_unwanted(&mut self, index: u32) {
        let call = &mut self.calls[index];
        let wanted = ports_of(&self.plane.interfaces, call.state());
        let unwanted = call.handles.take_unwanted(|address, port| wanted.contains(&(address, port)));
        for port in unwanted {
            self.plane.close(port);
        }
    }

    /// Closes all that a call holds.
    pub(super) fn release(&mut self, mut handles: Handles) {
        self.plane.relay.flows.remove_all(&mut handles, &mut self.plane.effects);
        for port in handles.take_unwanted(|_, _| false) {
            self.plane.close(port);
        }
    }

    /// A call as it is now.
    pub(super) fn snapshot(&self, index: u32) -> CallSnapshot {
        let call = &self.calls[index];
        let one = |id: StreamId| {
            let flow = call.handles.flow(id).expect("a flow for each stream");
            let observed = self.plane.relay.flows.observed(flow);
            (id, StreamObserved { local: self.local(call.state(), id), ..observed })
        };
        CallSnapshot { observed: call.state().streams().map(one).collect(), state: call.state().clone() }
    }

    /// The address here of a stream, unless its media is closed.
    fn local(&self, call: &CallState, id: StreamId) -> Option<SocketAddr> {
        let media = call.media_at(id.leg.into(), id.media.into()).filter(|media| !media.flags.disabled)?;
        let (set, offset) = media.ports_of(id.component)?;
        let address = self.plane.interfaces.at(&set.interface, set.position)?;
        Some(SocketAddr::new(self.plane.interfaces.address(address).ip, set.first + offset))
    }

    /// Publishes a call if it is own.
    pub(super) fn publish(&mut self, index: u32) {
        self.calls[index].due.dirty = false;
        if self.calls[index].state().ownership != Ownership::Own || !self.plane.settings.publish {
            return;
        }
        self.calls.update(index, |call| call.version.sequence += 1);
        let snapshot = Box::new(self.snapshot(index));
        self.plane.effects.push_back(Effect::Publish(snapshot));
    }
}

fn opened_ports(new: NewPorts) -> impl Iterator<Item = OpenPort> {
    let NewPorts { address, first, sockets, .. } = new;
    (0..).zip(sockets).map(move |(offset, socket)| OpenPort { address, port: first + offset, socket })
}

/// The ports that a call is to hold here.
fn ports_of(interfaces: &Interfaces, call: &CallState) -> Vec<(AddressId, u16)> {
    let sets = call.media().flat_map(|media| &media.port_sets);
    let ports = |set: &PortSetState| {
        let address = interfaces.at(&set.interface, set.position);
        set.ports().filter_map(move |port| Some((address?, port)))
    };
    sets.flat_map(ports).collect()
}
