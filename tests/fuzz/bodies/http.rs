//! HTTP and WebSocket: a connection from its first byte to its end, on a pair of sockets; and requests, in
//! whatever pieces they come.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard};

use tandem::fuzzing::{
    Exchange, Health, ListenerKind, NgCounters, NgState, Origin, Reader, Request, RequestLog, Service,
    serve_http,
};
use tandem_shards::settings::Settings;

use super::ng;
use super::node::{Node, START};

pub fn run(input: &[u8]) {
    let whole = read(input, input.len().max(1));
    for piece in [1, 7] {
        assert_eq!(read(input, piece), whole, "in pieces of {piece}");
    }
    let bytes: usize = whole.0.iter().map(|request| request.body.len()).sum();
    assert!(bytes <= input.len(), "no byte is made up");
    converse(input);
}

/// The requests of a connection, and whether it goes on.
fn read(input: &[u8], piece: usize) -> (Vec<Request>, bool) {
    let (mut reader, mut requests) = (Reader::default(), Vec::new());
    for piece in input.chunks(piece) {
        reader.push(piece);
        loop {
            match reader.next_request() {
                Ok(Some(request)) => requests.push(request),
                Ok(None) => break,
                Err(_) => return (requests, false),
            }
        }
    }
    (requests, true)
}

#[expect(
    clippy::disallowed_methods,
    reason = "who does not read what is answered blocks the one who answers"
)]
fn converse(input: &[u8]) {
    let (mut client, server) = UnixStream::pair().expect("a pair of sockets");
    client.write_all(input).expect("a socket takes as much as an input may have");
    client.shutdown(Shutdown::Write).expect("open");
    let (exchange, node) = (ng::exchange(), Node::new(2, &Settings::default()));
    let service = Arc::new(FuzzedService {
        state: Arc::clone(exchange.state()),
        exchange: Mutex::new(exchange),
        node: Mutex::new(node),
    });
    let shared: Arc<dyn Service> = service.clone();
    let mut answered = Vec::new();
    std::thread::scope(|scope| {
        // An end that has been given up is as good as one that was read.
        scope.spawn(|| drop(client.read_to_end(&mut answered)));
        serve_http(shared, server, ng::origin(ListenerKind::Http));
    });
    assert!(answered.is_empty() || answered.starts_with(b"HTTP/1.1 "), "{}", answered.escape_ascii());
    let service = Arc::into_inner(service).expect("the connection has ended");
    service.node.into_inner().expect("no panic under the lock").end();
}

/// The ng protocol with real shards, and nothing else.
#[derive(Debug)]
struct FuzzedService {
    state: Arc<NgState>,
    exchange: Mutex<Exchange>,
    node: Mutex<Node>,
}

impl FuzzedService {
    fn locked(&self) -> (MutexGuard<'_, Exchange>, MutexGuard<'_, Node>) {
        let exchange = self.exchange.lock().expect("no panic under the lock");
        (exchange, self.node.lock().expect("no panic under the lock"))
    }
}

impl Service for FuzzedService {
    fn answer(&self, message: &[u8], origin: &Origin) -> Option<Arc<[u8]>> {
        let (mut exchange, mut node) = self.locked();
        exchange.serve(&mut *node, START, message, origin)
    }

    fn answer_plain(&self, payload: &[u8], origin: &Origin) -> Vec<u8> {
        let (mut exchange, mut node) = self.locked();
        exchange.serve_plain(&mut *node, START, payload, origin)
    }

    fn counters(&self) -> &NgCounters {
        &self.state.counters
    }

    fn requests(&self) -> &RequestLog {
        &self.state.requests
    }

    fn cli(&self, line: &str, origin: &Origin) -> Result<String, String> {
        self.state.node_queries().cli(line, origin)
    }

    fn health(&self) -> Health {
        Health::default()
    }

    fn metrics(&self) -> String {
        "up 1\n".to_owned()
    }
}
