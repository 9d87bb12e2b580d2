//! The simulator: whole clusters in one thread, in virtual time, from one seed.
//!
//! # The model
//!
//! A [`world::World`] is some nodes made of the real code ([`crate::Shard`] and its ports, limits and
//! settings), phones that send tagged packets, proxies that carry calls through, a network that loses, doubles,
//! delays and reorders, and a store that fails. Everything that happens is an event in one [`agenda`]; time
//! jumps from one to the next.
//!
//! A run has three phases: *chaos* with the faults that [`swarm`] drew for the seed, *calm* in which the world
//! must come back to life within a bound, and the *ending* in which every call goes and nothing may be left.
//! The [`check`]er watches every event, from outside: it knows what proxies were told and what phones sent, and
//! nothing of how a shard works.
//!
//! # Invariants
//!
//! * The same seed gives the same events: no clock, no iteration in hash order, and a random source of its own
//!   for each part, so that a draw in one does not shift another's.
//! * Two seams join the daemon's half: [`front::Front`] is how proxies speak to nodes, and
//!   [`replication::Replication`] is how nodes speak to the store. Both are bytes and plain commands.

mod agenda;
pub mod check;
mod dialogue;
mod footprint;
pub mod front;
mod log;
pub mod mirror;
pub mod network;
mod node;
mod packet;
mod phone;
pub mod redis;
pub mod replication;
pub mod run;
pub mod swarm;
pub mod world;

use std::net::{IpAddr, Ipv4Addr};

use crate::names::{CallId, InterfaceName, Keyspace, Tag};
use crate::random::Random;
use crate::routing::fnv1a;

/// The most nodes a world has.
pub const NODES_MAX: usize = 4;

/// A random source for one part of the world.
fn split(seed: u64, part: &str) -> Random {
    Random::new(fnv1a(part.as_bytes()) ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// True `per_mille` times in a thousand.
fn chance(random: &mut Random, per_mille: u64) -> bool {
    per_mille > 0 && random.below(1000) < per_mille
}

/// The media address of a node.
fn node_address(node: usize) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, u8::try_from(node + 1).expect("few nodes")).into()
}

/// The node whose media address this is, at home.
fn node_of_address(ip: IpAddr) -> Option<usize> {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            ([a, b, c] == [192, 0, 2]).then(|| usize::from(d) - 1)
        }
        IpAddr::V6(_) => None,
    }
}

/// The keyspace of a node.
fn keyspace(node: usize) -> Keyspace {
    Keyspace(u32::try_from(node).expect("few nodes"))
}

/// The interface that is at home on a node.
fn interface(node: usize) -> InterfaceName {
    InterfaceName::from(format!("pub{node}").as_str())
}

/// The name of a dialogue's call.
fn call_id(dialogue: u32) -> CallId {
    CallId::from(format!("call-{dialogue}").as_str())
}

/// The dialogue whose call this is.
fn dialogue_of(call_id: &CallId) -> Option<u32> {
    std::str::from_utf8(call_id.as_bytes()).ok()?.strip_prefix("call-")?.parse().ok()
}

/// The leg that a tag names.
fn leg_of(tag: &Tag) -> Option<u8> {
    let text = std::str::from_utf8(tag.as_bytes()).ok()?;
    text.rsplit_once('-')?.1.parse().ok().filter(|leg| usize::from(*leg) < check::LEGS_MAX)
}
