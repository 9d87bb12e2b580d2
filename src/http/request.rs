//! Requests of HTTP/1.1 (RFC 9112): bytes in as they come, whole requests out.
//!
//! Invariants: a head has at most [`HEAD_BYTES_MAX`] bytes and [`HEADERS_MAX`] fields, a body at most
//! [`BODY_BYTES_MAX`]. Where a request ends is never ambiguous: whatever could be read in two ways is
//! refused, and nothing behind it is looked at.

use crate::ng::framing::MESSAGE_BYTES_MAX;

use super::browser::Page;
use super::response::Status;

/// Bytes of the request line and the fields.
pub const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Fields of a head.
pub const HEADERS_MAX: usize = 64;
/// Bytes of a body: an ng message with its cookie.
pub const BODY_BYTES_MAX: usize = MESSAGE_BYTES_MAX;
/// Bytes of the line that begins a chunk; its extensions mean nothing here.
const CHUNK_LINE_BYTES_MAX: usize = 256;

/// A whole request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Method, target and version.
    pub head: Head,
    /// Body.
    pub body: Vec<u8>,
}

/// A request without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Work that it asks for.
    pub method: Method,
    /// With what: a path, and perhaps a query.
    pub target: String,
    /// The type of the body, in lower case and without parameters.
    pub content_type: String,
    /// The connection may stay open.
    pub keep_alive: bool,
    /// Change to a WebSocket, if asked for.
    pub upgrade: Option<Upgrade>,
    /// The page that it was sent for, if a browser sent it.
    pub page: Page,
}

/// Kinds of work that a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// The same, without the body of the answer.
    Head,
    /// Does something.
    Post,
    /// Nothing that is done here.
    Other,
}

/// The wish for a WebSocket (RFC 6455 section 4.2.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upgrade {
    /// `Sec-WebSocket-Key`.
    pub key: String,
    /// `Sec-WebSocket-Version`.
    pub version: String,
    /// `Sec-WebSocket-Protocol`, the best liked first.
    pub protocols: Vec<String>,
}

/// The bytes of a connection that are no whole request yet.
#[derive(Debug, Default)]
pub struct Reader {
    bytes: Vec<u8>,
    open: Option<(Head, Body)>,
    waits_for_leave: bool,
}

/// Framing of a body.
#[derive(Debug)]
enum Body {
    Sized(usize),
    Chunked(Vec<u8>),
}

impl Reader {
    /// Takes bytes that came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next request, if it is whole.
    ///
    /// # Errors
    /// Why nothing more can be read from this connection.
    pub fn next_request(&mut self) -> Result<Option<Request>, Status> {
        if self.open.is_none() {
            let Some((length, opened)) = parse_head(&self.bytes)? else { return Ok(None) };
            self.bytes.drain(..length);
            self.waits_for_leave = opened.expects_leave;
            self.open = Some((opened.head, opened.body));
        }
        let (_, body) = self.open.as_mut().expect("opened above");
        let whole = match body {
            Body::Sized(length) if self.bytes.len() < *length => None,
            Body::Sized(length) => Some(self.bytes.drain(..*length).collect()),
            Body::Chunked(body) => unchunk(&mut self.bytes, body)?.then(|| std::mem::take(body)),
        };
        let Some(body) = whole else { return Ok(None) };
        self.waits_for_leave = false;
        let (head, _) = self.open.take().expect("opened above");
        Ok(Some(Request { head, body }))
    }

    /// True once if the peer waits for `100 Continue` before it sends the body (RFC 9110 section 10.1.1).
    pub fn take_leave(&mut self) -> bool {
        std::mem::take(&mut self.waits_for_leave)
    }

    /// True if a request has begun.
    pub fn is_inside(&self) -> bool {
        self.open.is_some() || !self.bytes.is_empty()
    }

    /// Bytes behind the last request.
    pub fn into_rest(self) -> Vec<u8> {
        self.bytes
    }
}

struct Opened {
    head: Head,
    body: Body,
    expects_leave: bool,
}

fn parse_head(bytes: &[u8]) -> Result<Option<(usize, Opened)>, Status> {
    let mut fields = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut fields);
    let length = match request.parse(bytes) {
        Ok(httparse::Status::Complete(length)) if length <= HEAD_BYTES_MAX => length,
        Ok(httparse::Status::Partial) if bytes.len() < HEAD_BYTES_MAX => return Ok(None),
        Ok(_) | Err(httparse::Error::TooManyHeaders) => return Err(Status::HeadTooLong),
        Err(_) => return Err(Status::BadRequest),
    };
    let fields = Fields(request.headers);
    let newest = request.version == Some(1);
    // RFC 9112 section 3.2: without a host, or with two, it is not HTTP/1.1.
    let hosts = fields.all("host").count();
    if hosts > 1 || (newest && hosts == 0) {
        return Err(Status::BadRequest);
    }
    let head = Head {
        method: match request.method {
            Some("GET") => Method::Get,
            Some("HEAD") => Method::Head,
            Some("POST") => Method::Post,
            _ => Method::Other,
        },
        target: request.path.unwrap_or_default().to_owned(),
        content_type: media_type(&fields.only("content-type").unwrap_or_default()),
        keep_alive: !fields.lists("connection", "close")
            && (newest || fields.lists("connection", "keep-alive")),
        upgrade: upgrade(&fields).filter(|_| newest),
        page: page(&fields),
    };
    let expects_leave = newest && fields.lists("expect", "100-continue");
    let body = body_of(&fields)?;
    Ok(Some((length, Opened { head, body, expects_leave })))
}

