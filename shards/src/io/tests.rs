//! Shards as threads, on the loopback, with a core that does as it is told.

mod measure;
pub(super) mod puppet;

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use self::puppet::{Puppet, done, order};
use super::*;
use crate::names::RequestId;

/// Far longer than anything takes: a test that gets there has failed.
pub(super) const LONG: Duration = Duration::from_secs(30);

fn start(shards: usize) -> Shards {
    let cpus = sys::allowed_cpus().expect("a set");
    let cpus: Vec<usize> = (0..shards).map(|n| cpus[n % cpus.len()]).collect();
    Shards::launch(&cpus, Sizes::default(), 0, |_| Puppet::default()).expect("shards").0
}

fn caller(shards: &Shards) -> Caller {
    let mut caller = shards.callers().take();
    caller.set_timeout(LONG);
    caller
}

pub(super) fn phone(address: &str) -> UdpSocket {
    let socket = UdpSocket::bind(address).expect("a free port");
    socket.set_read_timeout(Some(LONG)).expect("a timeout");
    socket
}

fn report(caller: &mut Caller, shard: ShardId) -> crate::stats::ShardReport {
    match caller.ask(shard, Command::Report).expect("an answer") {
        Reply::Shard(report) => *report,
        other => panic!("{other:?}"),
    }
}

#[test]
fn packets_pass_both_ways_through_every_shard() {
    let shards = start(3);
    let mut caller = caller(&shards);
    for n in 0..3u16 {
        let (a, b) = (phone(&format!("127.9.2.1:{}", 5000 + n)), phone(&format!("127.9.2.2:{}", 5000 + n)));
        let shard = ShardId(n);
        let local = |port: u16| SocketAddr::from(([127, 9, 2, 3], port + 2 * n));
        for text in [
            format!("open 0 1 {}", local(6000)),
            format!("open 1 1 {}", local(6001)),
            format!("peer 0 {}", a.local_addr().expect("bound")),
            format!("peer 1 {}", b.local_addr().expect("bound")),
        ] {
            assert!(done(caller.ask(shard, order(&text)).expect("an answer")), "{text}");
        }
        let mut packet = [0u8; 200];
        for (from, to, into, out_of) in [(&a, &b, 6000, 6001), (&b, &a, 6001, 6000)] {
            from.send_to(b"voice", local(into)).expect("sent");
            let (length, source) = to.recv_from(&mut packet).expect("a packet");
            assert_eq!((&packet[..length], source), (&b"voice"[..], local(out_of)));
        }
        assert_eq!(report(&mut caller, shard).counters.packets, 2);
    }
    shards.stop();
}

#[test]
#[expect(clippy::disallowed_methods, reason = "callers are threads of their own")]
fn a_parked_shard_hears_every_request() {
    let shards = start(2);
    std::thread::scope(|scope| {
        for shard in [0, 1, 0, 1] {
            let mut caller = caller(&shards);
            // Callers take turns with the shard's falling asleep: each question may meet it in any state.
            scope.spawn(move || {
                for _ in 0..500 {
                    assert!(done(caller.ask(ShardId(shard), order("nothing")).expect("an answer")));
                }
            });
        }
    });
    shards.stop();
}

#[test]
fn all_shards_answer_at_once_and_the_report_is_filled_in() {
    let shards = start(3);
    let mut caller = caller(&shards);
    let cpus = sys::allowed_cpus().expect("a set");
    for (n, answer) in caller.ask_all(|_| Command::Report).into_iter().enumerate() {
        let Ok(Reply::Shard(report)) = answer else { panic!("{answer:?}") };
        assert_eq!(report.cpu, Some(cpus[n % cpus.len()]));
        assert!(report.busy_us > 0 && report.uptime_us > 0, "{report:?}");
    }
    shards.stop();
}

#[test]
fn a_timer_fires_while_the_shard_is_parked() {
    let shards = start(1);
    let mut caller = caller(&shards);
    // The second deadline is earlier than the one that is armed by then, the third later than any.
    for text in ["timer 60000", "timer 30", "timer 60"] {
        assert!(done(caller.ask(ShardId(0), order(text)).expect("an answer")));
    }
    let fired = shards.events().recv_timeout(LONG).expect("an event when the timer fires");
    assert_eq!(fired.0, ShardId(0));
    assert_eq!(report(&mut caller, ShardId(0)).pending, 1);
    shards.stop();
}

#[test]
fn ports_are_free_when_stop_returns() {
    let ports = 200;
    for round in 0..5 {
        let shards = start(2);
        let mut caller = caller(&shards);
        let sender = phone("127.9.3.1:0");
        for n in 0..ports {
            let local = SocketAddr::from(([127, 9, 3, 2], 7000 + n));
            let text = format!("open {} 1 {local}", n / 2);
            let shard = ShardId(n % 2);
            assert!(done(caller.ask(shard, order(&text)).expect("an answer")), "round {round}: {text}");
            sender.send_to(b"on its way", local).expect("sent");
        }
        shards.stop();
        for n in 0..ports {
            let local = SocketAddr::from(([127, 9, 3, 2], 7000 + n));
            drop(UdpSocket::bind(local).unwrap_or_else(|error| panic!("round {round}, {local}: {error}")));
        }
        assert_eq!(caller.ask(ShardId(0), Command::Report).expect_err("nobody there"), AskError::Stopped);
    }
}

