//! Keying of media: it passes from end to end, so both ends must do the same.

mod common;

use common::{A, B, World, audio};
use tandem_shards::call::signal::Signal;
use tandem_shards::call::state::CallSnapshot;
use tandem_shards::names::Text;
use tandem_shards::output::{Keying, Refusal};

#[test]
fn encryption_is_not_converted() {
    let mut world = World::new();
    let secure = audio(A, 6000).replace("RTP/AVP", "RTP/SAVP");
    world.offer("same", &secure, |_| {});
    let plain = |signal: &mut Signal| signal.options.transport_protocol = Some(Text::from("RTP/AVP"));
    let refusal = Refusal::Keying { said: Keying::Sdes, other: Keying::Plain };
    assert_eq!(world.try_offer("c", &secure, plain), Err(refusal));
    let feedback = |signal: &mut Signal| signal.options.transport_protocol = Some(Text::from("RTP/AVPF"));
    assert!(world.offer("d", &audio(A, 6000), feedback).0.contains(" RTP/AVPF "));
    let back = world.answer("d", &audio(B, 6010).replace("RTP/AVP", "RTP/AVPF"), |_| {});
    assert!(back.0.contains(" RTP/AVP "), "each side keeps its own profile");
}

#[test]
fn an_answer_keyed_otherwise_is_refused_and_each_leg_shows_its_own_profile() {
    const PROFILES: [(&str, Keying); 6] = [
        ("RTP/AVP", Keying::Plain),
        ("RTP/AVPF", Keying::Plain),
        ("RTP/SAVP", Keying::Sdes),
        ("RTP/SAVPF", Keying::Sdes),
        ("UDP/TLS/RTP/SAVP", Keying::Dtls),
        ("UDP/TLS/RTP/SAVPF", Keying::Dtls),
    ];
    for (offered, other) in PROFILES {
        for (answered, said) in PROFILES {
            let mut world = World::new();
            world.offer("c", &audio(A, 6000).replace("RTP/AVP", offered), |_| {});
            let before = world.query("c");
            let answer = audio(B, 6010).replace("RTP/AVP", answered);
            let result = world.try_answer("c", &answer, |_| {});
            let profiles = |call: CallSnapshot| -> Vec<String> {
                let media = call.state.legs.iter().flat_map(|leg| leg.media.iter().flatten());
                media.map(|media| media.protocol.text.to_string()).collect()
            };
            if said == other {
                assert!(result.expect("keyed alike").0.contains(answered), "{offered} {answered}");
                assert_eq!(profiles(world.query("c").expect("there")), [offered, answered]);
                let rejected = world.offer("c", &audio(A, 6000).replace("RTP/AVP", offered), |_| {});
                assert!(rejected.0.contains(answered), "{offered} {answered}: {}", rejected.0);
            } else {
                assert_eq!(result, Err(Refusal::Keying { said, other }), "{offered} {answered}");
                assert_eq!(world.query("c"), before, "nothing has changed");
                let rejecting = answer.replace("6010", "0");
                world.answer("c", &rejecting, |_| {});
            }
        }
    }
}
