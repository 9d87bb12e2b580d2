//! Places of a listener: the connections that get one, and those that give theirs up.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

use super::*;

/// Answers each byte with as many bytes as it says, in KiB.
#[derive(Default)]
struct Generous(RequestLog);

impl Serve for Generous {
    fn serve(&self, mut connection: &Connection) {
        let mut byte = [0];
        while let Ok(1) = connection.read(&mut byte) {
            let _at_work = connection.at_work();
            if connection.write_all(&vec![byte[0]; usize::from(byte[0]) << 10]).is_err() {
                return;
            }
        }
    }

    fn requests(&self) -> &RequestLog {
        &self.0
    }
}

fn terms(kind: ListenerKind, connections_max: usize) -> Terms {
    Terms { kind, rights: Rights::NONE, connections_max, counters: Arc::default() }
}

fn start(terms: &Terms) -> (Acceptor, SocketAddr) {
    let listener = Listener::tcp("127.0.0.1:0".parse().expect("an address")).expect("free");
    let acceptor = Acceptor::start(listener, "test", terms.clone(), Generous::default()).expect("a thread");
    let address = acceptor.address().expect("TCP");
    (acceptor, address)
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("listening");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("an option");
    stream
}

fn is_served(stream: &mut (impl Read + Write)) -> bool {
    stream.write_all(&[1]).is_ok() && stream.read_exact(&mut [0; 1 << 10]).is_ok()
}

fn is_closed(mut stream: impl Read) -> bool {
    // Either the end or a reset, depending on who is first.
    matches!(stream.read(&mut [0]), Ok(0))
        || matches!(stream.read(&mut [0]), Err(error) if !is_timeout(&error))
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

#[test]
fn the_one_without_a_request_for_longest_makes_room() {
    let terms = terms(ListenerKind::Cli, 3);
    let (acceptor, address) = start(&terms);
    let (mut first, mut second, mut third) = (connect(address), connect(address), connect(address));
    for stream in [&mut second, &mut third, &mut first] {
        assert!(is_served(stream));
    }
    // It came second, and its last request is the longest ago.
    let mut fourth = connect(address);
    assert!(is_served(&mut fourth));
    assert!(is_closed(&second));
    assert!(is_served(&mut third) && is_served(&mut first));
    let counters = terms.counters.of(ListenerKind::Cli);
    let counts = [&counters.accepted, &counters.evicted, &counters.refused].map(Count::value);
    assert_eq!(counts, [4, 1, 0]);
    assert_eq!(terms.counters.of(ListenerKind::Ctl).evicted.value(), 0);
    acceptor.stop();
    assert!([&first, &third, &fourth].into_iter().all(is_closed));
    TcpListener::bind(address).expect("free again");
}

#[test]
fn neither_the_silent_nor_those_who_do_not_read_hold_their_places() {
    let terms = terms(ListenerKind::Http, 4);
    let (acceptor, address) = start(&terms);
    let silent: Vec<TcpStream> = (0..40).map(|_| connect(address)).collect();
    assert!(is_served(&mut connect(address)));
    // Each of these asks for more than the buffers of both sides take, and reads none of it.
    let deaf: Vec<TcpStream> = (0..40).map(|_| connect(address)).collect();
    for mut stream in &deaf {
        let _ = stream.write_all(&[255; 200]);
    }
    for _ in 0..20 {
        assert!(is_served(&mut connect(address)));
    }
    assert!(silent.iter().all(is_closed));
    assert!(terms.counters.of(ListenerKind::Http).evicted.value() >= 60);
    drop(deaf);
    acceptor.stop();
}

#[test]
fn a_unix_socket_makes_room_too_and_knows_its_peer() {
    let path = std::env::temp_dir().join(format!("tandem-room-{}.sock", std::process::id()));
    let listener = Listener::Unix(UnixListener::bind(&path).expect("free"), path.clone());
    let (peer, told) = std::sync::mpsc::channel();
    struct Tells(std::sync::mpsc::Sender<Peer>, Generous);
    impl Serve for Tells {
        fn serve(&self, connection: &Connection) {
            let _ = self.0.send(connection.origin().peer);
            self.1.serve(connection);
        }

        fn requests(&self) -> &RequestLog {
            self.1.requests()
        }
    }
    let tells = Tells(peer, Generous::default());
    let acceptor = Acceptor::start(listener, "test", terms(ListenerKind::Ctl, 2), tells).expect("a thread");
    let mut deaf: Vec<UnixStream> = (0..6).map(|_| UnixStream::connect(&path).expect("listening")).collect();
    deaf.iter_mut().for_each(|stream| drop(stream.write_all(&[255; 20])));
    assert!(is_served(&mut UnixStream::connect(&path).expect("listening")));
    let uid = nix::unistd::getuid().as_raw();
    let pid = i32::try_from(std::process::id()).expect("a process");
    assert_eq!(told.recv().expect("told"), Peer::Process { uid, pid });
    acceptor.stop();
}