#[test]
fn a_full_mailbox_says_busy_and_loses_nothing() {
    let (release, held) = bounded::<()>(0);
    let cpus = sys::allowed_cpus().expect("a set");
    let (shards, _) =
        Shards::launch(&cpus[..1], Sizes::default(), 0, move |_| Puppet::held_by(held)).expect("shards");
    let mut caller = caller(&shards);
    let mailbox = &shards.mailboxes[0].requests;
    // Nobody sits at this number: the answers go nowhere.
    let request = |text| input(text, u16::MAX);
    mailbox.send(request("hold")).expect("room");
    let mut queued = 0;
    while mailbox.send(request("count")).is_ok() {
        queued += 1;
    }
    assert!(queued >= MAILBOX_DEPTH - 1, "{queued}");
    assert_eq!(caller.ask(ShardId(0), Command::Report).expect_err("no room"), AskError::Busy);
    drop(release);
    let counted = loop {
        match caller.ask(ShardId(0), Command::Report) {
            Ok(Reply::Shard(report)) if report.own >= queued as u64 => break report.own,
            Ok(_) | Err(AskError::Busy) => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(counted, queued as u64);
    shards.stop();
}

fn input(text: &str, caller: u16) -> Request {
    Request { id: RequestId { caller, sequence: 1 }, command: order(text) }
}

#[test]
fn a_shard_that_cannot_start_says_why_and_the_others_stop() {
    let error =
        Shards::launch(&[99_999], Sizes::default(), 0, |_| Puppet::default()).expect_err("no such CPU");
    assert!(error.to_string().contains("CPU 99999"), "{error}");
    // The rings do not fit: only the threads find out.
    let cpus = sys::allowed_cpus().expect("a set");
    let sizes = Sizes { submissions: 0, ..Sizes::default() };
    let error = Shards::launch(&cpus, sizes, 0, |_| Puppet::default()).expect_err("no submissions");
    assert!(error.to_string().contains("cannot start on CPU"), "{error}");
}

#[test]
fn publications_and_events_leave_by_their_channels() {
    let shards = start(1);
    let mut caller = caller(&shards);
    assert!(done(caller.ask(ShardId(0), order("unpublish")).expect("an answer")));
    let publication = shards.publications().try_recv().expect("sent before the reply");
    assert!(matches!(publication, Publication::Ended(call_id) if call_id == CallId::from("unpublish")));
    assert!(!shards.publication_losses().take());
    assert_eq!(shards.event_losses().count(), 0);
}

/// A question of a client at an address, and its answer.
fn ask(client: &UdpSocket, at: SocketAddr, text: &str) -> String {
    client.send_to(text.as_bytes(), at).expect("sent");
    let mut answer = [0u8; 70_000];
    let (length, source) = loop {
        match client.recv_from(&mut answer) {
            // Signals of the executors come to any thread.
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            received => break received.expect("an answer"),
        }
    };
    assert_eq!(source, at, "it comes from where it was asked");
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[test]
fn every_shard_hears_clients_and_answers_those_that_another_heard() {
    let shards = start(3);
    let address = |ip: [u8; 4]| SocketAddr::from((ip, 41_100));
    let listeners =
        [[127, 9, 5, 1], [127, 9, 5, 2]].map(|ip| RequestSocket::bind(address(ip), 3).expect("free"));
    shards.listen(&listeners);
    for client in 0..40 {
        let client = phone(&format!("127.9.5.3:{}", 42_000 + client));
        for at in [address([127, 9, 5, 1]), address([127, 9, 5, 2])] {
            assert_eq!(ask(&client, at, "say here"), "here");
            for shard in 0..3 {
                assert_eq!(ask(&client, at, &format!("say there {shard}")), "there");
            }
        }
    }
    let long = "x".repeat(65_507 - 4);
    assert_eq!(ask(&phone("127.9.5.3:0"), address([127, 9, 5, 1]), &format!("say {long}")), long);
    drop(listeners);
    shards.stop_listening();
    for ip in [[127, 9, 5, 1], [127, 9, 5, 2]] {
        drop(UdpSocket::bind(address(ip)).expect("free when it returns"));
    }
    shards.stop();
}

#[test]
fn a_shard_whose_letter_box_is_full_says_so_by_the_one_that_heard() {
    let (release, held) = bounded::<()>(0);
    let cpus = sys::allowed_cpus().expect("a set");
    let cpus = [cpus[0], cpus[cpus.len() - 1]];
    let make = move |shard| if shard == ShardId(1) { Puppet::held_by(held) } else { Puppet::default() };
    let (shards, messages) = Shards::launch(&cpus, Sizes::default(), 0, make).expect("shards");
    let at = SocketAddr::from(([127, 9, 5, 4], 41_100));
    let mut sockets = RequestSocket::bind(at, 2).expect("free");
    // The second shard hears nothing: it is held.
    drop(sockets.pop());
    shards.listen(&[vec![sockets[0].clone(), sockets[0].clone()]]);
    shards.mailboxes[1].requests.send(input("hold", u16::MAX)).expect("room");
    let (sender, answers) = bounded(MAILBOX_DEPTH);
    let message = || puppet::Message { text: "late".to_owned(), to: ReturnAddress::Thread(sender.clone()) };
    let mut queued = 0;
    while messages.send(ShardId(1), message()).is_ok() {
        queued += 1;
    }
    let client = phone("127.9.5.5:0");
    let mut answer = String::new();
    while answer != "Busy" {
        // Either shard may have heard it; the one that is held answers when it is let go.
        client.send_to(b"say here 1", at).expect("sent");
        client.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
        let mut bytes = [0u8; 100];
        if let Ok(length) = client.recv(&mut bytes) {
            answer = String::from_utf8_lossy(&bytes[..length]).into_owned();
        }
    }
    drop(release);
    for _ in 0..queued {
        assert_eq!(&*answers.recv_timeout(LONG).expect("an answer"), b"late");
    }
    shards.stop();
}
