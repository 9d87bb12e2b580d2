//! WebSocket (RFC 6455): ng and the CLI in messages instead of requests.
//!
//! The subprotocol says what is spoken. A message is answered by one of the same kind, text or binary; an
//! answer that is not UTF-8 goes out as binary whatever was asked, since text could not carry it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tungstenite::error::{Error, ProtocolError};
use tungstenite::handshake::derive_accept_key;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tungstenite::{Message, WebSocket};

use super::request::{BODY_BYTES_MAX, Head, Method, Upgrade};
use super::response::{Response, Status};
use crate::listener::Connection;
use crate::origin::{Origin, Right, Rights};
use crate::service::Service;

/// Bytes that a connection reads at once.
const READ_BUFFER_BYTES: usize = 16 * 1024;

/// Protocols within a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subprotocol {
    /// ng with cookies.
    Ng,
    /// ng without.
    NgPlain,
    /// Lines of the CLI.
    Cli,
    /// Echo: every message comes back.
    Echo,
}

/// Names of subprotocols, those of rtpengine, old ones included.
const NAMES: [(&str, Subprotocol); 6] = [
    ("ng.rtpengine.com", Subprotocol::Ng),
    ("ng-plain.rtpengine.com", Subprotocol::NgPlain),
    ("cli.rtpengine.com", Subprotocol::Cli),
    ("echo.rtpengine.com", Subprotocol::Echo),
    ("rtpengine-ng", Subprotocol::Ng),
    ("rtpengine-cli", Subprotocol::Cli),
];

impl Subprotocol {
    /// Least right that its messages need. An echo needs none.
    fn needs(self) -> Option<Right> {
        match self {
            Subprotocol::Ng | Subprotocol::NgPlain => Some(Right::Signal),
            Subprotocol::Cli => Some(Right::Read),
            Subprotocol::Echo => None,
        }
    }
}

/// Agrees to a WebSocket: what is spoken, and the words that say so.
///
/// # Errors
/// The response that says why not.
pub fn agree(head: &Head, upgrade: &Upgrade, rights: Rights) -> Result<(Subprotocol, String), Response> {
    let refuse = |text| Err(Response::text(Status::BadRequest, text));
    if upgrade.version != "13" {
        return Err(Response::refusal(Status::UpgradeRequired).with_field("Sec-WebSocket-Version", "13"));
    }
    if head.method != Method::Get {
        return refuse("a WebSocket begins with GET");
    }
    if !STANDARD.decode(&upgrade.key).is_ok_and(|key| key.len() == 16) {
        return refuse("Sec-WebSocket-Key must be 16 bytes in base64");
    }
    let known = |wish: &String| NAMES.iter().find(|(name, _)| name == wish);
    let Some((name, subprotocol)) = upgrade.protocols.iter().find_map(known) else {
        return refuse("unknown WebSocket subprotocol");
    };
    if subprotocol.needs().is_some_and(|right| !rights.allow(right)) {
        return Err(Response::text(Status::Forbidden, "this WebSocket subprotocol is not served here"));
    }
    let accept = derive_accept_key(upgrade.key.as_bytes());
    let words = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: {name}\r\n\r\n"
    );
    Ok((*subprotocol, words))
}

/// Answers messages until the connection ends. `rest` is what came behind the request.
///
/// # Errors
/// Why it ended, if it was not closed in order.
pub fn converse(
    connection: &Connection,
    rest: Vec<u8>,
    subprotocol: Subprotocol,
    service: &dyn Service,
) -> Result<(), Error> {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_message_size(Some(BODY_BYTES_MAX))
        .max_frame_size(Some(BODY_BYTES_MAX));
    let mut socket = WebSocket::from_partially_read(connection, rest, Role::Server, Some(config));
    loop {
        // Pings are answered, and a close too, by reading on.
        let question = match socket.read() {
            Ok(message) => message,
            Err(Error::ConnectionClosed) => return Ok(()),
            Err(_) if connection.is_closing() => return say_end(connection, CloseCode::Away),
            // A peer that just hangs up has nothing to be told.
            Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => return Ok(()),
            Err(error) => {
                let _ = say_end(connection, code_of(&error));
                connection.finish();
                return Err(error);
            }
        };
        let _at_work = connection.at_work();
        let origin = connection.origin();
        let answer = match question {
            Message::Text(text) => {
                let answer = answer(service, subprotocol, text.as_bytes(), origin);
                answer
                    .map(|bytes| String::from_utf8(bytes).map_or_else(|e| e.into_bytes().into(), Into::into))
            }
            Message::Binary(bytes) => answer(service, subprotocol, &bytes, origin).map(Message::from),
            _ => None,
        };
        if let Some(answer) = answer {
            socket.send(answer)?;
        }
        if connection.is_closing() {
            return say_end(connection, CloseCode::Away);
        }
    }
}

