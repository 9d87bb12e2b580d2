//! Times at which a record counts as stored.

use super::*;

#[test]
fn a_record_counts_as_written_once_redis_says_so() {
    let mut intent = intent(Announce::Set);
    let written = intent.written();
    intent.on_changed(call("c", 1));
    next(&mut intent, 5);
    assert_eq!(written.at(&id("c")), None, "on its way");
    intent.on_lost();
    intent.on_connected();
    next(&mut intent, 7);
    acknowledge(&mut intent, 8, &[Reply::Done]);
    assert_eq!(written.at(&id("c")), Some(at(8)));
    intent.on_changed(call("c", 2));
    next(&mut intent, 9);
    acknowledge(&mut intent, 9, &[Reply::Refused(String::new())]);
    assert_eq!(written.at(&id("c")), Some(at(8)), "a refusal changes nothing");
    intent.on_ended(at(20), &id("c"));
    next(&mut intent, 20);
    acknowledge(&mut intent, 20, &[Reply::Number(1)]);
    assert_eq!(written.at(&id("c")), None);
    intent.on_changed(call("d", 1));
    next(&mut intent, 21);
    acknowledge(&mut intent, 21, &[Reply::Done]);
    intent.on_handed_over(&id("d"), None);
    assert_eq!(written.at(&id("d")), None, "it is somebody else's now");
}
