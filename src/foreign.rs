//! Peers that speak another protocol than a listener's: HTTP or TLS where lines or messages are expected.
//!
//! A web page can make a browser send lines of its choice to any address that the browser reaches. The first of
//! them is always a request line of HTTP; a listener that hangs up there never sees the others.

/// The reason why such a peer is hung up on.
pub const FOREIGN: &str = "HTTP or TLS";
/// Methods that have a target which is no path and no URL, besides the usual ones.
const METHODS: [&[u8]; 10] =
    [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"CONNECT", b"OPTIONS", b"TRACE", b"PATCH", b"PRI"];

/// True for the first line of an HTTP request (RFC 9112 section 3), of any method.
pub fn is_request_line(line: &[u8]) -> bool {
    let mut words = line.trim_ascii().rsplit(u8::is_ascii_whitespace);
    words.next().is_some_and(|last| last.starts_with(b"HTTP/"))
        && words.filter(|w| !w.is_empty()).count() >= 2
}

/// True if a stream of ng messages has come upon the beginning of an HTTP request. Where such a stream has the first
/// byte of a dictionary, a request has its target.
pub fn begins_request(bytes: &[u8]) -> bool {
    let Some(space) = bytes.iter().position(|byte| *byte == b' ') else { return false };
    let (method, target) = (&bytes[..space], &bytes[space + 1..]);
    METHODS.contains(&method) || [&b"/"[..], b"*", b"http"].iter().any(|start| target.starts_with(start))
}

/// True for the beginning of TLS (RFC 8446 section 5.1): a handshake record of version 3.
pub fn begins_tls(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x16, 0x03])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_of_any_method_are_seen() {
        for line in [
            "GET / HTTP/1.1",
            "POST /terminate%20all HTTP/1.0",
            "standby / HTTP/1.1",
            "terminate /x HTTP/1.1\r",
            "OPTIONS * HTTP/1.1",
            "CONNECT relay:9900 HTTP/1.1",
            "PRI * HTTP/2.0",
            "GET http://relay/ HTTP/1.1",
        ] {
            assert!(is_request_line(line.as_bytes()), "{line}");
            assert!(begins_request(line.as_bytes()), "{line}");
        }
        for line in
            ["", "list numsessions", "terminate /x", "call HTTP/1.1", "list sessions a HTTP", "HTTP/1.1"]
        {
            assert!(!is_request_line(line.as_bytes()), "{line}");
        }
        for message in ["1_1 d7:command4:pinge", "GETd de", "x {", "2 hello", "", "cookie"] {
            assert!(!begins_request(message.as_bytes()), "{message}");
        }
        assert!(begins_tls(b"\x16\x03\x01\x02\x00") && !begins_tls(b"list") && !begins_tls(b"\x16"));
    }
}