/// Says why the connection ends, even where the other direction has ended already. Every message has been
/// written whole before, so that this one stands on its own.
fn say_end(mut connection: &Connection, code: CloseCode) -> Result<(), Error> {
    Frame::close(Some(CloseFrame { code, reason: "".into() })).format(&mut connection)
}

/// RFC 6455 section 7.4.1.
fn code_of(error: &Error) -> CloseCode {
    match error {
        Error::Capacity(_) => CloseCode::Size,
        Error::Utf8(_) => CloseCode::Invalid,
        _ => CloseCode::Protocol,
    }
}

fn answer(
    service: &dyn Service,
    subprotocol: Subprotocol,
    message: &[u8],
    origin: &Origin,
) -> Option<Vec<u8>> {
    match subprotocol {
        Subprotocol::Ng => service.answer(message, origin).map(|reply| reply.to_vec()),
        Subprotocol::NgPlain => Some(service.answer_plain(message, origin)),
        Subprotocol::Cli => {
            let answer = service.cli(String::from_utf8_lossy(message).trim(), origin);
            Some(answer.unwrap_or_else(|refused| refused + "\n").into_bytes())
        }
        Subprotocol::Echo => Some(message.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::browser::Page;

    #[test]
    fn the_first_known_subprotocol_is_agreed_to() {
        let upgrade = |version: &str, key: &str, protocols: &[&str]| Upgrade {
            key: key.to_owned(),
            version: version.to_owned(),
            protocols: protocols.iter().map(|name| (*name).to_owned()).collect(),
        };
        let head = |method| Head {
            method,
            target: "/".to_owned(),
            content_type: String::new(),
            keep_alive: true,
            upgrade: None,
            page: Page::default(),
        };
        let all = Rights::OPERATE.with_signal(true);
        // The key and its answer are those of RFC 6455 section 1.3.
        let key = "dGhlIHNhbXBsZSBub25jZQ==";
        let wish = upgrade("13", key, &["sip", "rtpengine-ng", "cli.rtpengine.com"]);
        let (subprotocol, words) = agree(&head(Method::Get), &wish, all).expect("agreed");
        assert_eq!(subprotocol, Subprotocol::Ng);
        assert!(words.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{words}");
        assert!(words.contains("\r\nSec-WebSocket-Protocol: rtpengine-ng\r\n"), "{words}");
        let cases = [
            (upgrade("13", key, &[]), Method::Get, Status::BadRequest),
            (upgrade("13", key, &["sip"]), Method::Get, Status::BadRequest),
            (upgrade("13", "short", &["rtpengine-ng"]), Method::Get, Status::BadRequest),
            (upgrade("13", key, &["rtpengine-ng"]), Method::Post, Status::BadRequest),
            (upgrade("8", key, &["rtpengine-ng"]), Method::Get, Status::UpgradeRequired),
        ];
        for (wish, method, status) in cases {
            assert_eq!(agree(&head(method), &wish, all).expect_err("refused").status, status, "{wish:?}");
        }
        for (rights, protocol, agreed) in [
            (Rights::NONE, "ng.rtpengine.com", false),
            (Rights::NONE, "cli.rtpengine.com", false),
            (Rights::NONE, "echo.rtpengine.com", true),
            (Rights::OPERATE, "ng-plain.rtpengine.com", false),
            (Rights::READ, "cli.rtpengine.com", true),
            (Rights::NONE.with_signal(true), "ng.rtpengine.com", true),
            (Rights::NONE.with_signal(true), "cli.rtpengine.com", false),
        ] {
            let answer = agree(&head(Method::Get), &upgrade("13", key, &[protocol]), rights);
            assert_eq!(answer.is_ok(), agreed, "{rights:?} {protocol}");
        }
    }
}
