//! Responses of HTTP/1.1.

use std::io::Write;

/// The content type of short words to people and programs.
pub const TEXT: &str = "text/plain";

/// Results of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 200
    Ok,
    /// 400
    BadRequest,
    /// 403
    Forbidden,
    /// 404
    NotFound,
    /// 405
    MethodNotAllowed,
    /// 413
    BodyTooLong,
    /// 415
    UnsupportedType,
    /// 426
    UpgradeRequired,
    /// 431
    HeadTooLong,
    /// 501
    NotImplemented,
    /// 503
    Unavailable,
}

impl Status {
    /// Code and reason.
    pub fn line(self) -> &'static str {
        match self {
            Status::Ok => "200 OK",
            Status::BadRequest => "400 Bad Request",
            Status::Forbidden => "403 Forbidden",
            Status::NotFound => "404 Not Found",
            Status::MethodNotAllowed => "405 Method Not Allowed",
            Status::BodyTooLong => "413 Content Too Large",
            Status::UnsupportedType => "415 Unsupported Media Type",
            Status::UpgradeRequired => "426 Upgrade Required",
            Status::HeadTooLong => "431 Request Header Fields Too Large",
            Status::NotImplemented => "501 Not Implemented",
            Status::Unavailable => "503 Service Unavailable",
        }
    }
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Result.
    pub status: Status,
    /// The type of the body.
    pub content_type: &'static str,
    /// A field that goes with the status.
    pub field: Option<(&'static str, &'static str)>,
    /// Body.
    pub body: Vec<u8>,
    /// The log has been told why.
    pub is_said: bool,
}

impl Response {
    /// A success with a body.
    pub fn ok(content_type: &'static str, body: impl Into<Vec<u8>>) -> Response {
        Response { status: Status::Ok, content_type, field: None, body: body.into(), is_said: false }
    }

    /// Text for people.
    pub fn text(status: Status, text: &str) -> Response {
        Response { status, ..Response::ok(TEXT, format!("{text}\n")) }
    }

    /// A failure, in the words of its status.
    pub fn refusal(status: Status) -> Response {
        // rtpengine writes these words in lower case.
        Response::text(status, &status.line()[4..].to_ascii_lowercase())
    }

    /// The same with a field.
    #[must_use]
    pub fn with_field(self, name: &'static str, value: &'static str) -> Response {
        Response { field: Some((name, value)), ..self }
    }

    /// The same, of which the log has been told.
    #[must_use]
    pub fn said(self) -> Response {
        Response { is_said: true, ..self }
    }

    /// Bytes as they go out; `bodiless` for the answer to HEAD.
    pub fn to_bytes(&self, keep_alive: bool, bodiless: bool) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.body.len() + 256);
        let (line, length) = (self.status.line(), self.body.len());
        let head = "HTTP/1.1 ";
        let write = write!(
            bytes,
            "{head}{line}\r\nContent-Type: {}\r\nContent-Length: {length}\r\nCache-Control: no-store\r\n",
            self.content_type
        );
        write.expect("memory takes everything");
        if let Some((name, value)) = self.field {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        if !keep_alive {
            bytes.extend_from_slice(b"Connection: close\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        if !bodiless {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_go_out_as_the_standard_has_them() {
        let response = Response::refusal(Status::MethodNotAllowed).with_field("Allow", "GET");
        let head = "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/plain\r\nContent-Length: 19\r\n\
            Cache-Control: no-store\r\nAllow: GET\r\n";
        let cases = [
            (true, false, "\r\nmethod not allowed\n"),
            (false, false, "Connection: close\r\n\r\nmethod not allowed\n"),
            (true, true, "\r\n"),
        ];
        for (keep_alive, bodiless, rest) in cases {
            let bytes = response.to_bytes(keep_alive, bodiless);
            assert_eq!(String::from_utf8_lossy(&bytes), format!("{head}{rest}"));
        }
    }
}
