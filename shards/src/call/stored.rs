//! A stored call on its way in: only such sections and ports are left as can be together.

use super::state::CallState;
use crate::interfaces::{AddressId, Interfaces};
use crate::output::Refusal;

/// Leaves only sets of ports that can be held together, and one section for each media. Of two sets that share a port
/// only the first is held: no node writes such, but a damaged record may have them.
///
/// # Errors
/// `UnknownInterface` if a set is on one that does not exist here, `RanOutOfPorts` if it has no ports.
pub(crate) fn keep_possible(call: &mut CallState, interfaces: &Interfaces) -> Result<(), Refusal> {
    for leg in &mut call.legs {
        let mut known = Vec::with_capacity(leg.sections.len());
        leg.sections.retain(|position| {
            let is_new = !known.contains(position);
            known.push(*position);
            is_new
        });
    }
    let mut claimed: Vec<(AddressId, u16)> = Vec::new();
    for media in call.legs.iter_mut().flat_map(|leg| leg.media.iter_mut().flatten()) {
        let mut held = Vec::with_capacity(media.port_sets.len());
        for mut set in std::mem::take(&mut media.port_sets) {
            let address = interfaces.at(&set.interface, set.position).ok_or(Refusal::UnknownInterface)?;
            if set.count == 0 {
                return Err(Refusal::RanOutOfPorts);
            }
            set.count = if set.first == u16::MAX { 1 } else { set.count.min(2) };
            let ports = || set.ports().map(|port| (address, port));
            if ports().all(|port| !claimed.contains(&port)) {
                claimed.extend(ports());
                held.push(set);
            }
        }
        media.port_sets = held;
    }
    Ok(())
}
