//! Requests that a browser may have sent for a page of somebody else.
//!
//! # The model
//!
//! A page can make a browser send requests to any address that the browser reaches, with the rights that the
//! browser's host has there. It cannot read the answers, but a request that changes something has done so.
//! Browsers tell where a request comes from: `Origin` with every POST and every WebSocket, `Sec-Fetch-Site` where
//! they trust the connection. A request with one of these is taken only from a page of this listener itself, or of
//! an origin that is allowed by name. A page of this listener's is one whose origin is the `Host`, and only if
//! that is an address: a name may have been made to lead here by those who own it (DNS rebinding).
//!
//! A request with neither may still come from a browser that does not tell, if its content type is one that pages
//! may send without asking first ([`is_simple`]). It gets to read, and no more.

use std::net::IpAddr;

/// Page that a request was sent for, as its header fields show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// `Host`
    pub host: String,
    /// `Origin`, or what cannot be one where there are several.
    pub origin: Option<String>,
    /// `Sec-Fetch-Site`
    pub fetch_site: Option<String>,
}

impl Page {
    /// Reason to refuse a request for this page, if there is one; these origins are allowed besides the listener's own.
    pub fn refusal(&self, allowed: &[String]) -> Option<&'static str> {
        let origin = self.origin.as_deref().map(normal);
        if let Some(origin) = &origin {
            if allowed.iter().any(|allowed| normal(allowed) == *origin) {
                return None;
            }
            let own = ["http", "https"].map(|scheme| normal(&format!("{scheme}://{}", self.host)));
            if !own.contains(origin) {
                return Some("Origin: it is sent for a page of another site");
            }
        }
        match self.fetch_site.as_deref() {
            Some("same-origin" | "none") => {}
            None if origin.is_some() => {}
            None => return None,
            Some(_) => return Some("Sec-Fetch-Site: it is sent for a page of another site"),
        }
        let by_name = !is_address(&self.host);
        by_name.then_some("Host: a browser must use an address, since a name may be anybody's")
    }
}

/// True if a page may send a body of this type to another site without asking that site first (the Fetch standard:
/// CORS-safelisted request headers).
pub fn is_simple(content_type: &str) -> bool {
    matches!(content_type, "" | "text/plain" | "application/x-www-form-urlencoded" | "multipart/form-data")
}

/// True for the origin of a page.
pub fn is_origin(text: &str) -> bool {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    rest.is_some_and(|host| {
        !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic() && !b"/?#@".contains(&b))
    })
}

/// An origin in lower case, without the port that its scheme has anyway.
fn normal(origin: &str) -> String {
    let origin = origin.to_ascii_lowercase();
    let port = if origin.starts_with("https:") { ":443" } else { ":80" };
    origin.strip_suffix(port).map_or(origin.clone(), str::to_owned)
}

fn is_address(host: &str) -> bool {
    let without_port = match host.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => bare,
        _ => host,
    };
    let v6 = without_port.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    without_port.eq_ignore_ascii_case("localhost") || v6.unwrap_or(without_port).parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_listener_and_allowed_ones_are_served() {
        let allowed = ["https://noc.example.net".to_owned()];
        let cases = [
            // Not a browser, whatever it calls the relay.
            ("relay.example.net", None, None, true),
            ("", None, None, true),
            // Kamailio's and a page's of the relay.
            ("192.0.2.1", Some("http://192.0.2.1"), None, true),
            ("192.0.2.1:2225", Some("http://192.0.2.1:2225"), Some("same-origin"), true),
            ("192.0.2.1:80", Some("http://192.0.2.1"), None, true),
            ("[::1]:2225", Some("http://[::1]:2225"), None, true),
            ("LocalHost:1", Some("http://localhost:1"), None, true),
            ("192.0.2.1:2225", None, Some("none"), true),
            ("192.0.2.1", Some("https://NOC.example.net:443"), Some("cross-site"), true),
            // Everybody else's.
            ("192.0.2.1", Some("http://evil.example"), None, false),
            ("evil.example", Some("http://evil.example"), None, false),
            ("evil.example", None, Some("same-origin"), false),
            ("192.0.2.1:2225", Some("http://192.0.2.1"), None, false),
            ("192.0.2.1:2225", Some("http://192.0.2.1:80"), None, false),
            ("192.0.2.1", Some("https://192.0.2.1:80"), None, false),
            ("192.0.2.1", Some("null"), None, false),
            ("192.0.2.1", Some(""), None, false),
            ("192.0.2.1", Some("http://192.0.2.1"), Some("cross-site"), false),
            ("192.0.2.1", None, Some("same-site"), false),
            ("192.0.2.1", None, Some(""), false),
            ("192.0.2.1", Some("http://noc.example.net"), None, false),
            ("192.0.2.1.evil.example", Some("http://192.0.2.1.evil.example"), None, false),
        ];
        for (host, origin, fetch_site, served) in cases {
            let text = |text: &str| text.to_owned();
            let page = Page { host: text(host), origin: origin.map(text), fetch_site: fetch_site.map(text) };
            assert_eq!(page.refusal(&allowed).is_none(), served, "{page:?}");
        }
    }

    #[test]
    fn origins_of_the_configuration_are_origins() {
        for (text, is) in [
            ("http://relay", true),
            ("https://[::1]:443", true),
            ("relay", false),
            ("http://", false),
            ("http://relay/", false),
            ("null", false),
            ("http://a b", false),
        ] {
            assert_eq!(is_origin(text), is, "{text}");
        }
    }
}