/// Length of the body (RFC 9112 section 6.3).
fn body_of(fields: &Fields<'_>) -> Result<Body, Status> {
    let mut lengths = fields.all("content-length");
    let mut codings = fields.all("transfer-encoding");
    match (lengths.next(), codings.next()) {
        (None, None) => Ok(Body::Sized(0)),
        (None, Some(coding)) if codings.next().is_none() && coding.eq_ignore_ascii_case("chunked") => {
            Ok(Body::Chunked(Vec::new()))
        }
        (None, Some(_)) => Err(Status::NotImplemented),
        (Some(length), None) if lengths.next().is_none() => {
            let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
            match length.parse::<usize>() {
                Ok(length) if digits && length <= BODY_BYTES_MAX => Ok(Body::Sized(length)),
                _ if digits => Err(Status::BodyTooLong),
                _ => Err(Status::BadRequest),
            }
        }
        _ => Err(Status::BadRequest),
    }
}

/// Moves whole chunks to the body; true after the last (RFC 9112 section 7.1).
fn unchunk(bytes: &mut Vec<u8>, body: &mut Vec<u8>) -> Result<bool, Status> {
    loop {
        let (line, size) = match httparse::parse_chunk_size(bytes) {
            Ok(httparse::Status::Complete(found)) if found.0 <= CHUNK_LINE_BYTES_MAX => found,
            Ok(httparse::Status::Partial) if bytes.len() < CHUNK_LINE_BYTES_MAX => return Ok(false),
            _ => return Err(Status::BadRequest),
        };
        if size == 0 {
            return end_of_chunks(bytes, line);
        }
        let room = BODY_BYTES_MAX - body.len();
        let size = usize::try_from(size).ok().filter(|size| *size <= room).ok_or(Status::BodyTooLong)?;
        let Some(chunk) = bytes.get(line..line + size + 2) else { return Ok(false) };
        if !chunk.ends_with(b"\r\n") {
            return Err(Status::BadRequest);
        }
        body.extend_from_slice(&chunk[..size]);
        bytes.drain(..line + size + 2);
    }
}

/// Skips the fields behind the last chunk.
fn end_of_chunks(bytes: &mut Vec<u8>, line: usize) -> Result<bool, Status> {
    let mut fields = [httparse::EMPTY_HEADER; HEADERS_MAX];
    match httparse::parse_headers(&bytes[line..], &mut fields) {
        Ok(httparse::Status::Complete((length, _))) if line + length <= HEAD_BYTES_MAX => {
            bytes.drain(..line + length);
            Ok(true)
        }
        Ok(httparse::Status::Partial) if bytes.len() < HEAD_BYTES_MAX => Ok(false),
        _ => Err(Status::BadRequest),
    }
}

fn upgrade(fields: &Fields<'_>) -> Option<Upgrade> {
    if !(fields.lists("connection", "upgrade") && fields.lists("upgrade", "websocket")) {
        return None;
    }
    let first = |name| fields.all(name).next().unwrap_or_default().to_owned();
    Some(Upgrade {
        key: first("sec-websocket-key"),
        version: first("sec-websocket-version"),
        protocols: fields.items("sec-websocket-protocol").map(str::to_owned).collect(),
    })
}

fn page(fields: &Fields<'_>) -> Page {
    Page {
        host: fields.only("host").unwrap_or_default(),
        origin: fields.only("origin"),
        fetch_site: fields.only("sec-fetch-site"),
    }
}

