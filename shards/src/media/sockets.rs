//! The sockets of a shard: which flow a packet on one belongs to.

use crate::interfaces::AddressId;
use crate::limits::SOCKETS_PER_SHARD_MAX;
use crate::names::{FlowId, SocketId};

/// A socket in use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Socket {
    /// Flow whose packets come in here; none while a signal is not yet carried out.
    pub(crate) flow: Option<FlowId>,
    /// Address it is bound to.
    pub(crate) address: AddressId,
}

#[derive(Debug)]
struct Slot {
    generation: u32,
    socket: Option<Socket>,
}

/// All sockets of a shard.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    slots: Vec<Slot>,
    free: Vec<u32>,
}

impl Sockets {
    /// Takes a slot; `None` if there is no room.
    pub(crate) fn insert(&mut self, address: AddressId) -> Option<SocketId> {
        let socket = Some(Socket { flow: None, address });
        if let Some(slot) = self.free.pop() {
            let entry = &mut self.slots[slot as usize];
            entry.generation = entry.generation.wrapping_add(1);
            entry.socket = socket;
            return Some(SocketId { slot, generation: entry.generation });
        }
        let slot = u32::try_from(self.slots.len()).ok().filter(|slot| *slot < SOCKETS_PER_SHARD_MAX)?;
        self.slots.push(Slot { generation: 0, socket });
        Some(SocketId { slot, generation: 0 })
    }

    /// Frees a slot.
    pub(crate) fn remove(&mut self, id: SocketId) -> Socket {
        let entry = &mut self.slots[id.slot as usize];
        assert_eq!(entry.generation, id.generation, "closed twice");
        self.free.push(id.slot);
        entry.socket.take().expect("closed twice")
    }

    pub(crate) fn get(&self, id: SocketId) -> Option<&Socket> {
        let entry = self.slots.get(id.slot as usize)?;
        entry.socket.as_ref().filter(|_| entry.generation == id.generation)
    }

    /// Says whose packets come in on a socket. Returns whether they were somebody else's before.
    pub(crate) fn assign(&mut self, id: SocketId, flow: FlowId) -> bool {
        let entry = &mut self.slots[id.slot as usize];
        assert_eq!(entry.generation, id.generation, "assigned after it was closed");
        entry.socket.as_mut().expect("an open socket").flow.replace(flow) != Some(flow)
    }

    /// Open sockets.
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}
