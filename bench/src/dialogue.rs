//! One call as a SIP proxy makes it: offer, answer, delete, with plain audio on both sides.

use std::net::{IpAddr, SocketAddr};

use serde_json::{Value, json};

use crate::ng::{Client, Failure};

/// Parts of one call's set-up.
#[derive(Clone, Debug)]
pub(crate) struct Dialogue {
    pub(crate) call_id: String,
    /// Address of the calling phone.
    pub(crate) caller: SocketAddr,
    /// Address of the called phone.
    pub(crate) callee: SocketAddr,
}

/// Addresses that the two phones of an open call must send to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RelayPorts {
    pub(crate) for_caller: SocketAddr,
    pub(crate) for_callee: SocketAddr,
}

impl Dialogue {
    /// Sends the offer; gives the address the callee must send to.
    pub(crate) fn offer(&self, client: &mut Client) -> Result<SocketAddr, Failure> {
        let request = json!({
            "command": "offer", "call-id": self.call_id, "from-tag": "caller", "ICE": "remove",
            "replace": ["origin"], "supports": ["load limit"], "sdp": description(self.caller),
        });
        media_address(client, &request)
    }

    /// Sends the answer; gives the address the caller must send to.
    pub(crate) fn answer(&self, client: &mut Client) -> Result<SocketAddr, Failure> {
        let request = json!({
            "command": "answer", "call-id": self.call_id, "from-tag": "caller", "to-tag": "callee",
            "ICE": "remove", "replace": ["origin"], "supports": ["load limit"],
            "sdp": description(self.callee),
        });
        media_address(client, &request)
    }

    /// Offer and answer.
    pub(crate) fn open(&self, client: &mut Client) -> Result<RelayPorts, Failure> {
        let for_callee = self.offer(client)?;
        let for_caller = self.answer(client)?;
        Ok(RelayPorts { for_caller, for_callee })
    }

    /// Ends the call at once, without the delay that keeps ports open for late packets; gives the statistics.
    pub(crate) fn delete(&self, client: &mut Client) -> Result<Value, Failure> {
        client.expect_ok(&json!({
            "command": "delete", "call-id": self.call_id, "from-tag": "caller", "delete-delay": 0,
        }))
    }
}

/// The SDP of a phone with one G.711 A-law stream.
pub(crate) fn description(phone: SocketAddr) -> String {
    let family = if phone.is_ipv4() { "IP4" } else { "IP6" };
    let (address, port) = (phone.ip(), phone.port());
    format!(
        "v=0\r\no=- 1 1 IN {family} {address}\r\ns=-\r\nc=IN {family} {address}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=sendrecv\r\n"
    )
}

fn media_address(client: &mut Client, request: &Value) -> Result<SocketAddr, Failure> {
    let reply = client.expect_ok(request)?;
    match reply["sdp"].as_str().and_then(first_media_address) {
        Some(address) => Ok(address),
        None => Err(Failure::Refused { command: "reading the SDP".to_owned(), reply }),
    }
}

/// The address and port of the first media section; its own `c=` line counts before the session's
/// (RFC 8866, 5.7).
fn first_media_address(sdp: &str) -> Option<SocketAddr> {
    let (mut address, mut port) = (None, None);
    for line in sdp.lines() {
        if let Some(connection) = line.strip_prefix("c=IN IP") {
            address = connection.split(' ').nth(1)?.parse::<IpAddr>().ok();
        } else if let Some(media) = line.strip_prefix("m=") {
            if port.is_some() {
                break;
            }
            port = media.split(' ').nth(1)?.parse::<u16>().ok();
        }
    }
    Some(SocketAddr::new(address?, port?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_first_media_section() {
        let phone: SocketAddr = "127.0.0.1:4000".parse().unwrap();
        let cases = [
            (description(phone), Some(phone)),
            ("c=IN IP4 9.9.9.9\r\nm=audio 4000 RTP/AVP 8\r\nc=IN IP4 127.0.0.1\r\n".to_owned(), Some(phone)),
            (
                "c=IN IP4 127.0.0.1\nm=audio 4000 RTP/AVP 8\nm=video 1 RTP/AVP 9\nc=IN IP4 9.9.9.9\n"
                    .to_owned(),
                Some(phone),
            ),
            ("c=IN IP6 ::1\r\nm=audio 6 RTP/AVP 8\r\n".to_owned(), Some("[::1]:6".parse().unwrap())),
            ("m=audio 4000 RTP/AVP 8\r\n".to_owned(), None),
            ("c=IN IP4 host.example\r\nm=audio 4000 RTP/AVP 8\r\n".to_owned(), None),
        ];
        for (sdp, expected) in cases {
            assert_eq!(first_media_address(&sdp), expected, "{sdp}");
        }
    }
}