fn media_type(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The fields of a head. One that is not UTF-8 is as good as empty.
struct Fields<'a>(&'a [httparse::Header<'a>]);

impl<'a> Fields<'a> {
    fn all(&self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let of_name = self.0.iter().filter(move |field| field.name.eq_ignore_ascii_case(name));
        of_name.map(|field| std::str::from_utf8(field.value).unwrap_or_default().trim())
    }

    /// A field that comes once. Of one that comes twice nothing can be believed.
    fn only(&self, name: &'a str) -> Option<String> {
        let mut all = self.all(name);
        all.next().map(|first| if all.next().is_some() { String::new() } else { first.to_owned() })
    }

    /// The items of a field that is a list.
    fn items(&self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.all(name).flat_map(|value| value.split(',')).map(str::trim).filter(|item| !item.is_empty())
    }

    fn lists(&self, name: &'a str, item: &str) -> bool {
        self.items(name).any(|found| found.eq_ignore_ascii_case(item))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All requests of a connection that come in pieces of this many bytes.
    fn read(stream: &[u8], piece: usize) -> Result<Vec<Request>, Status> {
        let (mut reader, mut requests) = (Reader::default(), Vec::new());
        for piece in stream.chunks(piece) {
            reader.push(piece);
            while let Some(request) = reader.next_request()? {
                requests.push(request);
            }
        }
        Ok(requests)
    }

    #[test]
    fn requests_are_read_however_they_come() {
        let stream = b"POST /ng HTTP/1.1\r\nHost: a\r\nContent-Type: Application/X-rtpengine-ng; x=y\r\n\
            Content-Length: 7\r\n\r\n1_1 de\nGET /ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n\
            \r\nPOST /cli HTTP/1.0\r\ncontent-type: text/plain\r\nConnection: Keep-Alive\r\n\r\n\
            POST /ng-plain HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
            3;x=y\r\nd1:\r\n5\r\nai1ee\r\n0\r\nTrailer: x\r\n\r\nPUT * HTTP/1.0\r\n\r\n";
        for piece in [1, 7, 4096] {
            let requests = read(stream, piece).expect("sound");
            let seen: Vec<_> = requests
                .iter()
                .map(|Request { head, body }| {
                    let body = String::from_utf8_lossy(body).into_owned();
                    (head.method, head.target.as_str(), head.content_type.as_str(), head.keep_alive, body)
                })
                .collect();
            let ng = "application/x-rtpengine-ng";
            assert_eq!(
                seen,
                [
                    (Method::Post, "/ng", ng, true, "1_1 de\n".to_owned()),
                    (Method::Get, "/ping", "", false, String::new()),
                    (Method::Post, "/cli", "text/plain", true, String::new()),
                    (Method::Post, "/ng-plain", "", true, "d1:ai1ee".to_owned()),
                    (Method::Other, "*", "", false, String::new()),
                ]
            );
        }
    }

    #[test]
    fn what_is_ambiguous_or_too_long_is_refused() {
        let long = format!("X: {}\r\n", "x".repeat(HEAD_BYTES_MAX));
        let many = "X: y\r\n".repeat(HEADERS_MAX);
        let chunk = format!("Transfer-Encoding: chunked\r\n\r\n0;{}\r\n", "x".repeat(CHUNK_LINE_BYTES_MAX));
        let trailer = format!("Transfer-Encoding: chunked\r\n\r\n0\r\n{long}");
        let cases = [
            ("Content-Length: 1048577000\r\n", Status::BodyTooLong),
            ("Content-Length: 99999999999999999999\r\n", Status::BodyTooLong),
            ("Content-Length: +1\r\n", Status::BadRequest),
            ("Content-Length: 1\r\nContent-Length: 2\r\n", Status::BadRequest),
            ("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", Status::BadRequest),
            ("Transfer-Encoding: gzip, chunked\r\n", Status::NotImplemented),
            ("Transfer-Encoding: chunked\r\n\r\nzz\r\n", Status::BadRequest),
            ("Transfer-Encoding: chunked\r\n\r\n1\r\nxxx\r\n", Status::BadRequest),
            ("Transfer-Encoding: chunked\r\n\r\nffffff\r\n", Status::BodyTooLong),
            ("Host: b\r\n", Status::BadRequest),
            ("no colon\r\n", Status::BadRequest),
            (&long, Status::HeadTooLong),
            (&many, Status::HeadTooLong),
            (&chunk, Status::BadRequest),
            (&trailer, Status::BadRequest),
        ];
        for (fields, status) in cases {
            let stream = format!("POST /ng HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
            for piece in [1, 1 << 16] {
                assert_eq!(read(stream.as_bytes(), piece), Err(status), "{fields:.40}");
            }
        }
        assert_eq!(read(b"GET / HTTP/1.1\r\n\r\n", 99), Err(Status::BadRequest), "no host");
        assert_eq!(read(b"\x16\x03\x01\x02", 99), Err(Status::BadRequest), "TLS");
    }

    #[test]
    fn leave_is_asked_for_once_and_only_for_a_body_that_has_not_come() {
        let head = b"POST /ng HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
        let mut reader = Reader::default();
        reader.push(head);
        assert_eq!(reader.next_request(), Ok(None));
        assert!(reader.take_leave() && !reader.take_leave());
        reader.push(b"de");
        reader.push(head);
        reader.push(b"de");
        assert!(reader.next_request().expect("sound").is_some());
        assert!(reader.next_request().expect("sound").is_some());
        assert!(!reader.take_leave() && !reader.is_inside());
    }

    proptest! {
        /// Nothing that comes does harm, in whatever pieces.
        #[test]
        fn any_bytes_do_no_harm(noise in proptest::collection::vec(any::<u8>(), 0..80), piece in 1usize..9) {
            let chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
            for head in [b"".as_slice(), b"GET /", chunked] {
                let stream = [head, noise.as_slice()].concat();
                prop_assert_eq!(read(&stream, piece).is_ok(), read(&stream, 1 << 10).is_ok());
            }
        }
    }
}
